"""Reports from what is held: read once per month, made per provider and for the region.

A report is kept by the fingerprint of everything in it, so that asking again costs nothing and a
change in the data, the model, the agreements or the drawing makes a new one by itself.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from peewee import fn

from core.accounts import Account, Role, may, visible
from core.charts.parallel import spread
from core.charts.pictures import code_fingerprint, is_drawn, keep_in, kept_in
from core.dates import add_months, month_end
from core.municipalities import region_name
from core.small_numbers import is_small, parts_of_total
from core.storage import write_whole
from providers.codes import LearningRoute
from providers.deliveries.calendar_queries import delivery_calendar
from providers.deliveries.open_tracks import open_tracks
from providers.models import Provider
from quality.agreements.models import Agreement
from quality.agreements.queries import (
    OpenKinds,
    complaints_by_criterion,
    effect_text,
    effects_of,
    open_kinds,
    progress_of,
)
from quality.agreements.rules import standings
from quality.cards.explanation_words import complaint_words
from quality.cards.queries import ROUTE_NUMBERS
from quality.cards.words import alike_words
from quality.charts import gallery
from quality.lessons.queries import lessons_by_month
from quality.method.alike import Alike
from quality.method.criteria import CRITERIA
from quality.method.model import ScoringModel
from quality.models import Reaction, Signal
from quality.report.blocks import Report
from quality.report.content import (
    AgreementLine,
    Complaints,
    DeliveryLine,
    ReactionLine,
    ReportData,
    Standings,
    provider_report,
    telling,
)
from quality.report.pdf import pdf
from quality.report.region import pictures, pressing, region_report
from quality.report.workbook import workbook

REGION = "regio"
KINDS = ("pdf", "xlsx")
DELIVERIES_SHOWN = 6
AT_ONCE = 4
"""Packs under which starting processes takes longer than it saves."""
DRAWN_AT_ONCE = 16
"""Charts that are drawn within two seconds, loading matplotlib included."""


@dataclass(frozen=True)
class Pack:
    """One report, ready to be made: its material holds everything, the charts undrawn."""

    material: ReportData

    @property
    def code(self) -> str:
        """Of whom: the code of a provider, or ``regio``."""
        return self.material.code

    @cached_property
    def report(self) -> Report:
        """The report itself."""
        build = region_report if self.code == REGION else provider_report
        return build(self.material)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of all that is in it and of the code that sets it."""
        drawn = [chart.fingerprint for chart in self.report.charts]
        words = repr(
            (
                self.report.title,
                self.report.subject,
                self.report.answer,
                self.report.facts,
                [
                    (section.heading, [b for b in section.blocks if not hasattr(b, "chart")])
                    for section in self.report.sections
                ],
                self.material.trees,
                self.material.before,
                self.material.lessons,
            )
        )
        template = (Path(__file__).parent / "report.typ").read_text(encoding="utf-8")
        code = code_fingerprint(__name__)
        return hashlib.sha256(repr((drawn, words, template, code)).encode()).hexdigest()

    @property
    def file_name(self) -> str:
        """``kwaliteit-2026-10-TA001``, without the kind."""
        return f"kwaliteit-{self.material.month:%Y-%m}-{self.code}"

    def takes_long(self, kind: str) -> bool:
        """Whether making it takes longer than someone should wait for a page."""
        missing = [chart for chart in self.report.charts if not is_drawn(chart, "svg")]
        return kind == "pdf" and len(missing) > DRAWN_AT_ONCE

    def make(self, kind: str, *, at: datetime) -> bytes:
        """Set the report."""
        return pdf(self.report, at=at) if kind == "pdf" else workbook(self.material)


@dataclass(frozen=True)
class Shelf:
    """Reports that were made, kept by fingerprint in the data directory."""

    directory: Path

    def place(self, pack: Pack, kind: str) -> Path:
        """Where this report is kept."""
        return self.directory / pack.fingerprint[:2] / f"{pack.fingerprint}.{kind}"

    def has(self, pack: Pack, kind: str) -> bool:
        """Whether it was made already."""
        return self.place(pack, kind).exists()

    def get(self, pack: Pack, kind: str, *, at: datetime) -> Path:
        """The report as a file; made now when it was not made before."""
        place = self.place(pack, kind)
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            write_whole(place, pack.make(kind, at=at))
        return place

    def fill(self, listed: Sequence[Pack], *, at: datetime) -> Iterator[Pack]:
        """Make what is not kept yet, on all cores when it is much; each pack when it is ready."""
        fresh = {
            pack.fingerprint: pack
            for pack in listed
            if not all(self.has(pack, kind) for kind in KINDS)
        }
        made = spread(
            partial(_make, shelf=self, at=at),
            list(fresh.values()),
            prepare=keep_in,
            given=(kept_in(),),
            least=AT_ONCE,
        )
        for pack in listed:
            while pack.fingerprint in fresh:
                del fresh[next(made)]
            yield pack


def _make(pack: Pack, *, shelf: Shelf, at: datetime) -> str:
    """Make every file of a pack and keep it; give back which pack it was."""
    for kind in KINDS:
        shelf.get(pack, kind, at=at)
    return pack.fingerprint


def packs(
    month: date,
    provider_ids: Any,
    *,
    today: date,
    codes: Collection[str] | None = None,
    account: Account | None = None,
) -> list[Pack]:
    """The packs of these providers (ids, or a query of ids), the region's first, or of ``codes``.

    For an account: with what it may read only. The command line makes them whole.
    """
    history = gallery.history(month, provider_ids, today=today)
    extras = _Extras.read(history, account)
    made = []
    if history.trees and (codes is None or REGION in codes):
        made.append(Pack(_region(history, extras)))
    for provider in history.providers:
        if codes is None or provider.code in codes:
            pack = Pack(_provider(history, provider, extras))
            if pack.material.trees:
                made.append(pack)
    return made


def pack_for(account: Account, month: date, code: str, *, today: date) -> Pack | None:
    """The pack of one provider or of the region, as far as an account may see."""
    mine: Any = visible(Provider, account, Provider.select(Provider.id))
    if code != REGION:
        mine = mine.where(Provider.code == code)
    elif not sees_region(account):
        return None
    made = packs(month, mine, today=today, codes=[code], account=account)
    return next((pack for pack in made if pack.code == code), None)


def sees_region(account: Account) -> bool:
    """A school gets its own report only."""
    return account.role != Role.PROVIDER


@dataclass(frozen=True)
class _Extras:
    """What stands beside the scores, read for all providers at once."""

    agreements: Mapping[int, list[AgreementLine]] | None
    reactions: Mapping[int, list[ReactionLine]] | None
    deliveries: Mapping[int, list[DeliveryLine]]
    signals: Mapping[str, int | None] | None
    running: OpenKinds
    alike: Mapping[str, Mapping[str, Mapping[str, Alike]]]
    """Per route the waiting time of each provider against learners alike."""
    account: Account | None

    @classmethod
    def read(cls, history: gallery.History, account: Account | None) -> "_Extras":
        """Five queries, whatever the number of providers; None for what may not be read."""
        ids = [provider.id for provider in history.providers]

        def reads(thing: str) -> bool:
            return account is None or may(account, "read", thing)

        return cls(
            _agreements(ids, history) if reads("agreements") else None,
            _reactions(ids, history.month) if reads("reactions") else None,
            _deliveries(ids, history),
            _signals(ids, history.month) if reads("signal_counts") else None,
            open_kinds(ids) if reads("agreements") else {},
            _alike(history),
            account,
        )


def _alike(history: gallery.History) -> dict[str, Mapping[str, Mapping[str, Alike]]]:
    """Per route, criterion and provider."""
    if history.model.method == 1:
        return {}
    from quality.cards.region import compared_on  # noqa: PLC0415  brings numpy along

    routes = sorted({tree["route"] for tree in history.trees})
    return {route: compared_on(history.month, ROUTE_NUMBERS[route]) for route in routes}


def _alike_words(
    trees: Sequence[Mapping[str, Any]], extras: _Extras, model: ScoringModel
) -> dict[str, tuple[str, ...]]:
    """Per route what the comparison says of each criterion."""
    by_route = {}
    for tree in trees:
        compared = extras.alike.get(tree["route"], {})
        texts = [
            (code, alike_words(code, item, one, model.expected_from))
            for code, item in tree["criteria"].items()
            if (one := compared.get(code, {}).get(tree["aanbieder"])) is not None
        ]
        by_route[tree["route"]] = tuple(f"{CRITERIA[c].label}. {text}" for c, text in texts if text)
    return by_route


def _agreements(ids: list[int], history: gallery.History) -> dict[int, list[AgreementLine]]:
    names = {provider.id: provider.name for provider in history.providers}
    query: Any = Agreement.select().where(Agreement.provider.in_(ids), Agreement.state == "open")
    listed = list(query.order_by(Agreement.due_on, Agreement.id))
    progress, effects = progress_of(listed, history.today), effects_of(listed, history.today)
    by_provider: dict[int, list[AgreementLine]] = {}
    for one in listed:
        key = one.provider_id
        line = AgreementLine(
            names[key],
            one.text,
            one.due_on,
            one.state,
            str(progress[one.id].course),
            effect_text(one, effects[one.id]) if effects[one.id].effects else "",
        )
        by_provider.setdefault(key, []).append(line)
    return by_provider


def _reactions(ids: list[int], month: date) -> dict[int, list[ReactionLine]]:
    query = (
        Reaction.select()
        .where(Reaction.provider.in_(ids), Reaction.month == month)
        .order_by(Reaction.at)
    )
    by_provider: dict[int, list[ReactionLine]] = {}
    for one in query:
        line = ReactionLine(LearningRoute(one.route).label, one.text, one.answer)
        by_provider.setdefault(one.provider_id, []).append(line)  # type: ignore[attr-defined]
    return by_provider


def _deliveries(ids: list[int], history: gallery.History) -> dict[int, list[DeliveryLine]]:
    first = add_months(history.month, 1 - DELIVERIES_SHOWN)
    by_provider: dict[int, list[DeliveryLine]] = {}
    for cell in delivery_calendar(ids, first, history.month, history.today, count_rows=True):
        line = DeliveryLine(cell.month, str(cell.state), cell.received_on, cell.rows, cell.to_mend)
        by_provider.setdefault(cell.provider_id, []).append(line)
    return by_provider


def _signals(ids: list[int], month: date) -> dict[str, int | None]:
    """How often each kind of signal held in a month; small counts hidden, and what gives them."""
    query: Any = Signal.select(Signal.kind, fn.COUNT(Signal.id)).where(
        Signal.provider.in_(ids), Signal.month == month
    )
    return dict(parts_of_total(dict(query.group_by(Signal.kind).tuples())))


def _signalled(history: gallery.History) -> tuple[int, int] | None:
    """Of how many learners a signal held in the month, and how many were followed."""
    ids = [provider.id for provider in history.providers]
    query: Any = Signal.select(fn.COUNT(Signal.track.distinct())).where(
        Signal.provider.in_(ids), Signal.month == history.month
    )
    signalled = int(query.scalar())
    open_now = open_tracks({(number, history.month) for number in ids})
    everyone = sum(one.total for listed in open_now.values() for one in listed)
    if is_small(signalled) or is_small(everyone - signalled):
        return None
    return (signalled, everyone) if everyone >= signalled else None


def _complaints(provider: Provider, month: date, account: Account | None) -> Complaints:
    """What is told of the complaints of a year, small numbers hidden; None for who may not read."""
    if account is not None and not may(account, "read", "complaints"):
        return None
    by_criterion = complaints_by_criterion(provider, None, account, last=month_end(month))
    return tuple(
        (CRITERIA[code].label if code else "Zonder criterium", complaint_words(kinds, outside=True))
        for code, kinds in sorted(by_criterion.items(), key=lambda item: item[0] or "~")
    )


def _standings(trees: Sequence[gallery.Tree], running: OpenKinds, provider: Provider) -> Standings:
    """Per route how the criteria stand about which an agreement or a plan runs."""
    by_route = {}
    for tree in trees:
        stand = standings(running, provider.id, ROUTE_NUMBERS[tree["route"]], tree)
        if stand:
            parts = (f"{CRITERIA[code].label} ({word})" for code, word in stand.items())
            by_route[tree["route"]] = f"Met een afspraak of plan: {', '.join(parts)}."
    return by_route


def _of(lines: Mapping[int, list[Any]] | None, provider: Provider) -> tuple[Any, ...] | None:
    """The lines of one provider; None when they may not be read."""
    return None if lines is None else tuple(lines.get(provider.id, ()))


def _provider(history: gallery.History, provider: Provider, extras: _Extras) -> ReportData:
    """The material of one provider."""
    earlier = history.by_month.get(add_months(history.month, -1), ())
    trees = tuple(t for t in history.trees if t["aanbieder"] == provider.code)
    charts = gallery.provider_charts(history, provider, telling(trees))
    return ReportData(
        month=history.month,
        code=provider.code,
        name=provider.name,
        trees=trees,
        before=tuple(t for t in earlier if t["aanbieder"] == provider.code),
        model=history.model,
        charts={route: tuple(route_charts) for route, route_charts in charts.items()},
        names=history.names,
        agreements=_of(extras.agreements, provider),
        reactions=_of(extras.reactions, provider),
        deliveries=tuple(extras.deliveries.get(provider.id, ())),
        lessons=lessons_by_month(provider, history.month),
        complaints=_complaints(provider, history.month, extras.account),
        standings=_standings(trees, extras.running, provider),
        alike=_alike_words(trees, extras, history.model),
    )


def _region(history: gallery.History, extras: _Extras) -> ReportData:
    """The material of the region."""
    before = history.by_month.get(add_months(history.month, -1), ())
    row_codes = pressing(history.trees, before)
    return ReportData(
        month=history.month,
        code=REGION,
        name=region_name(),
        trees=history.trees,
        before=before,
        model=history.model,
        charts=pictures(history, row_codes),
        names=history.names,
        agreements=None
        if extras.agreements is None
        else tuple(line for lines in extras.agreements.values() for line in lines),
        signals=extras.signals,
        signalled=_signalled(history) if extras.signals is not None else None,
        row_codes=tuple(row_codes),
    )
