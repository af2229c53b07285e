"""Which rows of this package an account may see."""

from typing import Any

from core.accounts import Account, Role, scope
from procurement.models import (
    ContractingProcess,
    Decision,
    DigestMail,
    Milestone,
    Participation,
)


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


def may_decide_for(account: Account, municipality: str) -> bool:
    """Whether this account may enter the decision of that gemeente."""
    if account.role == Role.REGION:
        return True
    return account.role == Role.MUNICIPALITY and municipality in account.municipalities
