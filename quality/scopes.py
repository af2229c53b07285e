"""Which score cards, reactions and signals an account may see."""

from typing import Any

from core.accounts import Account, Role, scope, visible
from core.municipalities import with_merged
from providers.models import Provider
from providers.scopes import by_provider
from quality.learners.acts import ANSWERED, ESCALATED
from quality.learners.models import FactsImport, LearnerFacts, LearnerSummary
from quality.lessons.models import DocentHours
from quality.models import Invitation, Reaction, ReportMail, ScoreCard, ScoringModelVersion, Signal


@scope(ScoreCard)
def _cards(query: Any, account: Account) -> Any:
    if account.role == Role.ADMINISTRATOR:
        return query.where(False)
    return by_provider(query, account, ScoreCard.provider)


@scope(DocentHours)
def _docent_hours(query: Any, account: Account) -> Any:
    return by_provider(query, account, DocentHours.provider)


@scope(Reaction)
def _reactions(query: Any, account: Account) -> Any:
    if account.role in (Role.MUNICIPALITY, Role.ADMINISTRATOR):
        return query.where(False)
    return by_provider(query, account, Reaction.provider)


@scope(Invitation)
def _invitations(query: Any, account: Account) -> Any:
    if account.role in (Role.MUNICIPALITY, Role.ADMINISTRATOR):
        return query.where(False)
    return by_provider(query, account, Invitation.provider)


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
        mine = visible(Provider, account, Provider.select(Provider.code))
        return query.where(ReportMail.code.in_(mine) | (ReportMail.address == account.email))
    if account.role == Role.PROVIDER:
        return query.where(ReportMail.code == account.provider_code)
    return query.where(False)


@scope(Signal)
def _signals(query: Any, account: Account) -> Any:
    if account.role == Role.MUNICIPALITY:
        return query.where(Signal.municipality.in_(with_merged(account.municipalities)))
    if account.role == Role.PROVIDER:
        asked = Signal.open & Signal.status.in_((ESCALATED, ANSWERED))
        return by_provider(query.where(asked), account, Signal.provider)
    return query.where(False)


@scope(LearnerFacts)
def _facts(query: Any, account: Account) -> Any:
    if account.role == Role.MUNICIPALITY:
        return query.where(LearnerFacts.municipality.in_(with_merged(account.municipalities)))
    return query.where(False)


@scope(LearnerSummary)
def _summaries(query: Any, account: Account) -> Any:
    """A gemeente sees its own learners, a contractmanager those of its contracts."""
    if account.role == Role.MUNICIPALITY:
        return query.where(LearnerSummary.municipality.in_(with_merged(account.municipalities)))
    if account.role == Role.CONTRACT_MANAGER:
        query = by_provider(
            query.where(LearnerSummary.provider.is_null(False)), account, LearnerSummary.provider
        )
        if account.municipalities:
            places = with_merged(account.municipalities)
            query = query.where(LearnerSummary.municipality.in_(places))
        return query
    return query.where(False)


@scope(FactsImport)
def _facts_imports(query: Any, account: Account) -> Any:
    if account.role == Role.MUNICIPALITY:
        return query.where(FactsImport.municipality.in_(with_merged(account.municipalities)))
    return query.where(False)
