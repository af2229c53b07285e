"""Questions about agreements and complaints: one query each."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import sqrt
from typing import Any

from peewee import Case, fn

import quality.scopes  # noqa: F401  registers who sees what
from core.accounts import Account, visible
from core.dates import add_months, month_from_number, month_number, month_of
from core.formats import month_text
from core.small_numbers import MINIMUM
from providers.models import Provider
from quality.agreements.effect import (
    Effect,
    Reading,
    Schools,
    effect_at,
    effect_sentence,
    placebos,
)
from quality.agreements.models import Agreement, Complaint, Talk
from quality.agreements.rules import MonthValue, Progress, follow
from quality.cards.queries import newest_judged_month
from quality.cards.timeline_queries import Event, EventKind, provider_events
from quality.method.criteria import CRITERIA, Measure
from quality.models import MonthFigures, ScoreCard

HOURS_WINDOW, DECIDED_WINDOW = 3, 6
"""Months that a value is over: hours as the method has them, starts in time longer."""
MOST_WINDOWS = 4
Z_90 = 1.6449
PLACES = ("criteria", "beside")
"""Where a judgement has a criterion: with a weight, or without."""
ELSE_CHANGED = (
    EventKind.MARK, EventKind.CONTRACT, EventKind.AGREEMENT, EventKind.MODEL, EventKind.DELIVERY,
)  # fmt: skip
OpenKinds = dict[tuple[int, int, str], set[str]]


def agreements_of(provider: Provider, account: Account) -> list[Agreement]:
    """Agreements with a provider that this account may see: open first, then by due date."""
    query = visible(Agreement, account)
    return list(
        query.where(Agreement.provider == provider).order_by(
            Agreement.state != "open", Agreement.due_on, Agreement.id
        )
    )


def talks_of(provider: Provider, account: Account) -> list[Talk]:
    """Talks with a provider that this account may see, newest first."""
    query = visible(Talk, account).where(Talk.provider == provider)
    return list(query.order_by(Talk.held_on.desc(), Talk.id.desc()))


def open_kinds(provider_ids: Sequence[int]) -> OpenKinds:
    """What is open per (provider, route, criterion): the kinds ``agreement`` and ``plan``.

    Not counted: agreements without a measure, and closed or cancelled ones.
    """
    query: Any = Agreement.select(
        Agreement.provider, Agreement.route, Agreement.criterion, Agreement.kind
    )
    rows = query.where(
        Agreement.provider.in_(list(provider_ids)),
        Agreement.state == "open",
        Agreement.criterion.is_null(False),
    ).tuples()
    kinds: OpenKinds = defaultdict(set)
    for provider, route, criterion, kind in rows:
        kinds[provider, route, criterion].add(kind)
    return dict(kinds)


def progress_of(agreements: Sequence[Agreement], today: date) -> dict[int, Progress]:
    """Follow every agreement in the stored score cards of its provider and route."""
    measured = [a for a in agreements if a.threshold is not None]
    cards: dict[tuple[int, int | None], list[Any]] = defaultdict(list)
    if measured:
        query: Any = ScoreCard.select(
            ScoreCard.provider, ScoreCard.route, ScoreCard.month, ScoreCard.result
        )
        rows = query.where(
            ScoreCard.provider.in_({a.provider_id for a in measured}),  # type: ignore[attr-defined]
            ScoreCard.route.in_({a.route for a in measured}),
            ScoreCard.month >= month_of(min(a.agreed_on for a in measured)),
            ScoreCard.revision == 0,
        ).tuples()
        for provider, route, month, result in rows:
            cards[provider, route].append((month, result["criteria"]))
    return {
        a.id: follow(
            threshold=a.threshold,
            agreed_on=a.agreed_on,
            due_on=a.due_on,
            months=_values(cards.get((a.provider_id, a.route), []), a.criterion or ""),  # type: ignore[attr-defined]
            today=today,
        )
        for a in agreements
    }


def _values(cards: Sequence[tuple[date, dict[str, Any]]], criterion: str) -> list[MonthValue]:
    """The figure of a criterion per month; of the mark its points, since its value is a word."""
    measure = CRITERIA.get(criterion)
    key = "points" if measure is not None and measure.is_status else "value"
    return [MonthValue(month, criteria.get(criterion, {}).get(key)) for month, criteria in cards]


def latest_cards(provider: Provider) -> list[ScoreCard]:
    """The cards of the newest month that this provider has any of, by route."""
    newest = ScoreCard.select(fn.MAX(ScoreCard.month)).where(ScoreCard.provider == provider)
    return list(
        ScoreCard.select()
        .where(ScoreCard.provider == provider, ScoreCard.revision == 0, ScoreCard.month == newest)
        .order_by(ScoreCard.route)
    )


@dataclass(frozen=True)
class EffectReport:
    """Did an agreement work: the comparison per window after it, or why there is none yet.

    ``events`` are what else happened at the school meanwhile.
    """

    reason: str | None
    window: int = 0
    effects: tuple[Effect, ...] = ()
    placebos: tuple[Effect, ...] = ()
    events: tuple[Event, ...] = ()


def effect_report(agreement: Agreement, account: Account, today: date) -> EffectReport:
    """Compare what changed after an agreement with schools that had none, and what else changed."""
    report = effects_of([agreement], today)[agreement.id]
    if not report.effects:
        return report
    month = month_number(agreement.agreed_on)
    first, last = month - report.window, month + len(report.effects) * report.window
    events = provider_events(
        agreement.provider, account, month_from_number(first), month_from_number(last), today
    )
    return replace(
        report,
        events=tuple(
            event
            for event in events
            if event.kind in ELSE_CHANGED
            and (event.kind is not EventKind.AGREEMENT or event.key != agreement.id)
        ),
    )


def effects_of(agreements: Iterable[Agreement], today: date) -> dict[int, EffectReport]:
    """The comparison of each agreement, by key; the values of a route are read once."""
    newest = newest_judged_month(today)
    read: dict[tuple[int, str], Schools] = {}
    reports = {}
    for one in agreements:
        measure = CRITERIA.get(one.criterion or "")
        if measure is None or measure.is_status or one.route is None:
            reason = "Deze afspraak gaat niet over een cijfer van één leerroute."
            reports[one.id] = EffectReport(reason)
        elif newest is None:
            reports[one.id] = EffectReport("Er zijn nog geen maandcijfers.")
        else:
            key = one.route, measure.code
            window = DECIDED_WINDOW if measure.counts_people else HOURS_WINDOW
            too_early = _too_early(one, window, newest)
            if too_early is None and key not in read:
                read[key] = _schools(one.route, measure, newest)
            reports[one.id] = too_early or _compared(one, read[key])
    return reports


def _too_early(agreement: Agreement, window: int, newest: date) -> EffectReport | None:
    first_after = month_from_number(month_number(agreement.agreed_on) + window)
    if first_after <= newest:
        return None
    return EffectReport(
        f"Te vroeg om te zeggen. De eerste {window} hele maanden na de afspraak zijn "
        f"compleet met de cijfers van {month_text(first_after)}.",
        window,
    )


def _compared(agreement: Agreement, schools: Schools) -> EffectReport:
    month, school = month_number(agreement.agreed_on), agreement.provider.code
    effects = [
        one
        for windows in range(1, MOST_WINDOWS + 1)
        if (one := effect_at(schools, school, month, windows=windows)) is not None
    ]
    if not effects:
        return EffectReport(
            "Er is te weinig om mee te vergelijken: geen cijfer voor of na de afspraak, of te "
            "weinig aanbieders die in hetzelfde seizoen even hoog stonden en geen afspraak hadden.",
            schools.window,
        )
    return EffectReport(
        None, schools.window, tuple(effects), tuple(placebos(schools, school, month))
    )


def effect_text(agreement: Agreement, report: EffectReport) -> str:
    """What may be said of an agreement in one sentence, or why nothing."""
    if not report.effects:
        return report.reason or ""
    measure = CRITERIA[agreement.criterion or ""]
    return effect_sentence(report.effects[0], measure.cause, unit_of(measure))


def unit_of(measure: Measure) -> str:
    """In what a change of a criterion is told."""
    return "procentpunt" if measure.is_share else measure.target_unit


def _schools(route: int, measure: Measure, newest: date) -> Schools:
    """The values of every school on a route, and when agreements about them ran."""
    query: Any = (
        Agreement.select(Provider.code, Agreement.agreed_on, Agreement.due_on, Agreement.closed_on)
        .join(Provider)
        .where(Agreement.criterion == measure.code, Agreement.route == route)
    )
    spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for code, begin, due, closed in query.tuples():
        spans[code].append((month_number(begin), month_number(closed or due)))
    if measure.counts_people:
        series = _decided(route, newest)
        return Schools(series, spans, DECIDED_WINDOW)
    return Schools(_judged(route, measure.code, newest), spans, HOURS_WINDOW)


def _judged(route: int, criterion: str, newest: date) -> dict[str, dict[int, Reading]]:
    """Per school the values of the score cards, with the error that their interval tells."""

    def part(name: str, *more: int) -> Any:
        places = [ScoreCard.result.path(place, criterion, name, *more) for place in PLACES]
        return fn.COALESCE(*(place.as_float() for place in places))

    query: Any = (
        ScoreCard.select(
            Provider.code, ScoreCard.month, part("value"), part("interval", 0), part("interval", 1)
        )
        .join(Provider)
        .where(ScoreCard.route == route, ScoreCard.revision == 0, ScoreCard.month <= newest)
    )
    series: dict[str, dict[int, Reading]] = defaultdict(dict)
    for code, month, value, low, high in query.tuples():
        if None not in (value, low, high):
            series[code][month_number(month)] = Reading(value, (high - low) / (2 * Z_90))
    return series


def _decided(route: int, newest: date) -> dict[str, dict[int, Reading]]:
    """Per school the share that started in time of who was decided in each window of months.

    Each person counts in one month only (``method.md``, the CUSUM), so that windows are apart.
    """
    query: Any = (
        MonthFigures.select(
            Provider.code,
            MonthFigures.figures.path("first_month"),
            MonthFigures.figures.path("decided"),
        )
        .join(Provider)
        .where(MonthFigures.route == route, MonthFigures.month == newest)
    )
    series: dict[str, dict[int, Reading]] = {}
    for code, first, decided in query.tuples():
        readings = series[code] = {}
        for at in range(DECIDED_WINDOW, len(decided) + 1):
            people, in_time = map(sum, zip(*decided[at - DECIDED_WINDOW : at], strict=True))
            if people >= MINIMUM:
                likely = (in_time + 0.5) / (people + 1)
                error = 100 * sqrt(likely * (1 - likely) / (people + 1))
                readings[first + at - 1] = Reading(100 * in_time / people, error)
    return series


def complaints_of(provider: Provider, account: Account) -> list[Complaint]:
    """Complaints about a provider that this account may see: open first, then newest."""
    query = visible(Complaint, account).where(Complaint.provider == provider)
    return list(
        query.order_by(Complaint.state != "open", Complaint.received_on.desc(), Complaint.id.desc())
    )


def complaints_by_criterion(
    provider: Provider,
    route: int | None,
    account: Account | None,
    *,
    last: date,
    months: int = 12,
) -> dict[str | None, dict[str, tuple[int, int]]]:
    """Per criterion and kind: complaints received in the months up to ``last``, and those open now.

    Among those visible (all, for the command line), on this route or on none in particular, or on
    any route; None is of no criterion.
    """
    first = add_months(month_of(last), 1 - months)
    still_open = fn.SUM(Case(None, [(Complaint.state == "open", 1)], 0))
    query: Any = Complaint.select(
        Complaint.criterion, Complaint.kind, fn.COUNT(Complaint.id), still_open
    )
    if account is not None:
        query = visible(Complaint, account, query)
    if route is not None:
        query = query.where(Complaint.route.is_null() | (Complaint.route == route))
    query = query.where(Complaint.provider == provider, Complaint.received_on.between(first, last))
    complaints: dict[str | None, dict[str, tuple[int, int]]] = defaultdict(dict)
    for criterion, kind, count, waiting in query.group_by(
        Complaint.criterion, Complaint.kind
    ).tuples():
        complaints[criterion][kind] = (count, int(waiting))
    return dict(complaints)


def complaint_counts(
    provider: Provider, account: Account, *, today: date, months: int = 12
) -> dict[str, int]:
    """Complaints per kind, received over the last months up to today, among those visible."""
    first = add_months(month_of(today), 1 - months)
    query = visible(
        Complaint, account, Complaint.select(Complaint.kind, fn.COUNT(Complaint.id))
    ).where(Complaint.provider == provider, Complaint.received_on.between(first, today))
    return dict(query.group_by(Complaint.kind).tuples())
