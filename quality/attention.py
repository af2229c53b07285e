"""What the start page says about scores, reactions, signals and docent hours."""

from datetime import date
from typing import Any

from peewee import fn

import quality.scopes  # noqa: F401  registers who sees what
from core.accounts import Account, Role, may, visible
from core.attention import Attention, Figure, Urgency
from core.dates import add_months
from core.formats import day_text, month_text
from core.small_numbers import few_text
from providers.models import Provider
from providers.register.queries import certified_in
from quality.cards import queries as cards
from quality.cards.words import falls
from quality.learners.acts import ANSWERED, ESCALATED, NEW
from quality.lessons.teacher_claim import Claim, TaughtMonth
from quality.method.model import ScoringModel
from quality.models import (
    CONCEPT,
    DocentHours,
    Invitation,
    Reaction,
    ScoreCard,
    ScoringModelVersion,
    Signal,
)


def attention(account: Account, today: date) -> list[Attention]:
    """Providers that fell a class, reactions and models that wait, signals nobody has seen."""
    items: list[Attention] = []
    if may(account, "read", "scores") and account.role != Role.ADMINISTRATOR:
        items.extend(_fallen(account, today))
    if may(account, "create", "reactions"):
        items.extend(_invitations(account, today))
    if may(account, "change", "reactions"):
        items.extend(_reactions(account))
    if may(account, "change", "signals"):
        items.extend(_signals(account))
    if may(account, "read", "signals"):
        items.extend(_asked(account))
    if may(account, "change", "scoring_model"):
        items.extend(_models(account))
    return items


def docent_attention(account: Account, today: date) -> list[Attention]:
    """Providers whose claim of the newest month does not fit the register."""
    del today
    months = cards.judged_months()
    if not months or not may(account, "change", "register"):
        return []
    month, most_hours = months[-1], cards.model_in_force(months[-1]).docent_month_hours
    query = DocentHours.select(DocentHours, Provider).join(Provider)
    claimed = list(visible(DocentHours, account, query).where(DocentHours.month == month))
    docenten = certified_in([month], [one.provider.id for one in claimed])
    items = []
    for one in claimed:
        claim = Claim(
            month,
            TaughtMonth(one.tracks, certified=one.certified, claimed=one.claimed),
            docenten.get(one.provider.id, {}).get(month, 0),
            registered=one.provider.id in docenten,
            most_hours=most_hours,
        )
        if claim.verdict.doubtful:
            items.append(
                Attention(
                    f"Vraag {one.provider.name} naar de docentenuren van {month_text(month)}.",
                    f"/aanbieders/{one.provider.code}/docenten/",
                    Urgency.SOON,
                    more=claim.reason,
                    needs=("change", "register"),
                )
            )
    return items


def figures(account: Account, today: date) -> list[Figure]:
    """Judgements of the newest month that another word is nearly as likely for."""
    if not may(account, "read", "scores"):
        return []
    month = cards.newest_judged_month(today)
    if month is None:
        return []
    listed = list(visible(ScoreCard, account, cards.cards_of(month)))
    models = {code: cards.model_named(code) for code in {card.model for card in listed}}
    count = sum(_at_border(card, models[card.model]) for card in listed)
    return [Figure("oordelen op de grens", str(count), f"/kwaliteit/{month:%Y-%m}/")]


def _at_border(card: ScoreCard, model: ScoringModel) -> bool:
    """Whether the judgement says so itself, or its interval holds a border of its model."""
    if "border" in card.result:
        return bool(card.result["border"])
    low, high = card.interval_low, card.interval_high
    if low is None or high is None:
        return False
    return any(low < border <= high for border in (model.sufficient_from, model.good_from))


def signal_figures(account: Account, today: date) -> list[Figure]:
    """Signals that nobody has looked at; few of them stay hidden for who may only count."""
    del today
    if not may(account, "read", "signal_counts"):
        return []
    own = may(account, "read", "signals")
    query: Any = Signal.select().where(Signal.open, Signal.seen_at.is_null())
    if own:
        query = visible(Signal, account, query)
    else:
        query = query.where(Signal.provider.in_(visible(Provider, account)))
    count = query.count()
    url = "/signalen/?stand=nieuw" if own else "/signalen/"
    return [Figure("signalen nieuw", str(count) if own else few_text(count), url)]


def _fallen(account: Account, today: date) -> list[Attention]:
    month = cards.newest_judged_month(today)
    if month is None:
        return []
    # Most stay in their class: only of those that did not the judgements are read.
    earlier = ScoreCard.alias()
    moved = (
        ScoreCard.select(ScoreCard.provider)
        .join(
            earlier,
            on=(earlier.provider == ScoreCard.provider)
            & (earlier.route == ScoreCard.route)
            & (earlier.revision == 0)
            & (earlier.month == add_months(month, -1)),
        )
        .where(
            ScoreCard.month == month,
            ScoreCard.revision == 0,
            ScoreCard.standing != earlier.standing,
        )
    )
    now = list(visible(ScoreCard, account, cards.cards_of(month, provider_ids=moved)))
    before = visible(ScoreCard, account, cards.cards_of(add_months(month, -1), provider_ids=moved))
    names = {card.provider.code: card.provider.name for card in now}
    return [
        Attention(
            f"{names[fall.provider]} zakte in {month_text(month)} naar {fall.standing} "
            f"(route {fall.route}) door {fall.cause}.",
            f"/aanbieders/{fall.provider}/gesprek/"
            if may(account, "create", "agreements")
            else f"/kwaliteit/{month:%Y-%m}/{fall.provider}/{fall.route}/",
            Urgency.NOW if fall.standing == "onvoldoende" else Urgency.SOON,
            more="Bekijk het gespreksblad en maak een afspraak.",
            needs=("create", "agreements"),
        )
        for fall in falls([cards.tree_of(c) for c in now], [cards.tree_of(c) for c in before])
    ]


def _invitations(account: Account, today: date) -> list[Attention]:
    """Months whose concept a provider is asked to react to, while no reaction came in."""
    reacted = Reaction.select().where(
        Reaction.provider == Invitation.provider, Reaction.at >= Invitation.invited_at,
        Reaction.month == Invitation.month,
    )  # fmt: skip
    concept = ScoreCard.select().where(
        ScoreCard.provider == Invitation.provider, ScoreCard.month == Invitation.month,
        ScoreCard.status == CONCEPT,
    )  # fmt: skip
    waiting = visible(
        Invitation, account, Invitation.select(Invitation, Provider).join(Provider)
    ).where(Invitation.until >= today, fn.EXISTS(concept), ~fn.EXISTS(reacted))
    return [
        Attention(
            f"Reageer als je wilt op de conceptscores van {month_text(one.month)}: "
            f"dat kan tot en met {day_text(one.until)}.",
            f"/kwaliteit/{one.month:%Y-%m}/",
            Urgency.SOON,
            one.until,
            needs=("create", "reactions"),
        )
        for one in waiting.order_by(Invitation.until, Invitation.month)
    ]


def _reactions(account: Account) -> list[Attention]:
    query: Any = visible(
        Reaction, account, Reaction.select(Reaction, Provider).join(Provider)
    ).where(Reaction.answered_at.is_null())
    return [
        Attention(
            f"{one.provider.name} reageerde op de score van {month_text(one.month)}.",
            f"/kwaliteit/{one.month:%Y-%m}/{one.provider.code}/{_route(one.route)}/#reacties",
            Urgency.SOON,
            more="Geef antwoord.",
            needs=("change", "reactions"),
            together=f"{{n}} reacties van {one.provider.name} wachten op antwoord",
        )
        for one in query.order_by(Reaction.at)
    ]


def _route(number: int) -> str:
    return next(code for code, route in cards.ROUTE_NUMBERS.items() if route == number)


def _asked(account: Account) -> list[Attention]:
    """Signals on which a word is waited for or came in: of the provider, for the gemeente."""
    answers = may(account, "answer", "signals")
    status, action = (ESCALATED, "answer") if answers else (ANSWERED, "change")
    count = visible(Signal, account).where(Signal.open, Signal.status == status).count()
    if not count:
        return []
    one = count == 1
    if answers:
        text = "1 vraag van een gemeente wacht" if one else f"{count} vragen van gemeenten wachten"
        text += " op jullie antwoord."
    else:
        text = "1 aanbieder antwoordde" if one else f"Op {count} signalen antwoordden aanbieders"
        text += " op een signaal." if one else "."
    return [Attention(text, f"/signalen/?stand={status}", Urgency.SOON, needs=(action, "signals"))]


def _signals(account: Account) -> list[Attention]:
    unseen = visible(Signal, account).where(Signal.open, Signal.status == NEW)
    count = unseen.count()
    if not count:
        return []
    urgent = unseen.where(Signal.escalated).count()
    text = "1 signaal is" if count == 1 else f"{count} signalen zijn"
    more = f"Daarvan {'is' if urgent == 1 else 'zijn'} er {urgent} dringend." if urgent else ""
    return [
        Attention(
            f"{text} nog niet gezien.",
            "/signalen/?stand=nieuw",
            Urgency.NOW if urgent else Urgency.SOON,
            more=more,
            needs=("change", "signals"),
        )
    ]


def _models(account: Account) -> list[Attention]:
    waiting = visible(ScoringModelVersion, account).where(
        ScoringModelVersion.approved_at.is_null(), ScoringModelVersion.proposed_by != account.email
    )
    return [
        Attention(
            f"Het voorstel voor model {version.code} wacht op goedkeuring.",
            f"/methode/modellen/{version.id}/",
            Urgency.SOON,
            needs=("change", "scoring_model"),
        )
        for version in waiting
    ]
