"""Who made which reports, and who got which: lines in the audit trail."""

from collections.abc import Sequence
from datetime import date, datetime

from core import audit
from core.db import transaction
from quality.models import ReportMail


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


def record_mailed(
    month: date,
    code: str,
    *,
    address: str,
    status: str,
    as_links: bool,
    by: str,
    at: datetime,
) -> None:
    """Write down that a report went to an address; this makes that it goes there once."""
    with transaction():
        ReportMail.create(
            month=month, code=code, address=address, status=status, as_links=as_links, sent_at=at
        )
        audit.record(
            at=at,
            actor=by,
            action="mail_report",
            thing="reports",
            thing_id=f"{month:%Y-%m}/{code}",
            after={"aan": address, "scores": status, "als": "link" if as_links else "bijlage"},
        )
