"""Which rows of this package an account may see."""

from typing import Any

import peewee

from core.accounts import Account, Role, may, scope
from core.municipalities import with_merged
from providers.models import (
    ClassInspection,
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
    TravelTime,
)


def own_provider(provider_id: Any, account: Account) -> Any:
    """Condition on a provider key: what binds this account to one school, or nothing."""
    mine = Provider.select(Provider.id).where(Provider.code == (account.provider_code or ""))
    # The past of a school that went up in this one is its past too.
    merged = Provider.alias()
    with_merged = merged.select(merged.id).where(merged.id.in_(mine) | merged.merged_into.in_(mine))
    return provider_id.in_(with_merged)


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


@scope(ClassInspection)
def _inspections(query: Any, account: Account) -> Any:
    return by_provider(query, account, ClassInspection.provider)


@scope(TravelTime)
def _travel_times(query: Any, account: Account) -> Any:
    return by_provider(query, account, TravelTime.provider)


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


def sees_whole_files(account: Account) -> bool:
    """Whether the account may see every row of a file of a school, and so the file itself.

    Not a contract manager of some gemeenten: a file holds the learners of all of them.
    """
    bound = account.role == Role.CONTRACT_MANAGER and bool(account.municipalities)
    return may(account, "read", "progress") and account.role != Role.MUNICIPALITY and not bound


@scope(Problem)
def _problems(query: Any, account: Account) -> Any:
    if account.role in (Role.REGION, Role.MUNICIPALITY, Role.ADMINISTRATOR):
        return query.where(False)
    mine = by_provider(Delivery.select(Delivery.id), account, Delivery.provider)
    query = query.where(Problem.delivery.in_(mine))
    if sees_whole_files(account):
        return query
    # Of a row that nobody could place in a gemeente nobody knows whose it is.
    record, rejected = ProgressRecord.alias(), RejectedRow.alias()
    taken_in = _of_municipalities(record, account).where(
        record.delivery == Problem.delivery, record.row == Problem.row
    )
    sent_back = _of_own_tracks(rejected, account).where(
        rejected.delivery == Problem.delivery, rejected.row == Problem.row
    )
    return query.where(
        Problem.row.is_null() | peewee.fn.EXISTS(taken_in) | peewee.fn.EXISTS(sent_back)
    )


@scope(RejectedRow)
def _rejected(query: Any, account: Account) -> Any:
    if account.role in (Role.REGION, Role.MUNICIPALITY, Role.ADMINISTRATOR):
        return query.where(False)
    mine = by_provider(Delivery.select(Delivery.id), account, Delivery.provider)
    query = query.where(RejectedRow.delivery.in_(mine))
    if sees_whole_files(account):
        return query
    other = RejectedRow.alias()
    return query.where(RejectedRow.id.in_(_of_own_tracks(other, account)))


def _of_municipalities(record: Any, account: Account) -> Any:
    codes = with_merged(account.municipalities)
    return record.select(record.id).where(record.municipality.in_(codes))


def _of_own_tracks(rejected: Any, account: Account) -> Any:
    """Rejected rows of a traject of which a row of an own gemeente is held."""
    record, delivery = ProgressRecord.alias(), Delivery.alias()
    own = (
        _of_municipalities(record, account)
        .join(CourseTrack, on=record.track == CourseTrack.id)
        .where(CourseTrack.provider == delivery.provider, CourseTrack.number == rejected.number)
    )
    return (
        rejected.select(rejected.id)
        .join(delivery, on=rejected.delivery == delivery.id)
        .where(peewee.fn.EXISTS(own))
    )


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
