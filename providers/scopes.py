"""Which rows of this package an account may see."""

from collections.abc import Callable
from typing import Any

import peewee

from core import municipalities
from core.accounts import Account, Role, may, scope
from core.municipalities import with_merged
from providers.models import (
    ClassInspection,
    Confirmation,
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
    Restriction,
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


def _of_schools(provider_id: Any) -> Callable[[Any, Account], Any]:
    """Rows about a school, by their key of it: those of the schools of the account."""

    def narrow(query: Any, account: Account) -> Any:
        return by_provider(query, account, provider_id)

    return narrow


scope(Provider)(_of_schools(Provider.id))
_model: Any
for _model in (
    ClassInspection, Contract, Delivery, Location, QualityMark, Teacher, TeachingMethod, TravelTime,
):  # fmt: skip
    scope(_model)(_of_schools(_model.provider))


@scope(LessonBreak)
def _breaks(query: Any, account: Account) -> Any:
    """Breaks of the whole region are for everyone."""
    mine = by_provider(LessonBreak.select(LessonBreak.id), account, LessonBreak.provider)
    return query.where(LessonBreak.provider.is_null() | LessonBreak.id.in_(mine))


def sees_whole_files(account: Account) -> bool:
    """Whether the account may see every row of a file of a school, and so the file itself.

    Not a contract manager of some gemeenten: a file holds the learners of all of them.
    """
    bound = account.role == Role.CONTRACT_MANAGER and bool(account.municipalities)
    return may(account, "read", "progress") and account.role != Role.MUNICIPALITY and not bound


@scope(Restriction)
def _restrictions(query: Any, account: Account) -> Any:
    if account.role != Role.MUNICIPALITY:
        return query.where(False)
    return query.where(Restriction.municipality.in_(with_merged(account.municipalities)))


def is_restricted(municipality: int, number: str) -> bool:
    """Whether a gemeente restricted what is held of this learner."""
    same = (Restriction.municipality == municipality) & (Restriction.number == number)
    return bool(Restriction.select().where(same).exists())


def _same_gemeente(one: Any, other: Any) -> Any:
    """Condition: two columns hold codes that stand for one gemeente of today."""
    merged = [(int(old), int(new)) for old, new in municipalities.merged().items()]
    today = [peewee.Case(code, merged, code) if merged else code for code in (one, other)]
    return today[0] == today[1]


def _of_restricted(record: Any) -> Any:
    """Condition: a row is about a learner of whom a gemeente restricted what is held (AVG 18).

    The set of trajecten is made once for a query; the gemeente is asked of their rows only.
    """
    one, track = Restriction.alias(), CourseTrack.alias()
    joined = {"on": track.number == one.number}
    same = one.select(peewee.Value(1)).join(track, **joined).where(
        track.id == record.track, _same_gemeente(one.municipality, record.municipality)
    )  # fmt: skip
    return record.track.in_(one.select(track.id).join(track, **joined)) & peewee.fn.EXISTS(same)


def _restricted_at(provider: Any, one: Any = Restriction) -> Any:
    """Query of the trajectnummers that are shown to nobody in the files of a school.

    Not of one that at this school is only the number of somebody of another gemeente.
    """
    track, record = CourseTrack.alias(), ProgressRecord.alias()
    records = (
        record.select(peewee.Value(1))
        .join(track, on=record.track == track.id)
        .where(track.provider == provider, track.number == one.number)
    )
    own = records.where(_same_gemeente(one.municipality, record.municipality))
    return one.select(one.number).where(peewee.fn.EXISTS(own) | ~peewee.fn.EXISTS(records))


def restricted_numbers(provider_id: int) -> frozenset[str]:
    """Trajectnummers in the files of a school that are shown to nobody."""
    return frozenset(number for (number,) in _restricted_at(provider_id).tuples())


def restricted_tracks(provider_id: int) -> frozenset[int]:
    """The same as trajecten: of sums that count them, nobody is told whose hours they are."""
    tracks: Any = CourseTrack.select(CourseTrack.id).where(
        CourseTrack.provider == provider_id, CourseTrack.number.in_(_restricted_at(provider_id))
    )
    return frozenset(track for (track,) in tracks.tuples())


def _sent_back_of_restricted(rejected: Any) -> Any:
    """Condition: a rejected row is about a learner of whom is restricted what is held."""
    one, delivery = Restriction.alias(), Delivery.alias()
    school: Any = delivery.select(delivery.provider).where(delivery.id == rejected.delivery)
    same = _restricted_at(school, one).where(one.number == rejected.number)
    return rejected.number.in_(Restriction.select(Restriction.number)) & peewee.fn.EXISTS(same)


def _about_restricted() -> Any:
    """Condition: a problem quotes a row about a learner of whom is restricted what is held."""
    record, repeated, rejected = ProgressRecord.alias(), Confirmation.alias(), RejectedRow.alias()
    taken_in = record.select(record.id).where(
        record.delivery == Problem.delivery, record.row == Problem.row, _of_restricted(record)
    )
    again = (
        repeated.select(repeated.id)
        .join(record, on=repeated.record == record.id)
        .where(
            repeated.delivery == Problem.delivery, repeated.row == Problem.row,
            _of_restricted(record),
        )
    )  # fmt: skip
    sent_back = rejected.select(rejected.id).where(
        rejected.delivery == Problem.delivery, rejected.row == Problem.row,
        _sent_back_of_restricted(rejected),
    )  # fmt: skip
    about = [peewee.fn.EXISTS(query) for query in (taken_in, again, sent_back)]
    return about[0] | about[1] | about[2]


@scope(Problem)
def _problems(query: Any, account: Account) -> Any:
    if account.role in (Role.REGION, Role.MUNICIPALITY, Role.ADMINISTRATOR):
        return query.where(False)
    mine = by_provider(Delivery.select(Delivery.id), account, Delivery.provider)
    query = query.where(Problem.delivery.in_(mine), ~_about_restricted())
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
    query = query.where(RejectedRow.number.is_null() | ~_sent_back_of_restricted(RejectedRow))
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
    return counted_rows(query, account).where(~_of_restricted(ProgressRecord))


def counted_rows(query: Any, account: Account) -> Any:
    """Rows of the learners of an account, for sums: the restricted ones count as well."""
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
