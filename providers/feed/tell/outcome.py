"""What became of one file, as data: the receipt, the command line and the API all read this."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from providers.feed.check.checking import Problem
from providers.feed.table import read_sheets, row_place


class Status(StrEnum):
    """How a delivery came out."""

    ACCEPTED = "accepted"
    ACCEPTED_WITH_WARNINGS = "accepted_with_warnings"
    PARTLY_ACCEPTED = "partly_accepted"
    REFUSED = "refused"
    ALREADY_DELIVERED = "already_delivered"
    DRY_RUN = "dry_run"
    NEEDS_CONSENT = "needs_consent"


STATUS_LABELS = {
    Status.ACCEPTED: "aangenomen",
    Status.ACCEPTED_WITH_WARNINGS: "aangenomen met opmerkingen",
    Status.PARTLY_ACCEPTED: "deels aangenomen",
    Status.REFUSED: "niet aangenomen",
    Status.ALREADY_DELIVERED: "al eerder aangeleverd",
    Status.DRY_RUN: "proef, niets bewaard",
    Status.NEEDS_CONSENT: "wacht op bevestiging, niets verwerkt",
}


@dataclass
class Counts:
    """``rows = accepted + unchanged + rejected + skipped``, always."""

    rows: int = 0
    accepted: int = 0
    unchanged: int = 0
    rejected: int = 0
    skipped: int = 0
    replaced: int = 0
    warnings: int = 0

    def check(self) -> None:
        """Refuse to go on when a row would be lost or counted twice."""
        if self.rows != self.accepted + self.unchanged + self.rejected + self.skipped:
            raise RuntimeError(f"the rows do not add up: {self}")


def status_word(status: Status, counts: Counts) -> str:
    """A status in words; a file of which no row was new and right is not accepted in part."""
    if status is Status.PARTLY_ACCEPTED and not counts.accepted:
        return "niets nieuws aangenomen" if counts.unchanged else "geen enkele rij aangenomen"
    return STATUS_LABELS[status]


@dataclass(frozen=True)
class SentBack:
    """Rejected rows that went the same way: the delivery that has them again, or none yet."""

    taken_up_by: int | None
    mended: bool
    rows: tuple[int, ...]
    inferred: bool = False
    """Whether the month alone told that they came again: there was no number or month to read."""


@dataclass(frozen=True)
class Completed:
    """Rejected rows of an earlier delivery that this one has, and that were accepted now."""

    delivery: int
    rows: tuple[int, ...]
    sheets: tuple[str, ...] = ()
    """Names of the sheets of that delivery."""


@dataclass(frozen=True)
class Replaces:
    """A month of which a delivery would replace so many rows that its sender must confirm it."""

    month: date
    rows: int
    active: int
    """Rows of that month that are held."""


@dataclass
class Outcome:
    """What became of one file."""

    file: str
    sha256: str
    status: Status
    counts: Counts = field(default_factory=Counts)
    delivery: int | None = None
    provider: int | None = None
    months: list[date] = field(default_factory=list)
    missing_columns: list[str] = field(default_factory=list)
    ignored_columns: list[str] = field(default_factory=list)
    problems: Sequence[Problem] = ()
    findings: dict[str, Any] = field(default_factory=dict)
    sent_back: list[SentBack] = field(default_factory=list)
    completes: list[Completed] = field(default_factory=list)
    replaces: list[Replaces] = field(default_factory=list)
    """Months that are only taken in when the sender confirms it; nothing is held until then."""
    provisional: list[date] = field(default_factory=list)
    """Months that are not over: held, and not judged before the deliveries of them are due."""
    superseded_by: int | None = None
    differing: int = 0
    seconds: float = 0.0

    @property
    def sheets(self) -> list[str]:
        """Names of the sheets that rows were read from; none for another kind of file."""
        return read_sheets(self.findings)

    @property
    def problem_count(self) -> int:
        """All problems, also those that are too many to tell."""
        return max(len(self.problems), int(self.findings.get("problem_count", 0)))

    @property
    def status_word(self) -> str:
        """The status in words."""
        return status_word(self.status, self.counts)

    @property
    def changed(self) -> bool:
        """Whether anything held is different now, so that measures must be computed again."""
        return bool(self.counts.accepted) and self.delivery is not None

    @property
    def to_mend(self) -> tuple[int, ...]:
        """Rejected rows that no later delivery has again."""
        return tuple(row for one in self.sent_back if one.taken_up_by is None for row in one.rows)

    def document(self, max_problems: int | None = None) -> dict[str, Any]:
        """One entry of ``deliveries`` in the JSON of ``feed import``."""
        counts = self.counts
        return {
            "file": self.file,
            "sha256": self.sha256,
            "delivery": self.delivery,
            "status": self.status.value,
            "rows": counts.rows,
            "accepted": counts.accepted,
            "unchanged": counts.unchanged,
            "rejected": counts.rejected,
            "skipped": counts.skipped,
            "months": [f"{month:%Y-%m}" for month in self.months],
            "missing_columns": self.missing_columns,
            "ignored_columns": self.ignored_columns,
            "skipped_rows": [
                one | {"sheet": sheet, "row": row}
                for one in self.findings.get("skipped_rows", ())
                for sheet, row in [row_place(one["row"], self.sheets)]
            ],
            "sheets": self.findings.get("sheets", []),
            "problems": [problem_document(p, self.sheets) for p in self.problems[:max_problems]],
            "problem_count": self.problem_count,
            "sent_back": [
                {
                    "delivery": one.taken_up_by,
                    "mended": one.mended,
                    "inferred": one.inferred,
                    "rows": [row_place(row, self.sheets)[1] for row in one.rows],
                }
                for one in self.sent_back
            ],
            "completes": [
                {
                    "delivery": one.delivery,
                    "rows": [row_place(row, one.sheets)[1] for row in one.rows],
                }
                for one in self.completes
            ],
            "replaces": [
                {"month": f"{one.month:%Y-%m}", "rows": one.rows} for one in self.replaces
            ],
            "provisional": [f"{month:%Y-%m}" for month in self.provisional],
            "superseded_by": self.superseded_by,
            "seconds": round(self.seconds, 3),
        }


def problem_document(problem: Problem, sheets: Sequence[str] = ()) -> dict[str, Any]:
    """One entry of ``problems``."""
    sheet, row = (None, None) if problem.row is None else row_place(problem.row, sheets)
    return {
        "row": row,
        "sheet": problem.value if problem.code == "F017" else sheet,
        "column": problem.column,
        "code": problem.code,
        "severity": problem.severity,
        "value": problem.value,
        "message": problem.message,
    }


def held_status(counts: Counts) -> Status:
    """The status of a delivery that was taken in."""
    if counts.rejected:
        return Status.PARTLY_ACCEPTED
    return Status.ACCEPTED_WITH_WARNINGS if counts.warnings else Status.ACCEPTED
