"""Staged rows against each other and against what is held: what a file alone cannot tell.

Each question is one query; what it finds becomes a problem, and a row that breaks a rule of the
severity *error* leaves the staged rows.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from core.dates import month_from_number
from core.formats import counted, day_text, month_text
from core.municipalities import code_today, name as municipality_name
from providers.codes import LearningRoute, SkillLevel, TrackStatus
from providers.feed.check.checking import Problem, Tally
from providers.feed.check.rules import RULES, sentence
from providers.feed.hold.staging import (
    VALUE_COLUMNS,
    Staging,
    count_for_plans,
    insert,
    rows_of,
    run,
    same,
)
from providers.feed.table import row_text
from providers.feed.values import echo, fold
from providers.models import Contract, ContractScope, TeachingMethod

LEVELS = {
    "level_reading": "niveau_lezen",
    "level_listening": "niveau_luisteren",
    "level_writing": "niveau_schrijven",
    "level_speaking": "niveau_spreken",
}


def _problem(row: int | None, column: str | None, code: str, value: str, **details: Any) -> Problem:
    text = echo(value)
    message = sentence(code, value=text, column=column, **details)
    return Problem(row, column, code, RULES[code].severity, text or None, message)


def take_out_duplicates(staging: Staging, tally: Tally, sheets: Sequence[str] = ()) -> int:
    """F501 and F510: rows of a key that the file has more than once.

    When all of them say the same, the first counts and the others repeat it; else every one is
    rejected. Returns how many rows repeat one of the same file.
    """
    keys = rows_of(
        "SELECT DISTINCT track, month FROM staged_again UNION SELECT track, month "
        "FROM staged_rejected WHERE track IS NOT NULL AND month IS NOT NULL "
        "GROUP BY track, month HAVING COUNT(*) > 1 ORDER BY 1, 2"
    )
    values = ", ".join(staging.present)
    repeats = 0
    for key in keys:
        first, again, sent_back = (
            rows_of(f"SELECT row_number{more} FROM {table} WHERE track = ? AND month = ?", *key)
            for table, more in (
                ("staged", f", {values}"), ("staged_again", f", {values}"), ("staged_rejected", ""),
            )
        )  # fmt: skip
        number = rows_of("SELECT number FROM staged_track WHERE local = ?", key[0])[0][0]
        rows = sorted(row for row, *_ in (*first, *again, *sent_back))
        places = ", ".join(row_text(row, sheets) for row in rows[:10])
        is_one = not tally.rows_per_lesson and not sent_back
        if is_one and len({tuple(rest) for _, *rest in (*first, *again)}) == 1:
            repeats += len(again)
            staging.add_problems(
                _problem(row, "trajectnummer", "F510", number, rows=places) for row, *_ in again
            )
            continue
        staging.take_out(tally, "track = ? AND month = ?", *key)
        tally.rejected += len(again)
        staging.add_rejected([(row, *key) for row, *_ in again])
        staging.add_problems(
            _problem(row, "trajectnummer", "F501", number, rows=places) for row in rows
        )
    return repeats


def ask_for_lost_zeros(provider: int, staging: Staging, tally: Tally) -> None:
    """F511: a new trajectnummer that is one we hold, of the same gemeente, without its zeros."""
    registered = rows_of(
        "SELECT number, id FROM course_track WHERE provider_id = ? AND SUBSTR(number, 1, 1) = '0'",
        provider,
    )
    by_rest = {number.lstrip("0"): (number, track) for number, track in registered}
    new = rows_of("SELECT local, number FROM staged_track WHERE id IS NULL") if by_rest else ()
    for local, number in new:
        number_before, track = by_rest.get(number, ("", 0))
        rows = number_before and rows_of(
            "SELECT row_number FROM staged s WHERE track = ? AND EXISTS (SELECT 1 FROM "
            "progress_record p WHERE p.track_id = ? AND p.municipality = s.municipality "
            "AND p.superseded_by_id IS NULL) ORDER BY row_number",
            local, track,
        )  # fmt: skip
        if rows:
            staging.add_problems(
                _problem(row, "trajectnummer", "F511", number, known=number_before)
                for (row,) in rows
            )
            staging.take_out(tally, "track = ?", local)


def compare(provider: int, staging: Staging) -> bool:
    """Note for each staged row which held row it replaces or repeats; tell whether any is held."""
    has_rows = bool(
        rows_of(
            "SELECT 1 FROM progress_record WHERE provider_id = ? AND superseded_by_id IS NULL "
            "LIMIT 1",
            provider,
        )
    )
    equal = [
        same(f"p.{name}", f"s.{name}" if name in staging.present else "NULL")
        for name in VALUE_COLUMNS
    ]
    if has_rows:
        # CROSS JOIN keeps SQLite from walking the held rows: the staged ones are few beside them.
        run(
            "INSERT INTO staged_old SELECT s.row_number, s.track, s.month, p.id, "
            f"CASE WHEN {' AND '.join(equal)} THEN 1 ELSE 0 END, p.registered_on, p.route "
            "FROM staged s CROSS JOIN staged_track t CROSS JOIN progress_record p "
            "WHERE t.local = s.track AND p.provider_id = ? AND p.month = s.month "
            "AND p.track_id = t.id AND p.superseded_by_id IS NULL",
            provider,
        )
        count_for_plans("staged_old")
    return has_rows


def look_back(staging: Staging, tally: Tally, *, with_held: bool) -> None:
    """F502-F505: a month after the end, and what changed since the month before.

    Within the file, of the trajecten that the check pointed out; beside what is held, of the rows
    whose month before is not in the file.
    """
    _insert_look(tally.look_back)
    changes = _within_file()
    if with_held:
        changes += _beside_held()
    warned: set[int] = set()
    for row, track, month, ended, *before_and_now in changes:
        if ended is not None:
            _reject_after_end(staging, tally, track, ended)
        else:
            staging.add_problems(_changes(row, month, before_and_now))
            warned.add(row)
    if with_held:
        staging.add_problems(_replaced(warned))


def _insert_look(tracks: set[int]) -> None:
    run("CREATE TEMPORARY TABLE staged_look (track integer PRIMARY KEY)")
    insert("staged_look", ("track",), [(track,) for track in sorted(tracks)])


_LEVELS_BESIDE = ", ".join(f"b.{name}, s.{name}" for name in LEVELS)
_FOUND = (
    "s.row_number, s.track, s.month, {ended}, b.registered_on, s.registered_on, b.route, s.route, "
    f"b.month, {_LEVELS_BESIDE}"
)
_DIFFERS = "b.registered_on <> s.registered_on OR b.route <> s.route OR " + " OR ".join(
    f"(b.month = s.month - 1 AND b.{name} - s.{name} > 1)" for name in LEVELS
)
_COMPLETED = int(TrackStatus.COMPLETED)


def _within_file() -> list[tuple[Any, ...]]:
    return rows_of(
        f"SELECT {_FOUND.format(ended='s.ended')} FROM (SELECT x.*, "
        "LAG(x.month) OVER line AS month_before, "
        f"MIN(CASE WHEN x.status >= {_COMPLETED} THEN x.month END) OVER (PARTITION BY x.track "
        "ORDER BY x.month ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS ended "
        "FROM staged_look l JOIN staged x ON x.track = l.track "
        "WINDOW line AS (PARTITION BY x.track ORDER BY x.month)) s "
        "JOIN staged b ON b.track = s.track AND b.month = s.month_before "
        f"WHERE s.ended IS NOT NULL OR {_DIFFERS} ORDER BY s.row_number"
    )


def _beside_held() -> list[tuple[Any, ...]]:
    """Rows beside the latest earlier month that is held and that the file leaves as it is."""
    ended = f"CASE WHEN b.status >= {_COMPLETED} THEN b.month END"
    return rows_of(
        f"SELECT {_FOUND.format(ended=ended)} FROM staged s "
        "JOIN staged_track t ON t.local = s.track "
        "JOIN progress_record b ON b.id = (SELECT q.id FROM progress_record q "
        "WHERE q.track_id = t.id AND q.month < s.month AND q.superseded_by_id IS NULL "
        "ORDER BY q.month DESC LIMIT 1) "
        "WHERE t.id IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM staged x WHERE x.track = s.track AND x.month = s.month - 1) "
        "AND NOT EXISTS (SELECT 1 FROM staged x "
        "WHERE x.track = s.track AND x.month >= b.month AND x.month < s.month) "
        f"AND (b.status >= {_COMPLETED} OR {_DIFFERS}) ORDER BY s.row_number"
    )


def _reject_after_end(staging: Staging, tally: Tally, track: int, ended: int) -> None:
    rows = rows_of(
        "SELECT row_number, month FROM staged WHERE track = ? AND month > ?", track, ended
    )
    month_of_end = month_text(month_from_number(ended))
    staging.add_problems(
        _problem(
            row, "rapportagemaand", "F502", f"{month_from_number(month):%Y-%m}", ended=month_of_end
        )
        for row, month in rows
    )
    staging.take_out(tally, "track = ? AND month > ?", track, ended)


def _day(ordinal: int) -> str:
    return day_text(date.fromordinal(ordinal))


def _changes(row: int, month: int, before_and_now: list[Any]) -> Iterator[Problem]:
    registered_before, registered, route_before, route, month_before, *levels = before_and_now
    if registered != registered_before:
        yield _problem(
            row, "datum_aanmelding", "F503", _day(registered), before=_day(registered_before)
        )
    if route != route_before:
        old, new = LearningRoute(route_before).code, LearningRoute(route).code
        yield _problem(row, "leerroute", "F504", new, before=old)
    if month_before != month - 1:
        return
    for name, before, now in zip(LEVELS.values(), levels[::2], levels[1::2], strict=True):
        if before - now > 1:
            old, new = SkillLevel(before).code, SkillLevel(now).code
            yield _problem(row, name, "F505", new, before=old)


def _replaced(warned: set[int]) -> Iterator[Problem]:
    """F503 and F504 against the row that is replaced, where they were not told already."""
    for row, registered, registered_before, route, route_before in rows_of(
        "SELECT s.row_number, s.registered_on, o.registered_on, s.route, o.route "
        "FROM staged_old o JOIN staged s ON s.track = o.track AND s.month = o.month "
        "WHERE o.same = 0 AND (s.registered_on <> o.registered_on OR s.route <> o.route) "
        "ORDER BY s.row_number"
    ):
        if row not in warned:
            unlike_month = (registered_before, registered, route_before, route, None)
            yield from _changes(row, 0, list(unlike_month))


def look_aside(provider: int, staging: Staging) -> None:
    """F506: the same traject active at another provider in the same month."""
    if not rows_of("SELECT 1 FROM course_track WHERE provider_id <> ? LIMIT 1", provider):
        return
    rows = rows_of(
        "SELECT s.row_number, t.number FROM staged_track t "
        "CROSS JOIN course_track c CROSS JOIN staged s CROSS JOIN progress_record p "
        "WHERE c.number = t.number AND c.provider_id <> ? AND s.track = t.local "
        "AND p.track_id = c.id AND p.month = s.month AND p.superseded_by_id IS NULL "
        "AND s.status = ? AND p.status = ?",
        provider, int(TrackStatus.ACTIVE), int(TrackStatus.ACTIVE),
    )  # fmt: skip
    staging.add_problems(
        _problem(row, "trajectnummer", "F506", number) for row, number in sorted(set(rows))
    )


def look_for_contracts(provider: int, staging: Staging, tally: Tally) -> None:
    """F507 and F508: one warning per gemeente x leerroute that no contract covers."""
    numbers = {c.id: c.number for c in Contract.select().where(Contract.provider == provider)}
    scopes = [
        (scope.contract.id, scope.route, _today(scope.municipality), scope.contract)
        for scope in ContractScope.select(ContractScope, Contract)
        .join(Contract)
        .where(Contract.provider == provider)
    ]
    uncovered: dict[tuple[int, int, int | None], int] = {}
    for (month, municipality, route, contract), (count, _, _) in tally.sums.items():
        covering = _covering(scopes, municipality, route, month_from_number(month))
        if not covering:
            key: tuple[int, int, int | None] = (municipality, route, None)
        elif contract is not None and contract not in covering:
            key = (municipality, route, contract)
        else:
            continue
        uncovered[key] = uncovered.get(key, 0) + count
    staging.add_problems(
        _problem(
            None, "contractnummer", "F507" if contract is None else "F508", "",
            municipality=f"{municipality_name(municipality)} ({municipality:04d})",
            route=LearningRoute(route).code, rows=counted(count, "rij", "rijen"),
            contract=numbers.get(contract or 0, ""),
        )
        for (municipality, route, contract), count in sorted(
            uncovered.items(), key=lambda item: (item[0][0], item[0][1], item[0][2] or 0)
        )
    )  # fmt: skip


def look_for_methods(provider: int, staging: Staging) -> None:
    """F509: a lesmethode that is not among those that are registered for this provider."""
    registered = TeachingMethod.select(TeachingMethod.name).where(
        TeachingMethod.provider == provider
    )
    names = {fold(method.name) for method in registered}
    if not names or "teaching_method" not in staging.present:
        return
    staging.add_problems(
        _problem(None, "lesmethode", "F509", name, rows=counted(count, "rij", "rijen"))
        for name, count in rows_of(
            "SELECT teaching_method, COUNT(*) FROM staged WHERE teaching_method IS NOT NULL "
            "GROUP BY teaching_method ORDER BY teaching_method"
        )
        if fold(name) not in names
    )


def _today(code: str | None) -> str | None:
    return None if code is None else code_today(code)


def _covering(
    scopes: list[tuple[int, int, str | None, Contract]], municipality: int, route: int, month: date
) -> set[int]:
    code = f"{municipality:04d}"
    return {
        key
        for key, covered_route, covered, contract in scopes
        if covered_route == route
        and covered in (None, code)
        and contract.valid_from.replace(day=1) <= month
        and (contract.valid_until is None or contract.valid_until >= month)
    }
