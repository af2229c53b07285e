"""Which rows of this package an account may see: one function per kind of row."""

from collections.abc import Callable
from typing import Any

import peewee

from core.accounts import Account, Role, scope, visible
from core.municipalities import with_merged
from providers.models import CourseTrack, Provider, Restriction
from providers.scopes import by_provider
from quality.agreements.models import Agreement, Complaint, Talk
from quality.evaluation.models import EVERYTHING
from quality.indicators.models import (
    CohortCount,
    CriterionReference,
    Indicator,
    IndicatorValue,
    ReferenceLine,
)
from quality.learners.acts import ANSWERED, ESCALATED
from quality.learners.models import FactsImport, LearnerFacts, LearnerSummary
from quality.models import (
    DocentHours,
    Invitation,
    Reaction,
    RegionTable,
    ReportMail,
    ScoreCard,
    ScoringModelVersion,
    Signal,
    SurveyCount,
)

Scope = Callable[[Any, Account], Any]
_model: Any


def _of_schools(model: Any, *hidden_from: Role) -> Scope:
    """Rows about a school: those of the account's schools, and none for some roles."""

    def narrow(query: Any, account: Account) -> Any:
        if account.role in hidden_from:
            return query.where(False)
        return by_provider(query, account, model.provider)

    return narrow


def _of_learners(model: Any) -> Scope:
    """Rows about learners: a gemeente sees its own, with the gemeenten merged into it."""

    def narrow(query: Any, account: Account) -> Any:
        if account.role != Role.MUNICIPALITY:
            return query.where(False)
        return query.where(model.municipality.in_(with_merged(account.municipalities)))

    return narrow


def _unrestricted(query: Any, model: Any, number: Any) -> Any:
    """Leave out each learner of whom a gemeente restricted what is held (AVG 18)."""
    some = Restriction.select(peewee.Value(1))
    if not some.exists():
        return query  # and no row is looked up
    same = (Restriction.municipality == model.municipality) & (Restriction.number == number)
    return query.where(~peewee.fn.EXISTS(some.where(same)))


def _of_policy(model: Any) -> Scope:
    """Figures of a gemeente's policy: its own and the region's; none for a school."""

    def narrow(query: Any, account: Account) -> Any:
        if account.role in (Role.PROVIDER, Role.ADMINISTRATOR):
            return query.where(False)
        if account.role == Role.MUNICIPALITY:
            own = model.municipality.in_(account.municipalities)
            return query.where(model.municipality.is_null() | own)
        return query

    return narrow


def _of_indicator(indicator: peewee.ForeignKeyField) -> Scope:
    """Rows that hang on an indicator: those whose indicator the account may see."""

    def narrow(query: Any, account: Account) -> Any:
        return query.where(
            indicator.in_(visible(Indicator, account, Indicator.select(Indicator.id)))
        )

    return narrow


def _of_evaluation(model: Any) -> Scope:
    """An evaluation: a gemeente sees its own, so does a contract manager bound to gemeenten."""

    def narrow(query: Any, account: Account) -> Any:
        if account.role in (Role.PROVIDER, Role.ADMINISTRATOR):
            return query.where(False)
        bound = account.role == Role.CONTRACT_MANAGER and account.municipalities
        if account.role == Role.MUNICIPALITY or bound:
            return query.where(model.municipality.in_(account.municipalities))
        return query

    return narrow


for _model in (DocentHours, SurveyCount):
    scope(_model)(_of_schools(_model))
scope(ScoreCard)(_of_schools(ScoreCard, Role.ADMINISTRATOR))
for _model in (Reaction, Invitation, Talk, Agreement):
    scope(_model)(_of_schools(_model, Role.MUNICIPALITY, Role.ADMINISTRATOR))
scope(FactsImport)(_of_learners(FactsImport))
for _model in (Indicator, CohortCount):
    scope(_model)(_of_policy(_model))
for _model in (IndicatorValue, ReferenceLine):
    scope(_model)(_of_indicator(_model.indicator))
for _model in EVERYTHING:
    scope(_model)(_of_evaluation(_model))


@scope(CriterionReference)
def _criterion_references(query: Any, account: Account) -> Any:
    """Published figures of others: for whoever sees a score."""
    return query.where(False) if account.role == Role.ADMINISTRATOR else query


@scope(ScoringModelVersion)
def _models(query: Any, account: Account) -> Any:
    if account.role == Role.PROVIDER:
        return query.where(ScoringModelVersion.approved_at.is_null(False))
    return query


@scope(ReportMail)
def _mails(query: Any, account: Account) -> Any:
    if account.role in (Role.REGION, Role.AUDITOR):
        return query
    if account.role == Role.CONTRACT_MANAGER:
        schools = visible(Provider, account, Provider.select(Provider.code))
        return query.where(ReportMail.code.in_(schools) | (ReportMail.address == account.email))
    if account.role == Role.PROVIDER:
        return query.where(ReportMail.code == account.provider_code)
    return query.where(False)


@scope(Complaint)
def _complaints(query: Any, account: Account) -> Any:
    if account.role == Role.MUNICIPALITY:
        return query.where(Complaint.municipality.in_(account.municipalities))
    return _of_schools(Complaint, Role.ADMINISTRATOR)(query, account)


@scope(LearnerFacts)
def _facts(query: Any, account: Account) -> Any:
    query = _unrestricted(query, LearnerFacts, LearnerFacts.number)
    return _of_learners(LearnerFacts)(query, account)


@scope(Signal)
def _signals(query: Any, account: Account) -> Any:
    """A school sees what was put to it, for as long as it holds."""
    track = CourseTrack.alias()
    number = track.select(track.number).where(track.id == Signal.track)
    query = _unrestricted(query, Signal, number)
    if account.role == Role.PROVIDER:
        asked = Signal.open & Signal.status.in_((ESCALATED, ANSWERED))
        return by_provider(query.where(asked), account, Signal.provider)
    return _of_learners(Signal)(query, account)


@scope(LearnerSummary)
def _summaries(query: Any, account: Account) -> Any:
    """A gemeente sees its own learners, a contract manager those of its contracts."""
    query = _unrestricted(query, LearnerSummary, LearnerSummary.number)
    if account.role != Role.CONTRACT_MANAGER:
        return _of_learners(LearnerSummary)(query, account)
    query = by_provider(
        query.where(LearnerSummary.provider.is_null(False)), account, LearnerSummary.provider
    )
    if account.municipalities:
        places = with_merged(account.municipalities)
        query = query.where(LearnerSummary.municipality.in_(places))
    return query


@scope(RegionTable)
def _regions(query: Any, account: Account) -> Any:
    """Nothing in them is about a school, and schools do not see them."""
    hidden = account.role in (Role.PROVIDER, Role.ADMINISTRATOR)
    return query.where(False) if hidden else query
