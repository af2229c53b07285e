"""Who may see bids and scores: the region and the auditor; an assessor's own until consensus."""

from typing import Any

from core.accounts import Account, Role, scope
from procurement.bid_models import AssessorScore, Award, Bid, Lot

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


@scope(AssessorScore)
def _scores(query: Any, account: Account) -> Any:
    if account.role not in BUYERS:
        return query.where(False)
    opened = Bid.select(Bid.id).join(Lot).where(Lot.consensus_opened_at.is_null(False))
    return query.where((AssessorScore.assessor == account.email) | AssessorScore.bid.in_(opened))
