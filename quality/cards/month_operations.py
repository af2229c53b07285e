"""Judge a month of the whole region, and keep what is other than it was.

How sure one provider is depends on all providers of a route together, so that a delivery of one can
move the intervals of all. What a judgement is made from is kept as a digest beside it: a route on
which nothing is other is neither judged nor written.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from core.dates import add_months, month_number
from core.db import database, lock_until_commit, replace_many, transaction
from providers.deliveries.queries import removed_months
from providers.models import Provider
from providers.register.queries import dossiers
from quality.cards import inputs, queries as cards
from quality.cards.inputs import Moment
from quality.cards.register_facts import RegisterFacts, facts_of
from quality.method.model import ScoringModel
from quality.models import CONCEPT, FIXED, REVISION, ScoreCard, ScoreDraws

if TYPE_CHECKING:
    from quality.cards.region import FiguresRow, Key, MonthRegion
    from quality.method.case import Case
    from quality.method.judge import Judgement
    from quality.method.uncertainty import Rank

WINDOW_MONTHS = 12
"""A judgement rests on whole rows of so many months."""

MOST_TRIES = 3
"""How often a month is judged beside others who write, before they have to wait for it."""

RANK_COLUMNS = ("rank_median", "rank_low", "rank_high", "rank_best", "rank_worst")
Tree = dict[str, Any]


class CardRow(NamedTuple):
    """What a kept card is known by, without its judgement."""

    id: int
    provider: int
    route: int
    revision: int
    status: str
    computed_at: Any
    basis: str
    ranks: "Rank | None"

    @property
    def key(self) -> "Key":
        """Whose card, and of which route."""
        return self.provider, self.route


@dataclass(frozen=True, slots=True)
class JudgedMonth:
    """A month that is judged again as far as anything in it is other, beside what is kept of it."""

    month: date
    model: ScoringModel
    kept: list[CardRow]
    figures: "list[FiguresRow]" = field(default_factory=list)
    bases: "Mapping[Key, str]" = field(default_factory=dict)
    judgements: "Mapping[Key, Judgement]" = field(default_factory=dict)

    def still_holds(self) -> bool:
        """Whether nobody changed what it rests on since."""
        from quality.cards.region import figures_rows  # noqa: PLC0415  brings numpy along

        if self.kept != card_rows(self.month):
            return False
        return self.model.method == 1 or self.figures == figures_rows(_months(self.month))


def judge_and_keep(month: date, *, at: datetime, providers: Collection[int]) -> int:
    """Judge a month while others may write, and keep it in a short transaction.

    When what it rests on was changed meanwhile, it is judged again; at last while others wait.
    ``providers`` are those whose rows or register changed: only beside their fixed cards comes a
    revision. Returns how many cards changed.
    """
    for _ in range(MOST_TRIES):
        judged = _judged(month, providers)
        with transaction():
            lock_until_commit("judge", month_number(month))
            if judged.still_holds():
                return _keep(judged, at=at, providers=providers)
    with transaction():
        lock_until_commit("judge", month_number(month))
        return judge_month(month, at=at, providers=providers)


def judge_month(month: date, *, at: datetime, providers: Collection[int]) -> int:
    """Judge a month and keep it, within a transaction that keeps others away."""
    return _keep(_judged(month, providers), at=at, providers=providers)


def card_rows(month: date) -> list[CardRow]:
    """The cards that are kept of a month."""
    from quality.method.uncertainty import Rank  # noqa: PLC0415

    c = ScoreCard
    query = c.select(
        c.id, c.provider, c.route, c.revision, c.status, c.computed_at, c.basis,
        c.rank_median, c.rank_low, c.rank_high, c.rank_best, c.rank_worst,
    ).where(c.month == month)  # fmt: skip
    return [
        CardRow(*row[:7], None if row[7] is None else Rank(*row[7:]))  # type: ignore[call-arg]
        for row in database.execute(query.order_by(c.id))
    ]


def _months(month: date) -> tuple[date, date]:
    return month, add_months(month, -12)


def _judged(month: date, providers: Collection[int]) -> JudgedMonth:
    """Judge the routes on which anything is other, and the changed providers with a fixed card.

    Of a month under method 1 there are no judgements.
    """
    from quality.cards.region import kept_regions  # noqa: PLC0415  brings numpy along
    from quality.method.draws import draw  # noqa: PLC0415
    from quality.method.judge import judge_all  # noqa: PLC0415

    model = cards.model_in_force(month)
    kept = card_rows(month)
    if model.method == 1:
        return JudgedMonth(month, model, kept)
    everyone = inputs.providers_named()
    now, ago, figures = kept_regions(month, model, everyone, dossiers(everyone))
    cases = now.cases(ago)
    bases = _bases(cases, now, ago)
    of_key = {card.key: card for card in kept if card.revision == 0}
    fixed = {key for key, card in of_key.items() if card.status == FIXED}
    not_whole = _not_whole(everyone, month)
    other = {
        route
        for provider, route in (bases.keys() | of_key.keys()) - fixed
        if provider not in not_whole
        and _basis(of_key.get((provider, route))) != bases.get((provider, route))
    }
    asked = {
        key: case
        for key, case in cases.items()
        if key[1] in other or (key in fixed and key[0] in providers)
    }
    judgements = dict(zip(asked, judge_all(list(asked.values()), model), strict=True))
    draw(judgements.values())
    return JudgedMonth(month, model, kept, figures, bases, judgements)


def _basis(card: CardRow | None) -> str | None:
    return None if card is None else card.basis


def _bases(cases: "Mapping[Key, Case]", now: "MonthRegion", ago: "MonthRegion") -> "dict[Key, str]":
    """Of each case a digest of all that its judgement is made from, the rules themselves too."""
    from quality.method.case import register_part  # noqa: PLC0415  brings numpy along

    rules = f"{source_digest()} {now.model.definition}"
    regions = {
        route: _digest(rules, repr(now.region(route)), repr(ago.region(route)))
        for route in {route for _, route in cases}
    }
    return {
        key: _digest(
            regions[key[1]],
            case.provider,
            repr(register_part(case, now.model)),
            *(str(region.rows.get(key)) for region in (now, ago)),
        )
        for key, case in cases.items()
    }


def rule_files() -> list[Path]:
    """The source of all that makes a judgement of figures and register."""
    cards_folder = Path(__file__).parent
    neighbours = ("month_operations.py", "region.py", "register_facts.py")
    method = sorted((cards_folder.parent / "method").glob("*.py"))
    return [*method, *(cards_folder / name for name in neighbours)]


@cache
def source_digest() -> str:
    """A digest of that source, so that rules that changed judge again under the same version."""
    return _digest(*(path.read_text(encoding="utf-8") for path in rule_files()))


def _digest(*parts: str) -> str:
    return sha256("|".join(parts).encode()).hexdigest()


def _keep(judged: JudgedMonth, *, at: datetime, providers: Collection[int]) -> int:
    everyone = inputs.providers_named()
    keeping = _Keeping(judged, at, set(providers), _not_whole(everyone, judged.month))
    if judged.model.method == 1:
        keeping.revise_by_method_1([one for one in everyone if one.id in keeping.changed])
    else:
        keeping.keep()
    return keeping.count


def _not_whole(providers: Collection[Provider], month: date) -> set[int]:
    """Providers of which rows that the month rests on were removed: the judgement of then stays."""
    removed = removed_months([provider.id for provider in providers])
    window = {add_months(month, -back) for back in range(WINDOW_MONTHS)}
    return {provider for provider, when in removed if when in window}


class _Keeping:
    """Keeps the judgements of a month: concept cards, and revisions beside fixed ones."""

    def __init__(
        self, judged: JudgedMonth, at: datetime, changed: set[int], not_whole: set[int]
    ) -> None:
        self.judged, self.month, self.at = judged, judged.month, at
        self.changed, self.not_whole = changed, not_whole
        self.kept: dict[Key, dict[int, CardRow]] = defaultdict(dict)
        for card in judged.kept:
            self.kept[card.key][card.revision] = card
        self.count = 0

    def keep(self) -> None:
        """Keep judgements of method 2, with their ranks."""
        places = ranks_by_route(self.judged.judgements)
        rows: dict[Key, dict[str, Any]] = {}
        for key, judgement in self.judged.judgements.items():
            if key[0] in self.not_whole:
                continue
            card, basis = self.kept[key].get(0), self.judged.bases[key]
            if card is not None and card.status == FIXED:
                self._revise(key, dict(judgement.tree()), judgement.model, judgement)
            elif card is None or (card.basis, card.ranks) != (basis, places.get(key)):
                rows[key] = self._row(key, judgement, basis, places.get(key))
        replace_many(ScoreCard, ("provider", "route", "month", "revision"), list(rows.values()))
        self.count += len(rows)
        if rows:
            ids = {card.key: card.id for card in card_rows(self.month) if card.revision == 0}
            self._store_draws({ids[key]: self.judged.judgements[key] for key in rows})
        gone = [
            of_key[0].id
            for key, of_key in self.kept.items()
            if key not in self.judged.bases
            and key[0] not in self.not_whole
            and of_key[0].status == CONCEPT
        ]
        if gone:
            self.count += ScoreCard.delete().where(ScoreCard.id.in_(gone)).execute()

    def _row(
        self, key: "Key", judgement: "Judgement", basis: str, rank: "Rank | None"
    ) -> dict[str, Any]:
        """A concept card, with every column that a second judgement can change."""
        provider, route = key
        ranks = rank or (None,) * len(RANK_COLUMNS)
        return {
            "provider": provider,
            "route": route,
            "month": self.month,
            "revision": 0,
            "status": CONCEPT,
            "fingerprint": "",
            **values_of(dict(judgement.tree()), judgement.model, judgement),
            **dict(zip(RANK_COLUMNS, ranks, strict=True)),
            "basis": basis,
            "computed_at": self.at,
        }

    def revise_by_method_1(self, providers: Iterable[Provider]) -> None:
        """Add revisions beside cards that were fixed under method 1."""
        model = self.judged.model
        listed = [p for p in providers if p.id not in self.not_whole]
        facts = facts_of(listed, self.month, model)
        for provider in listed:
            trees = by_method_1(provider, self.month, model, facts[provider.id])
            for route, tree in trees.items():
                card = self.kept[provider.id, route].get(0)
                if card is not None and card.status == FIXED:
                    self._revise(card.key, tree, model, None)

    def _revise(
        self, key: "Key", tree: Tree, model: ScoringModel, judgement: "Judgement | None"
    ) -> None:
        """Add a revision when the newest known figures are others now."""
        provider, route = key
        if provider not in self.changed:
            return
        revision = max(self.kept[key])
        newest = ScoreCard.get_by_id(self.kept[key][revision].id)
        if not differs(newest.result, tree):
            return
        card = ScoreCard.create(
            provider=provider,
            route=route,
            month=self.month,
            revision=revision + 1,
            status=REVISION,
            fingerprint=inputs.fingerprints(provider, self.month)[route],
            computed_at=self.at,
            **values_of(tree, model, judgement),
        )
        self.count += 1
        if judgement is not None:
            self._store_draws({card.id: judgement})

    @staticmethod
    def _store_draws(judgements: "Mapping[int, Judgement]") -> None:
        """Keep the draws of cards, by number, in place of older ones."""
        from quality.method.uncertainty import pack  # noqa: PLC0415

        ids = list(judgements)
        ScoreDraws.delete().where(ScoreDraws.card.in_(ids)).execute()
        rows = [
            {"card": card, "draws": pack(judgement.draws)}
            for card, judgement in judgements.items()
            if judgement.draws is not None
        ]
        replace_many(ScoreDraws, ("card",), rows)


def values_of(tree: Tree, model: ScoringModel, judgement: "Judgement | None") -> dict[str, Any]:
    """The columns of a card that a judgement fills."""
    low, high = tree.get("interval") or (None, None)
    return {
        "model": model.code,
        "result": tree,
        "standing": tree["standing"],
        "score": tree["score"],
        "active": tree["active"],
        "interval_low": low,
        "interval_high": high,
        "ranked": judgement is not None and judgement.ranked,
    }


def ranks_by_route(judged: "Mapping[Key, Judgement]") -> "dict[Key, Rank]":
    """The place of everyone who is sure enough for one, among the providers of its route."""
    from quality.method.uncertainty import ranks  # noqa: PLC0415

    ranked: dict[Key, Rank] = {}
    for route in sorted({route for _, route in judged}):
        able = {key: one for key, one in judged.items() if key[1] == route and one.ranked}
        draws = [one.draws for one in able.values() if one.draws is not None]
        ranked |= dict(zip(able, ranks(draws), strict=True))
    return ranked


def differs(before: Mapping[str, Any], tree: Mapping[str, Any]) -> bool:
    """Whether a provider's own figures are others; how sure they are may change with the region."""
    if any(before[name] != tree[name] for name in ("standing", "score", "gate", "active")):
        return True
    return any(
        before["criteria"].get(code, {}).get(name) != item[name]
        for code, item in tree["criteria"].items()
        for name in ("value", "numerator", "denominator", "n", "points")
    )


def by_method_1(
    provider: Provider,
    month: date,
    model: ScoringModel,
    facts: RegisterFacts,
    known_on: Moment = None,
) -> dict[int, Tree]:
    """The trees of method 1 of the routes that rows of the month were accepted of."""
    from quality.method import basis_2026  # noqa: PLC0415

    _, view = next(inputs.views(provider.id, [month], model, known_on))
    this_month = view.states.route[view.states.month == view.month]
    return {
        route: basis_2026.judge(
            basis_2026.Case.of(
                provider.code,
                (route, cards.ROUTE_CODES[route]),
                view,
                facts=facts.on(route),
                model=model,
            )
        )
        for route in sorted(set(this_month.tolist()))
    }
