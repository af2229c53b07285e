"""Hoor en wederhoor: the provider is invited, reacts to a score, the contract manager answers."""

from collections.abc import Collection
from datetime import date, datetime

from core import audit
from core.db import locked, transaction
from core.errors import DomainError
from providers.models import Provider
from quality.cards import queries as cards
from quality.models import CONCEPT, Invitation, Reaction, ScoreCard

LONGEST = 4000


def invite(
    month: date, *, until: date, today: date, codes: Collection[str], by: str, at: datetime
) -> list[Provider]:
    """Invite who has a concept score of a month to react until a day; return whom.

    Whoever was invited already gets this day for the former one. A reaction stays welcome later.
    """
    if until <= today:
        raise DomainError("past", "Kies een dag na vandaag.", field="until")
    concept = (
        cards.cards_of(month).where(Provider.code.in_(codes)).where(ScoreCard.status == CONCEPT)
    )
    invited = {card.provider.code: card.provider for card in concept}
    if not invited:
        raise DomainError("no_concept", "Van deze maand is geen score meer concept.")
    with transaction():
        for provider in invited.values():
            Invitation.insert(
                provider=provider, month=month, until=until, invited_by=by, invited_at=at
            ).on_conflict(
                conflict_target=[Invitation.provider, Invitation.month],
                preserve=[Invitation.until, Invitation.invited_by, Invitation.invited_at],
            ).execute()
        audit.record(
            at=at,
            actor=by,
            action="invite",
            thing="reactions",
            thing_id=f"{month:%Y-%m}",
            after={"aanbieders": list(invited), "tot en met": until.isoformat()},
        )
    return list(invited.values())


def react(
    provider: Provider, *, route: int, month: date, criterion: str, text: str, by: str, at: datetime
) -> Reaction:
    """Keep what a provider says about a score, on one criterion or as a whole."""
    text = _checked(text, "Schrijf je reactie op.", field="text")
    with transaction():
        reaction = Reaction.create(
            provider=provider,
            route=route,
            month=month,
            criterion=criterion,
            text=text,
            by=by,
            at=at,
        )
        audit.record(
            at=at,
            actor=by,
            action="react",
            thing="reactions",
            thing_id=reaction.id,
            after={"aanbieder": provider.code, "month": f"{month:%Y-%m}", "criterion": criterion},
        )
    return reaction


def answer(reaction: Reaction, *, text: str, by: str, at: datetime) -> Reaction:
    """Answer a reaction, once."""
    text = _checked(text, "Schrijf je antwoord op.", field="answer")
    with transaction():
        reaction = locked(Reaction.select().where(Reaction.id == reaction.id))
        if reaction.answered_at is not None:
            message = f"Deze reactie is intussen beantwoord door {reaction.answered_by}."
            raise DomainError("answered", message, field="answer")
        reaction.answer, reaction.answered_by, reaction.answered_at = text, by, at
        reaction.save()
        audit.record(
            at=at, actor=by, action="answer_reaction", thing="reactions", thing_id=reaction.id
        )
    return reaction


def _checked(text: str, empty: str, *, field: str) -> str:
    text = text.strip()
    if not text:
        raise DomainError("empty", empty, field=field)
    if len(text) > LONGEST:
        raise DomainError("too_long", f"Gebruik hooguit {LONGEST} tekens.", field=field)
    return text
