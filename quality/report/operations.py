"""Who made which reports, and who got which: lines in the audit trail."""

from collections.abc import Sequence
from datetime import date, datetime

from core import audit


def record_made(month: date, codes: Sequence[str], *, by: str, at: datetime) -> None:
    """Write down that reports were made."""
    audit.record(
        at=at,
        actor=by,
        action="make_reports",
        thing="reports",
        thing_id=f"{month:%Y-%m}",
        after={"voor": list(codes)},
    )


def record_given(month: date, code: str, kind: str, *, by: str, at: datetime) -> None:
    """Write down who got which report."""
    audit.record(
        at=at,
        actor=by,
        action="give_report",
        thing="reports",
        thing_id=f"{month:%Y-%m}/{code}",
        after={"bestand": kind},
    )
