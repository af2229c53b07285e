"""Who may see bids, scores and prices: the region and the auditor, each in its time.

Somebody else's scores from the consensus on, and prices once they are opened.
"""

from typing import Any

from core.accounts import Account, Role, scope
from procurement.award.models import AssessorScore, Award, Bid, BidPrice, Lot, Proceedings

BUYERS = (Role.REGION, Role.AUDITOR)


@scope(Lot)
def _lots(query: Any, account: Account) -> Any:
    return query if account.role in BUYERS else query.where(False)


@scope(Bid)
def _bids(query: Any, account: Account) -> Any:
    return query if account.role in BUYERS else query.where(False)


@scope(Award)
def _awards(query: Any, account: Account) -> Any:
    return query if account.role in BUYERS else query.where(False)


@scope(Proceedings)
def _proceedings(query: Any, account: Account) -> Any:
    return query if account.role in BUYERS else query.where(False)


def opened(bid: Any) -> Any:
    """The condition that the prices of the lot of this bid are opened."""
    lots = Bid.select(Bid.id).join(Lot).where(Lot.prices_opened_at.is_null(False))
    return bid.in_(lots)


@scope(BidPrice)
def _prices(query: Any, account: Account) -> Any:
    return query.where(opened(BidPrice.bid)) if account.role in BUYERS else query.where(False)


@scope(AssessorScore)
def _scores(query: Any, account: Account) -> Any:
    if account.role not in BUYERS:
        return query.where(False)
    shared = Bid.select(Bid.id).join(Lot).where(Lot.consensus_opened_at.is_null(False))
    return query.where((AssessorScore.assessor == account.email) | AssessorScore.bid.in_(shared))
