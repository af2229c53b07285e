"""Lots and bids out of the database, as the ranking and the pages need them."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time
from typing import Any

from core.accounts import Account, visible
from core.dates import AMSTERDAM
from core.municipalities import name as municipality_name
from procurement.award.models import (
    AssessorScore,
    Award,
    AwardCriterion,
    AwardDecision,
    Bid,
    BidPrice,
    ConsensusScore,
    KnockOut,
    Lot,
    Proceedings,
    Signature,
)
from procurement.award.rules import Criterion, Method, Offer, PublishedLot, Ranked, Winner, ranking
from procurement.models import ContractingProcess, Participation
from procurement.plan.steps import HALTING, Verdict
from procurement.scopes import opened

KNOCK_OUTS = {
    "keurmerk": "Keurmerk Blik op Werk",
    "tst": "TST-erkenning voor de onderwijsroute",
    "uitsluitingsgronden": "Geen uitsluitingsgronden",
}
FOR_ROUTE = {
    "B": ("keurmerk", "uitsluitingsgronden"),
    "Z": ("keurmerk", "uitsluitingsgronden"),
    "O": ("tst", "uitsluitingsgronden"),
}
"""What every bid for a leerroute must pass."""


@dataclass
class LotFile:
    """Everything of one lot; ``prices`` by bid, and none at all before they were opened."""

    lot: Lot
    criteria: list[AwardCriterion]
    bids: list[Bid]
    prices: dict[int, int] = field(default_factory=dict)
    checks: dict[int, dict[str, KnockOut]] = field(default_factory=dict)
    consensus: dict[int, dict[str, ConsensusScore]] = field(default_factory=dict)
    decision: AwardDecision | None = None
    awards: list[Award] = field(default_factory=list)
    signatures: dict[int, dict[str, date]] = field(default_factory=dict)
    proceedings: list[Proceedings] = field(default_factory=list)

    @property
    def rules(self) -> tuple[str, ...]:
        """What a bid for this lot must pass."""
        return FOR_ROUTE[self.lot.route]

    def why_out(self, bid: Bid) -> str:
        """Why a bid does not take part; empty when nothing stands against it."""
        if bid.put_aside:
            return str(bid.put_aside)
        failed = [
            KNOCK_OUTS[rule]
            for rule, check in self.checks.get(bid.id, {}).items()
            if not check.passed
        ]
        return f"Voldoet niet aan: {', '.join(failed)}." if failed else ""

    def unchecked(self, bid: Bid) -> list[str]:
        """Checks that are still to be done."""
        return [rule for rule in self.rules if rule not in self.checks.get(bid.id, {})]

    @property
    def admitted(self) -> list[Bid]:
        """Bids that are judged."""
        return [bid for bid in self.bids if not self.why_out(bid)]

    def lacks_price(self, bid: Bid) -> bool:
        """Whether the envelope turned out to be empty; unknown before it is opened."""
        return self.lot.prices_opened_at is not None and bid.id not in self.prices

    @property
    def valid(self) -> list[Bid]:
        """Bids that can win, as far as is known: admitted, and not without a price."""
        return [bid for bid in self.admitted if not self.lacks_price(bid)]

    @property
    def unscored(self) -> list[Bid]:
        """Admitted bids for which the panel has not said everything."""
        return [
            bid
            for bid in self.admitted
            if any(c.code not in self.consensus.get(bid.id, {}) for c in self.criteria)
        ]

    @property
    def halting(self) -> list[Proceedings]:
        """Court cases that keep the decision from becoming final."""
        return [p for p in self.proceedings if p.is_current and p.outcome in HALTING]

    @property
    def reassessed(self) -> bool:
        """Whether a judge sent the panel back to its work, so that quality is open again."""
        return any(p.outcome == Verdict.GRANTED and not p.is_current for p in self.proceedings)

    @property
    def quality_fixed(self) -> bool:
        """Whether checks and consensus are closed, because the prices are known."""
        return self.lot.prices_opened_at is not None and not self.reassessed

    @property
    def complete(self) -> bool:
        """Whether every check and every consensus score of the admitted bids is there."""
        admitted = self.admitted
        return bool(admitted) and not self.unscored and not any(map(self.unchecked, admitted))

    def ranking(self) -> list[Ranked]:
        """The admitted bids in order."""
        return ranking(
            Method(self.lot.method),
            self.lot.price_weight,
            [Criterion(c.code, c.title, c.weight, c.value_cents) for c in self.criteria],
            [
                Offer(
                    bid.tenderer,
                    self.prices.get(bid.id),
                    {code: row.score for code, row in self.consensus.get(bid.id, {}).items()},
                )
                for bid in self.admitted
            ],
        )


def lots(process: ContractingProcess, account: Account) -> list[LotFile]:
    """Every lot of an inkooptraject that this account may see, in eleven queries."""
    query = visible(Lot, account, Lot.select().where(Lot.process == process))
    return _files(list(query.order_by(Lot.code)))


def joining(process: ContractingProcess, route: str) -> list[str]:
    """Gemeenten that take part in an inkooptraject for one leerroute."""
    query: Any = Participation.select(Participation.municipality).where(
        Participation.process == process, Participation.route == route
    )
    return sorted((code for (code,) in query.tuples()), key=municipality_name)


def lot_file(process: ContractingProcess, code: str) -> LotFile | None:
    """One lot by its code, whoever asks."""
    row = Lot.get_or_none(Lot.process == process, Lot.code == code)
    return None if row is None else _files([row])[0]


def all_lots(process: ContractingProcess) -> list[LotFile]:
    """Every lot of an inkooptraject, whoever asks."""
    return _files(list(Lot.select().where(Lot.process == process).order_by(Lot.code)))


def lots_over(day: date) -> Any:
    """Keys of lots that were awarded, or closed without an award, before a day."""
    moment = datetime.combine(day, time.min, tzinfo=AMSTERDAM)
    awarded = AwardDecision.select(AwardDecision.lot).where(AwardDecision.awarded_on.is_null(False))
    over = awarded.where(AwardDecision.awarded_on < day)
    return Lot.select(Lot.id).where(
        Lot.id.in_(over) | ((Lot.closes_at < moment) & Lot.id.not_in(awarded))
    )


def _files(lots: list[Lot]) -> list[LotFile]:
    files = {lot.id: LotFile(lot, [], []) for lot in lots}
    keys = list(files)
    criteria: Any = AwardCriterion.select().where(AwardCriterion.lot.in_(keys))
    for criterion in criteria.order_by(AwardCriterion.id):
        files[criterion.lot_id].criteria.append(criterion)
    by_bid: dict[int, LotFile] = {}
    bids: Any = Bid.select().where(Bid.lot.in_(keys)).order_by(Bid.number)
    for bid in bids:
        files[bid.lot_id].bids.append(bid)
        by_bid[bid.id] = files[bid.lot_id]
    prices: Any = BidPrice.select().where(BidPrice.bid.in_(list(by_bid)), opened(BidPrice.bid))
    for price in prices:
        by_bid[price.bid_id].prices[price.bid_id] = price.price_cents
    checks: Any = KnockOut.select().where(KnockOut.bid.in_(list(by_bid)))
    for check in checks.order_by(KnockOut.id):
        by_bid[check.bid_id].checks.setdefault(check.bid_id, {})[check.rule] = check
    scores: Any = ConsensusScore.select(ConsensusScore, AwardCriterion).join(AwardCriterion)
    for score in scores.where(ConsensusScore.bid.in_(list(by_bid))):
        by_bid[score.bid_id].consensus.setdefault(score.bid_id, {})[score.criterion.code] = score
    decisions: Any = AwardDecision.select().where(AwardDecision.lot.in_(keys))
    for decision in decisions:
        files[decision.lot_id].decision = decision
    awards: Any = Award.select(Award, Bid).join(Bid).where(Award.bid.in_(list(by_bid)))
    owner: dict[int, LotFile] = {}
    for award in awards.order_by(Award.id):
        owner[award.id] = by_bid[award.bid_id]
        owner[award.id].awards.append(award)
    signatures: Any = Signature.select().where(Signature.award.in_(list(owner)))
    for one in signatures.order_by(Signature.id):
        signed = owner[one.award_id].signatures.setdefault(one.award_id, {})
        signed[one.municipality] = one.signed_on
    cases: Any = Proceedings.select().where(Proceedings.lot.in_(keys))
    for case in cases.order_by(Proceedings.lodged_on, Proceedings.id):
        files[case.lot_id].proceedings.append(case)
    return list(files.values())


def scores_seen(file: LotFile, account: Account) -> list[AssessorScore]:
    """Scores of assessors that this account may see now."""
    query = AssessorScore.select(AssessorScore, AwardCriterion, Bid)
    query = query.join_from(AssessorScore, AwardCriterion).join_from(AssessorScore, Bid)
    query = query.where(Bid.lot == file.lot)
    return list(
        visible(AssessorScore, account, query).order_by(
            Bid.number, AwardCriterion.id, AssessorScore.assessor
        )
    )


def assessors(file: LotFile) -> dict[str, int]:
    """Who scored how many answers."""
    counts: dict[str, int] = {}
    rows: Any = AssessorScore.select(AssessorScore.assessor).where(
        AssessorScore.bid.in_([bid.id for bid in file.admitted])
    )
    for (name,) in rows.tuples():
        counts[name] = counts.get(name, 0) + 1
    return counts


def find_award(process: ContractingProcess, key: int, account: Account) -> Award | None:
    """One award of this inkooptraject with its bid, lot and decision."""
    query = Award.select(Award, AwardDecision, Bid, Lot)
    query = query.join_from(Award, AwardDecision).join_from(Award, Bid).join_from(Bid, Lot)
    query = query.where(Award.id == key, Lot.process == process)
    award: Award | None = visible(Award, account, query).get_or_none()
    return award


def price_of(award: Award) -> int | None:
    """The price of who was awarded; no award is made before the prices are opened."""
    price = BidPrice.get_or_none(BidPrice.bid == award.bid, opened(BidPrice.bid))
    return None if price is None else int(price.price_cents)


def as_json(ranking: Iterable[Ranked]) -> list[dict[str, Any]]:
    """A ranking as it is kept with the decision."""
    return [asdict(ranked) for ranked in ranking]


def published(process: ContractingProcess) -> tuple[PublishedLot, ...]:
    """What of the lots is public, for the release."""
    return tuple(_published(file) for file in all_lots(process))


def _published(file: LotFile) -> PublishedLot:
    decision = file.decision
    if decision is None:
        return PublishedLot(file.lot.code, file.lot.title)
    return PublishedLot(
        file.lot.code,
        file.lot.title,
        len(file.bids),
        sum(row["rank"] is not None for row in decision.ranking),
        decision.sent_on,
        decision.awarded_on,
        decision.motivation,
        tuple(
            Winner(
                award.bid.id, award.bid.tenderer, award.bid.chamber_number,
                award.contract_number, award.signed_on, award.starts_on, award.ends_on,
            )
            for award in file.awards
        ),
        frozenset(bid.chamber_number or bid.tenderer for bid in file.bids),
    )  # fmt: skip
