"""Drift: what in a file differs from what this provider usually sends.

Every value can be right and the file still wrong: a column that emptied, hours in minutes, a code
that was never used. A delivery is described by a profile; an alarm is a profile that falls outside
those of the deliveries before.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from statistics import median, quantiles
from typing import Any

from core.dates import month_from_number
from core.formats import count_text, counted, month_text, number_text, percent_text
from providers.codes import TrackStatus
from providers.feed.columns import COLUMNS, Column, Kind
from providers.feed.hold.staging import Staging, rows_of
from providers.models import Delivery

LOOK_BACK = 6
"""Deliveries that a new one is held against."""
AT_LEAST_BEFORE = 3
AT_LEAST_ROWS = 10
NEW_CODE_AT_LEAST = 3
"""A code that turns up once or twice is a rare event, not another way of filling in."""
MONTHS_KEPT = 3
"""A file with years of history is described by its newest months."""
FILL_DROP = 0.3
GONE_SHARE = 0.1
WIDEN = 0.2

MEASURED = tuple(c for c in COLUMNS if c.held_as not in ("", "month", "track_id", "contract_id"))
"""The columns that a profile describes."""


@dataclass(frozen=True)
class Alarm:
    """One thing to look at before accepting."""

    kind: str
    column: str | None
    month: str
    text: str

    def document(self) -> dict[str, Any]:
        """As data, for the receipt."""
        return asdict(self)


def profile(rows: Iterable[Sequence[Any]], present: Sequence[str]) -> dict[str, Any]:
    """Describe rows of (month, then the columns ``present`` by the name under which they are held).

    Per month the number of rows, and per column how many are filled, the quartiles of an amount
    and how often each code is there. A column that the file does not have is filled in no row.
    """
    by_month: dict[date, list[Sequence[Any]]] = {}
    for row in rows:
        by_month.setdefault(row[0], []).append(row)
    newest = sorted(by_month)[-MONTHS_KEPT:]
    places = {name: place for place, name in enumerate(present, start=1)}
    return {
        f"{month:%Y-%m}": {
            "rows": len(by_month[month]),
            "columns": {
                column.name: _describe(
                    column,
                    [row[places[column.held_as]] for row in by_month[month]]
                    if column.held_as in places
                    else [],
                )
                for column in MEASURED
            },
        }
        for month in newest
    }


def _describe(column: Column, cells: Sequence[Any]) -> dict[str, Any]:
    filled = [cell for cell in cells if cell is not None]
    described: dict[str, Any] = {"filled": len(filled)}
    if column.kind is Kind.CODE:
        described["codes"] = {str(code): count for code, count in sorted(Counter(filled).items())}
    elif column.kind in (Kind.HOURS, Kind.WHOLE) and len(filled) >= AT_LEAST_ROWS:
        per_hour = 60 if column.kind is Kind.HOURS else 1
        described["quartiles"] = [round(q / per_hour, 3) for q in quantiles(filled, n=4)]
    return described


def alarms(
    now: Mapping[str, Any], before: Sequence[Mapping[str, Any]], *, missing: int = 0
) -> list[Alarm]:
    """Hold a profile against those of the deliveries before, newest first.

    ``missing`` is how many learners were open in the month before the newest one and are not in
    the file without having ended. Fewer than three deliveries before, or ten rows, tell nothing.
    """
    if not now:
        return []
    newest = max(now)
    raised = [_vanished(newest, missing)] if missing else []
    months_before = (_newest_month(earlier) for earlier in before)
    history = [month_before for month_before in months_before if month_before is not None]
    if len(history) >= AT_LEAST_BEFORE:
        for month, described in sorted(now.items()):
            if described["rows"] >= AT_LEAST_ROWS:
                for column in MEASURED:
                    raised += _column_alarms(column, month, described, history)
    return raised


def _newest_month(earlier: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The newest month of an earlier delivery, when it has enough rows to say something."""
    if not earlier:
        return None
    month: Mapping[str, Any] = earlier[max(earlier)]
    return month if month["rows"] >= AT_LEAST_ROWS else None


def _vanished(month: str, missing: int) -> Alarm:
    before = month_text(_previous(month))
    who = counted(missing, "cursist was", "cursisten waren")
    stands = "staat" if missing == 1 else "staan"
    return Alarm(
        "vanished",
        None,
        month,
        f"{who} in {before} nog bezig en {stands} niet in dit bestand. "
        "Zijn zij gestopt? Stuur dan een rij met de einddatum.",
    )


def _previous(month: str) -> date:
    year, number = int(month[:4]), int(month[5:])
    return date(year - 1, 12, 1) if number == 1 else date(year, number - 1, 1)


def _column_alarms(
    column: Column, month: str, described: Mapping[str, Any], history: Sequence[Mapping[str, Any]]
) -> list[Alarm]:
    cell = described["columns"][column.name]
    earlier = [m["columns"][column.name] for m in history if column.name in m["columns"]]
    if not earlier:
        return []
    share = cell["filled"] / described["rows"]
    usual = median(
        m["columns"][column.name]["filled"] / m["rows"]
        for m in history
        if column.name in m["columns"]
    )
    if share < usual - FILL_DROP:
        text = (
            f"De kolom {column.name} is voor {percent_text(100 * share, 0)} gevuld. "
            f"In eerdere leveringen was dat {percent_text(100 * usual, 0)}."
        )
        return [Alarm("emptied", column.name, month, text)]
    if column.codes is not None:
        return _code_alarms(column, month, cell, earlier)
    return _amount_alarms(column, month, cell, earlier)


def _code_alarms(
    column: Column, month: str, cell: Mapping[str, Any], earlier: Sequence[Mapping[str, Any]]
) -> list[Alarm]:
    assert column.codes is not None  # noqa: S101  told apart by the caller  # nosec B101
    labels = {str(int(code)): code.label for code in column.codes}
    earlier_codes = {code for one in earlier for code in one["codes"]}
    raised = [
        Alarm(
            "new_code",
            column.name,
            month,
            f'Nieuw in de kolom {column.name}: "{labels[code]}" ({count_text(cell["codes"][code])} '
            f"keer). In de laatste {len(earlier)} leveringen kwam dit niet voor.",
        )
        for code in sorted(cell["codes"].keys() - earlier_codes)
        if cell["codes"][code] >= NEW_CODE_AT_LEAST
    ]
    for code in sorted(earlier_codes - cell["codes"].keys()):
        shares = [one["codes"].get(code, 0) / one["filled"] for one in earlier if one["filled"]]
        if cell["filled"] >= AT_LEAST_ROWS and min(shares, default=0) >= GONE_SHARE:
            text = (
                f'In de kolom {column.name} komt "{labels[code]}" niet meer voor. '
                f"Eerder was dat steeds minstens {percent_text(100 * min(shares), 0)} van de rijen."
            )
            raised.append(Alarm("code_gone", column.name, month, text))
    return raised


def _amount_alarms(
    column: Column, month: str, cell: Mapping[str, Any], earlier: Sequence[Mapping[str, Any]]
) -> list[Alarm]:
    middles = [one["quartiles"][1] for one in earlier if "quartiles" in one]
    if "quartiles" not in cell or len(middles) < AT_LEAST_BEFORE:
        return []
    middle, usual = cell["quartiles"][1], median(middles)
    room = max(max(middles) - min(middles), WIDEN * abs(usual), 1.0)
    if min(middles) - room <= middle <= max(middles) + room:
        return []
    text = (
        f"De middelste waarde van {column.name} is nu {number_text(middle, 1)}. "
        f"In eerdere leveringen lag die tussen {number_text(min(middles), 1)} en "
        f"{number_text(max(middles), 1)}."
    )
    return [Alarm("jumped", column.name, month, f"{text}{_likely_cause(column, middle, usual)}")]


def _likely_cause(column: Column, middle: float, usual: float) -> str:
    """What often is behind a jump of this size."""
    if column.kind is not Kind.HOURS or usual <= 0 or middle <= 0:
        return ""
    ratio = middle / usual
    if 45 <= ratio <= 75:
        return " Staan er minuten in plaats van uren?"
    if 3.5 <= ratio <= 5 or 0.2 <= ratio <= 0.29:
        return " Zijn uren per week en uren per maand verwisseld?"
    return ""


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
    raised = alarms(
        described,
        _earlier(provider, delivery),
        missing=_missing(provider),
    )
    return {"profile": described, "drift": [alarm.document() for alarm in raised]}


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
