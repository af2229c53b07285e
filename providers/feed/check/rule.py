"""What a rule is: its code, what it means, and what the two readers need to know."""

from collections.abc import Mapping
from dataclasses import dataclass, field

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True)
class Rule:
    """One check: its code, what it means, and what the two readers need to know."""

    code: str
    definition: str
    provider: str
    """What to do, for the provider's administrator; values between braces."""
    manager: str
    """What it means for the figures, for the contract manager."""
    severity: str = ERROR
    version: int = 1
    broken_when: Mapping[str, str] = field(default_factory=dict)
    found_by: str = ""
