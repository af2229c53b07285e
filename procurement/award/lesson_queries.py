"""The last award beside the months since: what ``lessons`` needs, out of the database."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from statistics import fmean
from typing import Any

from peewee import fn

from core.accounts import Account, visible
from core.dates import add_months
from core.formats import euro_text, percent_text
from procurement.award.lessons import (
    PRICE,
    AwardedLot,
    Entry,
    Lessons,
    Requirement,
    Since,
    is_safe,
    lesson_of,
)
from procurement.award.models import Award, AwardDecision, Bid, Lot
from procurement.award.queries import LotFile, lots, lots_over
from procurement.award.rules import TOP_SCORE, Method
from procurement.models import ContractingProcess
from procurement.preparation import queries as preparation
from procurement.preparation.trace import Item, leads_to, unmeasured
from providers.models import Contract
from quality.cards.queries import ROUTE_NUMBERS, cards_of, tree_of
from quality.method.criteria import CRITERIA
from quality.method.words import Standing, standing_of_points
from quality.models import ScoreCard

FEWEST_MONTHS = 6
"""Months with a score from which on a supplier counts."""
Key = tuple[int, int]
"""A provider and a route."""


def awarded_processes(account: Account) -> list[ContractingProcess]:
    """Every inkooptraject of which a lot was awarded finally, the newest award first."""
    mine = visible(ContractingProcess, account)
    awarded: Any = (
        AwardDecision.select(Lot.process, fn.MAX(AwardDecision.awarded_on).alias("on"))
        .join(Lot)
        .where(AwardDecision.awarded_on.is_null(False))
        .group_by(Lot.process)
    )
    newest: dict[int, date] = dict(awarded.tuples())
    processes = list(mine.where(ContractingProcess.id.in_(list(newest))))
    return sorted(processes, key=lambda process: newest[process.id], reverse=True)


def is_final(process: ContractingProcess) -> bool:
    """Whether every lot that was bid for is awarded finally: no standstill or court is open."""
    bid_for = Lot.select(Lot.id).where(
        Lot.process == process, Lot.id.in_(Bid.select(Bid.lot).distinct())
    )
    final = AwardDecision.select(AwardDecision.lot).where(
        AwardDecision.lot.in_(bid_for), AwardDecision.awarded_on.is_null(False)
    )
    return 0 < bid_for.count() == final.count()


def is_over(process: ContractingProcess, today: date, keep_years: int) -> bool:
    """Whether the term of the bids has passed: what rested on them goes with them."""
    old = lots_over(add_months(today.replace(day=1), -12 * keep_years))
    over: bool = Lot.select().where(Lot.process == process, Lot.id.in_(old)).exists()
    return over


def lessons(process: ContractingProcess, account: Account, month: date | None) -> Lessons:
    """What the awards of an inkooptraject teach; ``month``: the newest that is judged."""
    files = [file for file in lots(process, account) if file.decision is not None]
    contracts = _contracts(files)
    scores = _scores(contracts, files, month)
    awarded = [_lot(file, contracts, scores) for file in files]
    standings = _standings(contracts, files, month)
    items = preparation.trace(process)
    names: dict[str, list[str]] = {}
    for file in files:
        for key, weight in _weights_in_words(file):
            names.setdefault(key, []).append(weight)
    asked = {item.text.casefold(): item for item in items if item.kind == "gunningscriterium"}
    return Lessons(
        len({e.supplier for lot in awarded for e in lot.entries if e.since is not None}),
        tuple(lot.code for lot in awarded if is_safe(lot.weights, _lost(lot))),
        tuple(
            lesson_of(
                awarded,
                key,
                tuple(dict.fromkeys(weights)),
                _since(items, asked.get(key.casefold()), standings),
            )
            for key, weights in names.items()
        ),
        tuple(
            (item.code, item.text)
            for kind in ("eis", "gunningscriterium")
            for item in unmeasured(items, kind)
        ),
        tuple(_unjudged(items, standings)),
    )


def _lost(lot: AwardedLot) -> int:
    return sum(not entry.is_awarded for entry in lot.entries)


def _contracts(files: Iterable[LotFile]) -> dict[int, int]:
    """Award -> provider, by the contract in the register."""
    numbers = {a.contract_number: a.id for file in files for a in file.awards if a.contract_number}
    listed: Any = Contract.select(Contract.number, Contract.provider)
    providers = dict(listed.where(Contract.number.in_(list(numbers))).tuples())
    return {
        award.id: providers[award.contract_number]
        for file in files
        for award in file.awards
        if award.contract_number in providers
    }


def _scores(
    contracts: dict[int, int], files: Iterable[LotFile], month: date | None
) -> dict[Key, float]:
    """Mean score since the start of the contract, of who has enough months with one."""
    begun = {
        (contracts[award.id], ROUTE_NUMBERS[file.lot.route]): award.starts_on
        for file in files
        for award in file.awards
        if award.id in contracts and award.starts_on is not None
    }
    if month is None or not begun:
        return {}
    query: Any = ScoreCard.select(
        ScoreCard.provider, ScoreCard.route, ScoreCard.month, ScoreCard.score
    ).where(
        ScoreCard.provider.in_([provider for provider, _ in begun]),
        ScoreCard.month.between(min(begun.values()), month),
        ScoreCard.revision == 0,
        ScoreCard.score.is_null(False),
    )
    scores: dict[Key, list[float]] = defaultdict(list)
    for provider, route, scored, score in query.tuples():
        start = begun.get((provider, route))
        if start is not None and scored >= start:
            scores[provider, route].append(score)
    return {key: fmean(some) for key, some in scores.items() if len(some) >= FEWEST_MONTHS}


def _lot(file: LotFile, contracts: dict[int, int], scores: dict[Key, float]) -> AwardedLot:
    """The ranked bids of a lot, as shares of what could be earned."""
    awards: dict[Any, Award] = {award.bid.id: award for award in file.awards}
    by_value = file.lot.method == Method.VALUE_BASED
    ranked = [bid for bid in file.admitted if bid.id in file.prices]
    lowest = min((file.prices[bid.id] for bid in ranked), default=0)
    weights = {c.title: Fraction(c.value_cents if by_value else c.weight) for c in file.criteria}
    weights[PRICE] = Fraction(1 if by_value else file.lot.price_weight)
    entries = []
    for bid in ranked:
        price, given = file.prices[bid.id], file.consensus.get(bid.id, {})
        shares = {
            c.title: Fraction(
                0 if (row := given.get(c.code)) is None else row.score or 0, TOP_SCORE
            )
            for c in file.criteria
        }
        shares[PRICE] = Fraction(-price) if by_value else Fraction(lowest, price)
        award = awards.get(bid.id)
        provider = None if award is None else contracts.get(award.id)
        since = None
        if provider is not None:
            since = scores.get((provider, ROUTE_NUMBERS[file.lot.route]))
        entries.append(Entry(shares, award is not None, str(provider or ""), since))
    return AwardedLot(file.lot.code, weights, entries)


def _weights_in_words(file: LotFile) -> Iterable[tuple[str, str]]:
    by_value = file.lot.method == Method.VALUE_BASED
    for one in file.criteria:
        yield (
            one.title,
            (f"{euro_text(one.value_cents)} aftrek" if by_value else percent_text(one.weight, 0)),
        )
    yield PRICE, "zelf" if by_value else percent_text(file.lot.price_weight, 0)


Standings = dict[str, list[Standing]]
"""By score criterion the standing of every supplier and route."""


def _standings(
    contracts: dict[int, int], files: Sequence[LotFile], month: date | None
) -> Standings:
    wanted = {
        (contracts[award.id], ROUTE_NUMBERS[file.lot.route])
        for file in files
        for award in file.awards
        if award.id in contracts
    }
    standings: Standings = defaultdict(list)
    if month is None:
        return standings
    for card in cards_of(month, provider_ids=[provider for provider, _ in wanted]):
        if (card.provider_id, card.route) not in wanted:
            continue
        tree = tree_of(card)
        for code, one in tree["criteria"].items():
            points = one["points"] if one["judged"] else None
            standings[code].append(standing_of_points(points, tree["borders"]))
    return standings


def _since(items: Sequence[Item], asked: Item | None, standings: Standings) -> Since | None:
    """How the suppliers do now on what a criterion asked for."""
    measured = [] if asked is None else leads_to(items, asked, {"scorecriterium"})
    code = next((item.code for item in measured if item.code in standings), None)
    if code is None:
        return None
    counts = Counter(standings[code])
    return Since(
        CRITERIA[code].label,
        counts[Standing.GOOD],
        counts[Standing.SUFFICIENT],
        counts[Standing.INSUFFICIENT],
        counts[Standing.NO_JUDGEMENT],
    )


def _unjudged(items: Sequence[Item], standings: Standings) -> Iterable[Requirement]:
    """Requirements that are measured on paper, and of most suppliers not in fact."""
    for item in items:
        if item.kind != "eis":
            continue
        codes = [i.code for i in leads_to(items, item, {"scorecriterium"}) if i.code in standings]
        listed = [word for code in codes for word in standings[code]]
        judged = sum(word is not Standing.NO_JUDGEMENT for word in listed)
        if 2 * judged < len(listed):
            yield Requirement(item.code, item.text, judged, len(listed))
