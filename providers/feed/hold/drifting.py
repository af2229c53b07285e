"""What drift needs from the database: the staged rows, the profiles before, who is missing."""

from typing import Any

from core.dates import month_from_number
from providers.codes import TrackStatus
from providers.feed.hold.drift import LOOK_BACK, MEASURED, alarms, profile
from providers.feed.hold.staging import Staging, rows_of
from providers.models import Delivery

SAMPLE_ROWS = 20_000
"""A larger file is described by every so manieth row: enough to see that something is different."""

MISSING = """
SELECT COUNT(*) FROM (
    SELECT track_id FROM progress_record
    WHERE provider_id = ? AND month = ? AND superseded_by_id IS NULL AND status < ?
    EXCEPT
    SELECT t.id FROM staged s JOIN staged_track t ON t.local = s.track WHERE s.month = ?
    EXCEPT
    SELECT t.id FROM staged_rejected r JOIN staged_track t ON t.local = r.track WHERE r.month = ?
    EXCEPT
    SELECT track_id FROM progress_record
    WHERE provider_id = ? AND month = ? AND superseded_by_id IS NULL
) AS missing
"""


def look_for_drift(provider: int, staging: Staging, *, delivery: int | None) -> dict[str, Any]:
    """The profile of the staged rows and its alarms, as ``findings`` keeps them."""
    described = profile(_sampled(staging), _measured(staging))
    if not described:
        return {"profile": {}, "drift": []}
    found = alarms(
        described,
        _earlier(provider, delivery),
        missing=_missing(provider) if staging.compares else 0,
    )
    return {"profile": described, "drift": [alarm.document() for alarm in found]}


def _measured(staging: Staging) -> list[str]:
    wanted = {column.held_as for column in MEASURED}
    return [name for name in staging.present if name in wanted]


def _sampled(staging: Staging) -> list[tuple[Any, ...]]:
    (total,) = rows_of("SELECT COUNT(*) FROM staged")[0]
    columns = ", ".join(["month", *_measured(staging)])
    step = max(1, -(-total // SAMPLE_ROWS))
    # Written without the sign for the remainder, which psycopg takes for a parameter.
    every = f"row_number - (row_number / {step:d}) * {step:d} = 0"
    rows = rows_of(f"SELECT {columns} FROM staged WHERE {every}")
    return [(month_from_number(row[0]), *row[1:]) for row in rows]


def _earlier(provider: int, delivery: int | None) -> list[dict[str, Any]]:
    """Profiles of the newest held deliveries of this provider, newest first."""
    query: Any = Delivery.select(Delivery.findings).where(
        Delivery.provider == provider, Delivery.state == "held", Delivery.rows > 0
    )
    if delivery is not None:
        query = query.where(Delivery.id != delivery)
    newest = query.order_by(Delivery.id.desc()).limit(LOOK_BACK).tuples()
    return [findings.get("profile", {}) for (findings,) in newest]


def _missing(provider: int) -> int:
    """Learners open in the month before the newest staged one, who have no row in the file.

    Whose row is sent back is in the file. Nobody is missing when that month was never delivered, or
    when this file only mends some rows of a month that is held already.
    """
    (newest,) = rows_of("SELECT MAX(month) FROM staged")[0]
    before = (provider, newest - 1, int(TrackStatus.COMPLETED))
    return int(rows_of(MISSING, *before, newest, newest, provider, newest)[0][0])
