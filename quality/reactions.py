"""Hoor en wederhoor: the provider reacts to a score, the contract manager answers."""

from datetime import date, datetime

from core import audit
from core.db import transaction
from core.errors import DomainError
from providers.models import Provider
from quality.models import Reaction

LONGEST = 4000


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
        reaction = Reaction.get_by_id(reaction.id)
        if reaction.answered_at is not None:
            raise DomainError("answered", "Deze reactie is al beantwoord.", field="answer")
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
