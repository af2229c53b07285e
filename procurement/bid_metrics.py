"""Lots and bids out of the database, as the ranking and the pages need them."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

import procurement.bid_scopes  # noqa: F401  registers who sees what
from core.accounts import Account, visible
from procurement.award import Criterion, Method, Offer, Ranked, ranking
from procurement.bid_models import (
    AssessorScore,
    Award,
    AwardCriterion,
    AwardDecision,
    Bid,
    ConsensusScore,
    KnockOut,
    Lot,
)
from procurement.bidding import PublishedLot, Winner
from procurement.models import ContractingProcess

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
    """Everything of one lot."""

    lot: Lot
    criteria: list[AwardCriterion]
    bids: list[Bid]
    checks: dict[int, dict[str, KnockOut]] = field(default_factory=dict)
    consensus: dict[int, dict[str, ConsensusScore]] = field(default_factory=dict)
    decision: AwardDecision | None = None
    awards: list[Award] = field(default_factory=list)

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

    @property
    def valid(self) -> list[Bid]:
        """Bids that can win: admitted, and with a price."""
        return [bid for bid in self.admitted if bid.price_cents]

    @property
    def unscored(self) -> list[Bid]:
        """Admitted bids for which the panel has not said everything."""
        return [
            bid
            for bid in self.admitted
            if any(c.code not in self.consensus.get(bid.id, {}) for c in self.criteria)
        ]

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
                    bid.price_cents,
                    {code: row.score for code, row in self.consensus.get(bid.id, {}).items()},
                )
                for bid in self.admitted
            ],
        )


def lots(process: ContractingProcess, account: Account) -> list[LotFile]:
    """Every lot of an inkooptraject that this account may see, in eight queries."""
    query = visible(Lot, account, Lot.select().where(Lot.process == process))
    return _files(list(query.order_by(Lot.code)))


def lot_file(process: ContractingProcess, code: str) -> LotFile | None:
    """One lot by its code, whoever asks."""
    found = Lot.get_or_none(Lot.process == process, Lot.code == code)
    return None if found is None else _files([found])[0]


def all_lots(process: ContractingProcess) -> list[LotFile]:
    """Every lot of an inkooptraject, whoever asks."""
    return _files(list(Lot.select().where(Lot.process == process).order_by(Lot.code)))


def _files(found: list[Lot]) -> list[LotFile]:
    files = {lot.id: LotFile(lot, [], []) for lot in found}
    keys = list(files)
    criteria: Any = AwardCriterion.select().where(AwardCriterion.lot.in_(keys))
    for criterion in criteria.order_by(AwardCriterion.id):
        files[criterion.lot_id].criteria.append(criterion)
    home: dict[int, LotFile] = {}
    bids: Any = Bid.select().where(Bid.lot.in_(keys)).order_by(Bid.number)
    for bid in bids:
        files[bid.lot_id].bids.append(bid)
        home[bid.id] = files[bid.lot_id]
    checks: Any = KnockOut.select().where(KnockOut.bid.in_(list(home)))
    for check in checks:
        home[check.bid_id].checks.setdefault(check.bid_id, {})[check.rule] = check
    scores: Any = ConsensusScore.select(ConsensusScore, AwardCriterion).join(AwardCriterion)
    for score in scores.where(ConsensusScore.bid.in_(list(home))):
        home[score.bid_id].consensus.setdefault(score.bid_id, {})[score.criterion.code] = score
    decisions: Any = AwardDecision.select().where(AwardDecision.lot.in_(keys))
    for decision in decisions:
        files[decision.lot_id].decision = decision
    awards: Any = Award.select(Award, Bid).join(Bid).where(Award.bid.in_(list(home)))
    for award in awards.order_by(Award.id):
        home[award.bid_id].awards.append(award)
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
    found: dict[str, int] = {}
    rows: Any = AssessorScore.select(AssessorScore.assessor).where(
        AssessorScore.bid.in_([bid.id for bid in file.admitted])
    )
    for (name,) in rows.tuples():
        found[name] = found.get(name, 0) + 1
    return found


def find_award(process: ContractingProcess, key: int, account: Account) -> Award | None:
    """One award of this inkooptraject with its bid, lot and decision."""
    query = Award.select(Award, AwardDecision, Bid, Lot)
    query = query.join_from(Award, AwardDecision).join_from(Award, Bid).join_from(Bid, Lot)
    query = query.where(Award.id == key, Lot.process == process)
    found: Award | None = visible(Award, account, query).get_or_none()
    return found


def as_json(found: Iterable[Ranked]) -> list[dict[str, Any]]:
    """A ranking as it is kept with the decision."""
    return [asdict(ranked) for ranked in found]


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
    )  # fmt: skip
