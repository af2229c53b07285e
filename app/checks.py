"""Every check of the data there is: a package's checks count once its module is imported."""

import providers.checks  # noqa: F401  registers them
import quality.cards.operations  # noqa: F401  names what it owes
from core.checks import all_findings

__all__ = ["all_findings"]
