"""Which talks, agreements and complaints an account may see."""

from typing import Any

from core.accounts import Account, Role, scope
from providers.scopes import by_provider
from quality.agreements.models import Agreement, Complaint, Talk


@scope(Talk)
def _talks(query: Any, account: Account) -> Any:
    if account.role in (Role.MUNICIPALITY, Role.ADMINISTRATOR):
        return query.where(False)
    return by_provider(query, account, Talk.provider)


@scope(Agreement)
def _agreements(query: Any, account: Account) -> Any:
    if account.role in (Role.MUNICIPALITY, Role.ADMINISTRATOR):
        return query.where(False)
    return by_provider(query, account, Agreement.provider)


@scope(Complaint)
def _complaints(query: Any, account: Account) -> Any:
    if account.role == Role.ADMINISTRATOR:
        return query.where(False)
    if account.role == Role.MUNICIPALITY:
        return query.where(Complaint.municipality.in_(account.municipalities))
    return by_provider(query, account, Complaint.provider)
