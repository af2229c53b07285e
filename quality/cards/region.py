"""A month of all providers: their figures, kept or from the rows, and what the region tells.

How sure one provider's score is depends on how alike groups are over the region, so that a month
is judged for all providers of a route together.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import peewee
from numpy.typing import NDArray

from core.dates import add_months, month_end, month_number
from core.db import database
from providers.deliveries.queries import removed_months
from providers.models import Provider
from providers.register.queries import dossier
from providers.register.rules import Dossier
from quality.cards import inputs
from quality.cards.inputs import Moment
from quality.cards.register_facts import (
    ROUTE_CODES,
    RegisterFacts,
    facts_of,
    norms_on,
)
from quality.method.alike import Alike, Cell, compared_alike
from quality.method.case import Case, Earlier, Region, region_of
from quality.method.criteria import CRITERIA
from quality.method.figures import Figures, Starts, View, figures_of
from quality.method.judge import Judgement, judge_all
from quality.method.model import ScoringModel
from quality.method.waiting import NONE
from quality.models import MonthFigures

WINDOWS_LENGTH = 200
Key = tuple[int, int]
"""A provider and a route, by number."""


def windows_of(model: ScoringModel, month: date, breaks: Sequence[tuple[int, int]]) -> str:
    """By what figures are summed, as one word: windows, norm, and days without lessons in them."""
    windows = " ".join(f"{c.window_months}{c.norm_days or ''}" for c in model.criteria)
    length = max(c.window_months for c in model.criteria if CRITERIA[c.code].per_week)
    first, last = add_months(month, 1 - length).toordinal(), month_end(month).toordinal()
    inside = [f"{since}-{until}" for since, until in breaks if since <= last and until >= first]
    return " ".join([windows, *inside])[:WINDOWS_LENGTH]


def measured(
    provider: Provider,
    month: date,
    model: ScoringModel,
    norms: Mapping[int, int],
    known_on: Moment = None,
) -> tuple[View, dict[int, Figures]]:
    """One provider in one month from its rows: the rows as the month sees them, and the figures."""
    _, view = next(inputs.views(provider.id, [month], model, known_on))
    return view, figures_of(view, model, norms)


class FiguresRow(NamedTuple):
    """Figures as they are kept, not read yet: alike to the letter when they are the same."""

    month: int
    provider: int
    route: int
    windows: str
    text: str

    @property
    def key(self) -> Key:
        """Whose figures, and of which route."""
        return self.provider, self.route


@dataclass
class MonthRegion:
    """Everything that the judgements of a month rest on, read when it is asked for."""

    month: date
    model: ScoringModel
    providers: Sequence[Provider]
    figures: dict[Key, Figures] = field(default_factory=dict)
    registers: Mapping[int, Dossier] | None = None
    """The register of today, where it was read before."""
    rows: Mapping[Key, FiguresRow] = field(default_factory=dict)
    """The figures as they are kept, where they come from there."""

    @cached_property
    def facts(self) -> dict[int, RegisterFacts]:
        """The register on the reference day, by provider."""
        return facts_of(self.providers, self.month, self.model, registers=self.registers)

    @cached_property
    def by_route(self) -> dict[int, Region]:
        """What all providers of a route together tell of chance."""
        by_number: dict[int, list[Figures]] = defaultdict(list)
        for (_, route), figures in self.figures.items():
            by_number[route].append(figures)
        return {route: region_of(listed, self.model) for route, listed in by_number.items()}

    def region(self, route: int) -> Region:
        """What is known of chance on a route; of one without figures nothing."""
        return self.by_route.get(route) or region_of((), self.model)

    def earlier(self, key: Key) -> Earlier | None:
        """The side of a year ago in a comparison of seasons."""
        figures = self.figures.get(key)
        if figures is None:
            return None
        facts = self.facts.get(key[0])
        docents = 0 if facts is None else facts.docents
        return Earlier(figures, self.region(key[1]), docents)

    def cases(self, year_ago: "MonthRegion") -> dict[Key, Case]:
        """Every provider on the routes on which something is expected of it."""
        cases = {}
        own: dict[int, set[int]] = defaultdict(set)
        for number, route in self.figures:
            own[number].add(route)
        for provider in self.providers:
            facts = self.facts[provider.id]
            for route in sorted(own[provider.id] | set(facts.terms)):
                key = provider.id, route
                case = Case(
                    provider=provider.code,
                    route=ROUTE_CODES[route],
                    month=self.month,
                    figures=self.figures.get(key),
                    facts=facts.on(route),
                    region=self.region(route),
                    earlier=year_ago.earlier(key),
                )
                if case.is_expected:
                    cases[key] = case
        return cases

    def judgements(self, year_ago: "MonthRegion") -> dict[Key, Judgement]:
        """Judge every provider on the routes on which it had rows or has a contract."""
        cases = self.cases(year_ago)
        return dict(zip(cases, judge_all(list(cases.values()), self.model), strict=True))


def figures_rows(months: Iterable[date]) -> list[FiguresRow]:
    """All figures that are kept of some months."""
    columns = (
        MonthFigures.month, MonthFigures.provider, MonthFigures.route, MonthFigures.windows,
        peewee.Cast(MonthFigures.figures, "text"),
    )  # fmt: skip
    query = MonthFigures.select(*columns).where(MonthFigures.month.in_(list(months)))
    # In one order, so that sums over a region come out the same to the last bit.
    return [FiguresRow(*row) for row in database.execute(query.order_by(*columns[:3]))]


def kept_regions(
    month: date,
    model: ScoringModel,
    providers: Sequence[Provider],
    registers: Mapping[int, Dossier] | None = None,
) -> tuple[MonthRegion, MonthRegion, list[FiguresRow]]:
    """A month and that of a year before, with the figures that are kept; and all of those.

    Those that are missing are measured, and kept.
    """
    months = month, add_months(month, -12)
    rows = figures_rows(months)
    now, ago = (_of_rows(one, model, providers, registers, rows) for one in months)
    lacking = [(region.month, provider) for region in (now, ago) for provider in missing(region)]
    for when, provider in lacking:
        for found_month, figures in measure(provider, [when], model).items():
            store(provider.id, found_month, model, figures, anew=False)
    if lacking:
        rows = figures_rows(months)
        now, ago = (_of_rows(one, model, providers, registers, rows) for one in months)
    return now, ago, rows


def _of_rows(
    month: date,
    model: ScoringModel,
    providers: Sequence[Provider],
    registers: Mapping[int, Dossier] | None,
    rows: Sequence[FiguresRow],
) -> MonthRegion:
    """A month with its figures, as far as they were summed by the windows that hold now."""
    number = month_number(month)
    own = {row.key: row for row in rows if row.month == number}
    breaks = inputs.breaks_of({provider for provider, _ in own})
    windows = {free: windows_of(model, month, free) for free in set(breaks.values())}
    kept = {key: row for key, row in own.items() if row.windows == windows[breaks[key[0]]]}
    figures = {key: Figures.from_data(json.loads(row.text)) for key, row in kept.items()}
    return MonthRegion(month, model, providers, figures, registers, kept)


def kept_figures(month: date, model: ScoringModel) -> dict[Key, Figures]:
    """The figures that are kept of a month, as far as they were summed by these windows."""
    return _of_rows(month, model, (), None, figures_rows([month])).figures


def add_others(region: MonthRegion, known_on: Moment) -> None:
    """Add what the other providers tell of chance, as known at a moment.

    Their kept figures where nothing of theirs was decided or withdrawn since, from the rows
    otherwise. Their norms are those of the contracts of today.
    """
    own = {provider.id for provider in region.providers}
    others = [one for one in inputs.providers_named() if one.id not in own]
    moved = inputs.delivered_since(known_on)
    kept: dict[int, dict[Key, Figures]] = defaultdict(dict)
    for key, figures in kept_figures(region.month, region.model).items():
        kept[key[0]][key] = figures
    for provider in others:
        own_figures = kept[provider.id]
        if provider.id in moved or not own_figures:
            norms = norms_on(dossier(provider), region.month)
            _, figures_then = measured(provider, region.month, region.model, norms, known_on)
            own_figures = {(provider.id, route): one for route, one in figures_then.items()}
        region.figures |= own_figures


def measured_region(month: date, model: ScoringModel, providers: Sequence[Provider]) -> MonthRegion:
    """A month with the figures that another model would sum; nothing is kept."""
    region = MonthRegion(month, model, providers)
    for provider in providers:
        norms = region.facts[provider.id].norms
        _, figures = measured(provider, month, model, norms)
        region.figures |= {(provider.id, route): one for route, one in figures.items()}
    return region


def missing(region: MonthRegion) -> list[Provider]:
    """Providers that had rows by this month, without figures by the norm that now holds."""
    norm = region.model.waiting.norm_days or 0
    kept: dict[int, list[bool]] = defaultdict(list)
    for (provider, route), figures in region.figures.items():
        facts = region.facts.get(provider)
        agreed = None if facts is None else facts.norms.get(route)
        kept[provider].append(figures.norm_days == (agreed or norm))
    lacking = [p for p in region.providers if not all(kept[p.id] or [False])]
    with_rows = inputs.reported_by(region.month, [p.id for p in lacking]) if lacking else ()
    return [provider for provider in lacking if provider.id in with_rows]


def measure(
    provider: Provider, months: Iterable[date], model: ScoringModel
) -> dict[date, dict[int, Figures]]:
    """The figures of some months from the rows, but of those whose rows are not whole any more."""
    removed = {month for _, month in removed_months([provider.id])}
    length = max(c.window_months for c in model.criteria)
    wanted = [
        month
        for month in sorted(set(months))
        if not removed.intersection(add_months(month, -back) for back in range(length))
    ]
    register, starts = dossier(provider), _Starts()
    return {
        month: figures_of(view, model, norms_on(register, month), starts)
        for month, view in inputs.views(provider.id, wanted, model)
    }


class _Starts:
    """The starts of trajectories, each looked up once."""

    def __init__(self) -> None:
        self.known: dict[int, tuple[int, int]] = {}

    def __call__(self, tracks: NDArray[np.int64]) -> Starts:
        listed = tracks.tolist()
        new = inputs.starts_of([track for track in listed if track not in self.known])
        for track, (level, target) in new.items():
            self.known[track] = level, NONE if target is None else target
        starts = [self.known.get(track, (NONE, NONE)) for track in listed]
        return Starts(*np.array(starts, dtype=np.int64).reshape(-1, 2).T)


def compared_on(month: date, route: int, only: str | None = None) -> dict[str, dict[str, Alike]]:
    """Per criterion (or of one) and provider what it has against learners alike in the region."""
    query: Any = (
        MonthFigures.select(Provider.code, MonthFigures.alike)
        .join(Provider)
        .where(MonthFigures.month == month, MonthFigures.route == route)
    )
    cells: dict[str, list[Cell]] = defaultdict(list)
    for provider, by_criterion in query.tuples():
        for code, listed in (by_criterion or {}).items():
            if only in (None, code):
                cells[code] += [
                    Cell(provider, tuple(kind), bottom, top) for *kind, bottom, top in listed
                ]
    return {code: compared_alike(of_criterion) for code, of_criterion in cells.items()}


def outdated(month: date, model: ScoringModel, providers: Sequence[Provider]) -> set[int]:
    """Providers whose kept figures were summed by other windows or lesson days than hold now."""
    breaks = inputs.breaks_of([provider.id for provider in providers])
    kept: Any = (
        MonthFigures.select(MonthFigures.provider, MonthFigures.windows)
        .where(MonthFigures.month == month, MonthFigures.provider.in_(list(breaks)))
        .tuples()
    )
    return {one for one, windows in kept if windows != windows_of(model, month, breaks[one])}


def store(
    provider_id: int,
    month: date,
    model: ScoringModel,
    figures: Mapping[int, Figures],
    *,
    anew: bool = True,
) -> bool:
    """Keep the figures of a provider in a month; return whether they are others than before.

    Without ``anew`` only what is missing: what another process kept meanwhile, by the same windows
    and norm, can rest on newer rows.
    """
    windows = windows_of(model, month, inputs.breaks_of([provider_id])[provider_id])
    kept = {
        row.route: row
        for row in MonthFigures.select().where(
            MonthFigures.provider == provider_id, MonthFigures.month == month
        )
    }
    data = {route: one.data for route, one in figures.items()}
    alike = {
        route: {code: [list(cell) for cell in cells] for code, cells in one.alike.items()}
        for route, one in figures.items()
    }
    same = {
        route
        for route, row in kept.items()
        if route in data
        and row.windows == windows
        and (
            (Figures.from_data(row.figures) == figures[route] and row.alike == alike[route])
            if anew
            else Figures.from_data(row.figures).norm_days == figures[route].norm_days
        )
    }
    gone = [row.id for route, row in kept.items() if route not in same and (anew or route in data)]
    if gone:
        MonthFigures.delete().where(MonthFigures.id.in_(gone)).execute()
    new = [
        {
            "provider": provider_id,
            "month": month,
            "route": route,
            "windows": windows,
            "figures": one,
            "alike": alike[route],
        }
        for route, one in data.items()
        if route not in same
    ]
    if new:
        # Another process may have kept some since these were looked for.
        insert = MonthFigures.insert_many(new)
        if anew:
            insert = insert.on_conflict(
                conflict_target=[MonthFigures.month, MonthFigures.provider, MonthFigures.route],
                preserve=[MonthFigures.windows, MonthFigures.figures, MonthFigures.alike],
            )
        else:
            insert = insert.on_conflict_ignore()
        insert.execute()
    return bool(gone or new)
