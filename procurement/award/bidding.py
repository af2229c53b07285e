"""What a tender makes public of its lots and their award; nothing of who did not win."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Winner:
    """A tenderer that was awarded, with the contract once it is signed."""

    key: int
    name: str
    chamber_number: str | None
    contract_number: str | None = None
    signed_on: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None

    @property
    def party(self) -> str:
        """Identifier of the organisation: by chamber of commerce, or within this tender."""
        return f"NL-KVK-{self.chamber_number}" if self.chamber_number else f"inschrijver-{self.key}"


@dataclass(frozen=True, slots=True)
class PublishedLot:
    """One lot; counts and winners only once the award decision was sent."""

    code: str
    title: str
    received: int | None = None
    valid: int | None = None
    sent_on: date | None = None
    awarded_on: date | None = None
    motivation: str = ""
    winners: tuple[Winner, ...] = ()
    tenderers: frozenset[str] = frozenset()
    """Who tendered, to count each once over all lots; not published."""
