"""Keep the estimate, the trace and the questions of an inkooptraject."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from core import audit, municipalities
from core.db import transaction
from core.errors import DomainError
from procurement.models import (
    ContractingProcess,
    ExpectedNumber,
    GroupPlan,
    Question,
    TraceItem,
    TraceLink,
)
from procurement.plan.operations import recalculate
from procurement.plan.queries import THING
from procurement.plan.storing import insert
from procurement.plan.validity import FIRST_YEAR, LAST_YEAR, ROUTES
from procurement.preparation import queries as preparation_queries
from procurement.preparation.trace import KINDS, Item

LONGEST_CODE = 40


@dataclass(frozen=True, slots=True)
class Expected:
    """Trajecten that one gemeente expects of one route in one year."""

    municipality: str
    route: str
    year: int
    tracks: int


@dataclass(frozen=True, slots=True)
class Grouping:
    """How groups of one route are made."""

    route: str
    size: int
    every: int = 0
    places: int | None = None


def put_estimate(
    process: ContractingProcess,
    expected: Sequence[Expected],
    groupings: Sequence[Grouping],
    *,
    by: str,
    at: datetime,
) -> bool:
    """Replace the expected numbers and how groups are made; say whether anything changed.

    The size of the whole traject follows: it has one estimate.
    """
    _require_estimate(expected, groupings)
    old = {
        (r.municipality, r.route, r.year): r.tracks for r in preparation_queries.numbers(process)
    }
    new = {(e.municipality, e.route, e.year): e.tracks for e in expected}
    old_groups = {
        g.route: (g.group_size, g.start_every_weeks, g.places)
        for g in preparation_queries.groups(process)
    }
    new_groups = {g.route: (g.size, g.every, g.places) for g in groupings}
    if (old, old_groups) == (new, new_groups):
        return False
    with transaction():
        ExpectedNumber.delete().where(ExpectedNumber.process == process).execute()
        GroupPlan.delete().where(GroupPlan.process == process).execute()
        insert(
            ExpectedNumber,
            [
                {"process": process, "municipality": m, "route": r, "year": y, "tracks": n}
                for (m, r, y), n in new.items()
            ],
        )
        insert(
            GroupPlan,
            [
                {
                    "process": process,
                    "route": r,
                    "group_size": s,
                    "start_every_weeks": e,
                    "places": p,
                }
                for r, (s, e, p) in new_groups.items()
            ],
        )
        if new:
            total = sum(new.values())
            ContractingProcess.update(tracks=total, changed_at=at).where(
                ContractingProcess.id == process.id
            ).execute()
            recalculate(process.code, at=at)
        audit.record(
            at=at, actor=by, action="raming", thing=THING, thing_id=process.code,
            before=_changed(old, new), after=_changed(new, old),
        )  # fmt: skip
    return True


def _changed(these: dict[Any, int], those: dict[Any, int]) -> dict[str, Any]:
    return {
        " ".join(map(str, key)): value for key, value in these.items() if those.get(key) != value
    }


def _require_estimate(expected: Sequence[Expected], groupings: Sequence[Grouping]) -> None:
    seen = set()
    for e in expected:
        _require_route(e.route, "numbers")
        if e.municipality not in municipalities.names():
            raise DomainError(
                "municipality", f"Gemeentecode {e.municipality} is onbekend.", field="numbers"
            )
        if not FIRST_YEAR <= e.year <= LAST_YEAR or not 0 <= e.tracks <= 100_000:
            raise DomainError(
                "numbers",
                f"{municipalities.name(e.municipality)} {e.route}: controleer jaar {e.year} en "
                f"aantal {e.tracks}.",
                field="numbers",
            )
        key = (e.municipality, e.route, e.year)
        if key in seen:
            raise DomainError(
                "twice", f"{e.municipality} {e.route} {e.year} staat er twee keer.",
                field="numbers",
            )  # fmt: skip
        seen.add(key)
    for g in groupings:
        _require_route(g.route, "groups")
        if not 1 <= g.size <= 100 or not 0 <= g.every <= 52:
            raise DomainError(
                "groups",
                f"{ROUTES[g.route]}: kies een groep van 1 tot 100 en 0 tot 52 weken tussen starts.",
                field="groups",
            )
    if len({g.route for g in groupings}) < len(groupings):
        raise DomainError("twice", "Een leerroute staat er twee keer.", field="groups")


def _require_route(route: str, field: str) -> None:
    if route not in ROUTES:
        raise DomainError("route", f"Leerroute {route!r} is onbekend. Kies B, O of Z.", field=field)


def put_trace(process: ContractingProcess, items: Sequence[Item], *, by: str, at: datetime) -> bool:
    """Replace the trace; say whether anything changed."""
    _require_trace(items)
    old = preparation_queries.trace(process)
    if set(old) == set(items):
        return False
    with transaction():
        TraceItem.delete().where(TraceItem.process == process).execute()
        insert(
            TraceItem,
            [
                {
                    "process": process, "kind": i.kind, "code": i.code, "text": i.text,
                    "source": i.source, "weight": i.weight,
                }
                for i in items
            ],
        )  # fmt: skip
        rows: Any = TraceItem.select(TraceItem.code, TraceItem.id).where(
            TraceItem.process == process
        )
        keys = dict(rows.tuples())
        insert(
            TraceLink,
            [
                {"origin": keys[i.code], "result": keys[code]}
                for i in items
                for code in dict.fromkeys(i.leads_to)
            ],
        )
        was, now = {i.code: i.text for i in old}, {i.code: i.text for i in items}
        audit.record(
            at=at, actor=by, action="eisen", thing=THING, thing_id=process.code,
            before={k: v for k, v in was.items() if now.get(k) != v},
            after={k: v for k, v in now.items() if was.get(k) != v},
        )  # fmt: skip
    return True


def _require_trace(items: Sequence[Item]) -> None:
    codes = [i.code for i in items]
    for item in items:
        if item.kind not in KINDS:
            raise DomainError(
                "kind", f"{item.code}: kies {', '.join(KINDS)}. Er staat {item.kind!r}.",
                field="rows",
            )  # fmt: skip
        if not 1 <= len(item.code) <= LONGEST_CODE or not item.text or codes.count(item.code) > 1:
            raise DomainError(
                "code",
                f"Geef elke regel een eigen code van hoogstens {LONGEST_CODE} tekens en een "
                f"omschrijving: {item.code[:50]!r}.",
                field="rows",
            )  # fmt: skip
        if item.weight is not None and not 0 <= item.weight <= 100:
            raise DomainError(
                "weight", f"{item.code}: kies een weging van 0 tot 100.", field="rows"
            )
        for code in item.leads_to:
            if code not in codes or code == item.code:
                raise DomainError(
                    "leads_to", f"{item.code} leidt naar {code!r}; die code staat hier niet.",
                    field="rows",
                )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its answer."""

    stage: str
    asked_on: date
    question: str
    answer: str = ""
    published_on: date | None = None


def put_question(
    process: ContractingProcess, asked: Asked, number: int | None = None, *, by: str, at: datetime
) -> int:
    """Add a question, or change one that is not yet published; return its number."""
    if asked.published_on is not None and not asked.answer.strip():
        raise DomainError("answer", "Vul het antwoord in voor je publiceert.", field="answer")
    if asked.published_on is not None and asked.published_on < asked.asked_on:
        raise DomainError(
            "published_on", "Een antwoord komt na de vraag. Controleer de data.",
            field="published_on",
        )  # fmt: skip
    with transaction():
        old = (
            Question.get_or_none((Question.process == process) & (Question.number == number))
            if number is not None
            else None
        )
        if old is not None and old.published_on is not None:
            raise DomainError(
                "published",
                "Dit antwoord is gepubliceerd en verandert niet meer. Maak een nieuwe vraag als "
                "het antwoord anders wordt.",
            )
        row = old or Question(process=process, number=preparation_queries.next_number(process))
        before = {"antwoord": row.answer} if old else None
        for name in ("stage", "asked_on", "question", "answer", "published_on"):
            setattr(row, name, getattr(asked, name))
        row.save()
        audit.record(
            at=at, actor=by, action="vraag", thing=THING, thing_id=process.code, before=before,
            after={"nummer": row.number, "vraag": asked.question, "antwoord": asked.answer},
        )  # fmt: skip
    return int(row.number)
