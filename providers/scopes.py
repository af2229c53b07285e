"""Which rows of this package an account may see."""

from typing import Any

from core.accounts import Account, Role, scope
from core.municipalities import with_merged
from providers.models import (
    Contract,
    ContractScope,
    CourseTrack,
    Delivery,
    LessonBreak,
    Location,
    Problem,
    ProgressRecord,
    Provider,
    QualityMark,
    RejectedRow,
    Teacher,
    TeachingMethod,
)


def own_provider(provider_id: Any, account: Account) -> Any:
    """Condition on a provider key: what binds this account to one school, or nothing."""
    mine = Provider.select(Provider.id).where(Provider.code == (account.provider_code or ""))
    return provider_id.in_(mine)


def within_contracts(provider_id: Any, account: Account) -> Any:
    """Condition on a provider key: schools under a contract of this contract manager."""
    covered = (
        Contract.select(Contract.provider)
        .join(ContractScope)
        .where(
            ContractScope.municipality.is_null()
            | ContractScope.municipality.in_(account.municipalities)
        )
    )
    return provider_id.in_(covered)


def by_provider(query: Any, account: Account, provider_id: Any) -> Any:
    """Narrow a query to the schools of this account; all for the region and the gemeenten."""
    if account.role == Role.PROVIDER:
        return query.where(own_provider(provider_id, account))
    if account.role == Role.CONTRACT_MANAGER:
        if account.provider_code:
            query = query.where(own_provider(provider_id, account))
        if account.municipalities:
            query = query.where(within_contracts(provider_id, account))
    return query


@scope(Provider)
def _providers(query: Any, account: Account) -> Any:
    return by_provider(query, account, Provider.id)


@scope(Location)
def _locations(query: Any, account: Account) -> Any:
    return by_provider(query, account, Location.provider)


@scope(QualityMark)
def _marks(query: Any, account: Account) -> Any:
    return by_provider(query, account, QualityMark.provider)


@scope(Contract)
def _contracts(query: Any, account: Account) -> Any:
    return by_provider(query, account, Contract.provider)


@scope(Teacher)
def _teachers(query: Any, account: Account) -> Any:
    return by_provider(query, account, Teacher.provider)


@scope(TeachingMethod)
def _methods(query: Any, account: Account) -> Any:
    return by_provider(query, account, TeachingMethod.provider)


@scope(LessonBreak)
def _breaks(query: Any, account: Account) -> Any:
    """Breaks of the whole region are for everyone."""
    mine = by_provider(LessonBreak.select(LessonBreak.id), account, LessonBreak.provider)
    return query.where(LessonBreak.provider.is_null() | LessonBreak.id.in_(mine))


@scope(Delivery)
def _deliveries(query: Any, account: Account) -> Any:
    return by_provider(query, account, Delivery.provider)


@scope(Problem)
def _problems(query: Any, account: Account) -> Any:
    if account.role in (Role.REGION, Role.MUNICIPALITY, Role.ADMINISTRATOR):
        return query.where(False)
    mine = by_provider(Delivery.select(Delivery.id), account, Delivery.provider)
    return query.where(Problem.delivery.in_(mine))


@scope(RejectedRow)
def _rejected(query: Any, account: Account) -> Any:
    if account.role in (Role.REGION, Role.MUNICIPALITY, Role.ADMINISTRATOR):
        return query.where(False)
    mine = by_provider(Delivery.select(Delivery.id), account, Delivery.provider)
    return query.where(RejectedRow.delivery.in_(mine))


@scope(ProgressRecord)
def _progress(query: Any, account: Account) -> Any:
    if account.role in (Role.REGION, Role.ADMINISTRATOR):
        return query.where(False)
    if account.role == Role.MUNICIPALITY:
        return query.where(ProgressRecord.municipality.in_(with_merged(account.municipalities)))
    query = by_provider(query, account, ProgressRecord.provider)
    if account.role == Role.CONTRACT_MANAGER and account.municipalities:
        query = query.where(ProgressRecord.municipality.in_(with_merged(account.municipalities)))
    return query


@scope(CourseTrack)
def _tracks(query: Any, account: Account) -> Any:
    rows = _progress(ProgressRecord.select(ProgressRecord.track), account)
    return query.where(CourseTrack.id.in_(rows))
