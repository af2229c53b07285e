"""Which rows of this package an account may see.

Bids, scores and prices are for the region and the auditor, each in its time: somebody else's scores
from the consensus on, and prices once they are opened.
"""

from typing import Any

from core.accounts import Account, Role, scope, visible
from procurement.award.models import AssessorScore, Award, Bid, BidPrice, Lot, Proceedings
from procurement.models import (
    ContractingProcess,
    Decision,
    DigestMail,
    Milestone,
    Participation,
    TermOpinion,
)
from procurement.promises.models import ContractClause, ContractPromise, Invoice
from providers.models import Contract


def _taking_part(account: Account) -> Any:
    return Participation.select(Participation.process).where(
        Participation.municipality.in_(account.municipalities)
    )


@scope(ContractingProcess)
def _processes(query: Any, account: Account) -> Any:
    if account.role in (Role.PROVIDER, Role.ADMINISTRATOR):
        return query.where(False)
    narrowed = account.role == Role.CONTRACT_MANAGER and account.municipalities
    if account.role == Role.MUNICIPALITY or narrowed:
        return query.where(ContractingProcess.id.in_(_taking_part(account)))
    return query


def _visible_processes(account: Account) -> Any:
    return _processes(ContractingProcess.select(ContractingProcess.id), account)


@scope(Milestone)
def _milestones(query: Any, account: Account) -> Any:
    return query.where(Milestone.process.in_(_visible_processes(account)))


@scope(Decision)
def _decisions(query: Any, account: Account) -> Any:
    return query.where(Decision.process.in_(_visible_processes(account)))


@scope(DigestMail)
def _digests(query: Any, account: Account) -> Any:
    if account.role in (Role.REGION, Role.AUDITOR):
        return query
    return query.where(DigestMail.address == account.email)


@scope(TermOpinion)
def _opinions(query: Any, account: Account) -> Any:
    unseen = account.role in (Role.PROVIDER, Role.ADMINISTRATOR)
    return query.where(False) if unseen else query


def may_decide_for(account: Account, municipality: str) -> bool:
    """Whether this account may enter the decision of that gemeente."""
    if account.role == Role.REGION:
        return True
    return account.role == Role.MUNICIPALITY and municipality in account.municipalities


BUYERS = (Role.REGION, Role.AUDITOR)


@scope(Lot)
@scope(Bid)
@scope(Award)
@scope(Proceedings)
def _bids(query: Any, account: Account) -> Any:
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


def _of_contracts(query: Any, account: Account, contract: Any) -> Any:
    if account.role in (Role.MUNICIPALITY, Role.ADMINISTRATOR):
        return query.where(False)
    return query.where(contract.in_(visible(Contract, account, Contract.select(Contract.id))))


@scope(ContractPromise)
def _promises(query: Any, account: Account) -> Any:
    return _of_contracts(query, account, ContractPromise.contract)


@scope(ContractClause)
def _clauses(query: Any, account: Account) -> Any:
    return _of_contracts(query, account, ContractClause.contract)


@scope(Invoice)
def _invoices(query: Any, account: Account) -> Any:
    return _of_contracts(query, account, Invoice.contract)
