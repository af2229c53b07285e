"""Compute, fix and revise the score cards of a month."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from core import audit
from core.dates import add_months, month_from_number, month_number, months_between
from core.db import lock_until_commit, retried, transaction
from core.errors import DomainError
from core.jobs.follow_up_operations import Owed, follow_up
from providers.deliveries.retention_queries import removed_months
from providers.dossier.queries import dossier
from providers.models import Provider
from providers.open_tracks.operations import keep_open_tracks
from quality.cards import inputs as metrics, queries as cards
from quality.cards.register_facts import RegisterFacts, register_facts
from quality.learners import operations as learner_operations
from quality.lessons import operations as teacher_operations
from quality.method.basis_2026.scoring import Judgement, judge
from quality.method.basis_2026.scoring_model import ScoringModel
from quality.models import CONCEPT, FIXED, REVISION, ScoreCard, ScoreDraws

if TYPE_CHECKING:
    from quality.method.basis_2026.uncertainty import Matrix

INFLUENCE_MONTHS = 12
"""A row counts in its own month and in the eleven after it: the window of the waiting time."""


def compute(
    month: date, *, by: str, at: datetime, codes: Collection[str] | None = None
) -> list[ScoreCard]:
    """Compute the cards of a month for all providers, or those named; return them.

    Of a month after the newest delivery nothing is kept: there is nothing to judge yet.
    """
    providers = metrics.providers_named(codes)
    latest = metrics.latest_month()
    if latest is None or month > latest:
        return _empty_cards(providers, month, at=at)
    with transaction():
        missing = [] if codes is None else metrics.without_card(month)
        listed = {provider.id: provider for provider in (*providers, *missing)}
        changed = _compute(listed.values(), [month], at=at)
        for provider in listed.values():
            if metrics.newest_month_of(provider.id) == month:
                learner_operations.refresh(provider)
        _record("compute_scores", month, by=by, at=at, cards=changed)
    return cards_now(month, codes)


def cards_now(month: date, codes: Collection[str] | None = None) -> list[ScoreCard]:
    """The cards of a month as they are kept, of all providers or those named."""
    query = cards.cards_of(month)
    return list(query if codes is None else query.where(Provider.code.in_(codes)))


def _empty_cards(providers: Iterable[Provider], month: date, *, at: datetime) -> list[ScoreCard]:
    model = cards.model_in_force(month)
    return [
        _unkept(provider, month, judge(inputs, model), at=at)
        for provider in providers
        for inputs in metrics.route_inputs(provider, month, model)
    ]


def as_known_on(
    month: date, known_on: datetime, *, codes: Collection[str] | None = None
) -> list[ScoreCard]:
    """The cards of a month with deliveries, register and model as known then; none is kept.

    Each has the fingerprint of the rows it rests on, to hold against that of a fixed card.
    """
    from quality.method.basis_2026.uncertainty import interval, score_draws  # noqa: PLC0415

    model = cards.model_in_force(month, known_on)
    found = []
    for provider in metrics.providers_named(codes):
        for inputs in metrics.route_inputs(provider, month, model, known_on):
            judgement = judge(inputs, model)
            card = _unkept(provider, month, judgement, at=known_on)
            draws = score_draws(judgement)
            card.interval_low, card.interval_high = (
                (None, None) if draws is None else interval(draws)
            )
            card.fingerprint = metrics.fingerprint(
                provider.id, card.route, month, known_on=known_on
            )
            found.append(card)
    return found


def _unkept(provider: Provider, month: date, judgement: Judgement, *, at: datetime) -> ScoreCard:
    route = cards.ROUTE_NUMBERS[judgement.inputs.route]
    card = ScoreCard(provider=provider, route=route, month=month)
    card.model, card.standing = judgement.model.code, judgement.standing
    card.score, card.active = judgement.score, judgement.inputs.active
    card.result, card.computed_at = judgement.tree(), at
    return card


def recompute_after(
    provider: Provider, months: Iterable[date], *, by: str, at: datetime
) -> list[date]:
    """Recompute what new, replaced or withdrawn rows of these months can change; return the months.

    Of this provider only.
    """
    changed_months = set(months)
    keep_open_tracks(provider, changed_months)
    affected = reached_months(provider, changed_months)
    changed = 0
    # A transaction for each month: whoever wants to save something meanwhile hardly waits.
    for month in affected:
        changed += retried(partial(_judge_month, provider, month, at=at))
    retried(partial(learner_operations.refresh, provider))
    if affected:
        with transaction():
            _record("recompute_scores", affected[0], by=by, at=at, cards=changed, who=provider.code)
    return affected


def _judge_month(provider: Provider, month: date, *, at: datetime) -> int:
    with transaction():
        lock_until_commit("judge", month_number(month))
        changed = _compute([provider], [month], at=at)
        return changed + _compute(metrics.without_card(month), [month], at=at)


@follow_up("judge", "De scores van aanbieder {subject} moeten opnieuw worden berekend")
def _judge_again(owed: Owed) -> None:
    """Recompute what rows of the owed ``months`` (month numbers) can change."""
    provider: Provider | None = Provider.get_or_none(Provider.code == owed.subject)
    if provider is not None:
        months = {month_from_number(one) for detail in owed.details for one in detail["months"]}
        recompute_after(provider, months, by=owed.by, at=owed.at)


def reached_months(provider: Provider, months: Iterable[date]) -> list[date]:
    """The months in which changed rows of these months can count, oldest first.

    Up to eleven months on, as far as anyone has delivered. Learners left waiting count in later
    months too, so that a change in the past reaches up to the newest month when it is about one of
    them.
    """
    latest = metrics.latest_month()
    reached: set[date] = set()
    for month in set(months):
        last = add_months(month, INFLUENCE_MONTHS - 1)
        if latest is not None and latest > last and metrics.leaves_waiting(provider.id, month):
            last = latest
        reached.update(months_between(month, min(last, latest or month)))
    return sorted(reached)


def follow_register(*, by: str, at: datetime, providers: Collection[int] | None = None) -> int:
    """Recompute the cards that rest on other marks, recognition or contracts than hold now.

    To be called with a change of the register, for the providers that it is about; what is the
    same is left alone. Beside a fixed card comes a revision when points or gate have changed.
    Returns how many cards were computed.
    """
    query = Provider.select().order_by(Provider.code)
    listed = list(query if providers is None else query.where(Provider.id.in_(providers)))
    changed = 0
    with transaction():
        months = cards.judged_months()
        for provider in listed:
            held = cards.newest_cards(provider.id)
            register = dossier(provider)
            outdated = [
                month
                for month in months
                if _rests_on_other_facts(
                    provider.id, month, register_facts(register, month), held.get(month, [])
                )
            ]
            count = _compute([provider], outdated, at=at)
            if count:
                _record(
                    "follow_register", outdated[0], by=by, at=at, cards=count, who=provider.code
                )
            changed += count
    return changed


def _rests_on_other_facts(
    provider_id: int, month: date, facts: RegisterFacts, held: Collection[ScoreCard]
) -> bool:
    if any(
        facts.differ_from(card.result)
        if card.status == CONCEPT
        else facts.judge_differently(card.result)
        for card in held
    ):
        return True
    under_contract = {cards.ROUTE_NUMBERS[route] for route in facts.exceptions}
    if not under_contract <= {card.route for card in held}:
        return True
    # A contract that ended earlier than was known: nothing is expected of the route any more.
    idle = {c.route for c in held if c.status == CONCEPT and c.standing == "geen_levering"}
    gone = idle - under_contract
    return bool(gone and gone - metrics.reported_routes(provider_id, month))


def fix(
    month: date,
    *,
    by: str,
    at: datetime,
    codes: Collection[str] | None = None,
    route: str | None = None,
) -> list[ScoreCard]:
    """Make the concept cards of a month vastgesteld; what is fixed already stays as it is."""
    ids = [provider.id for provider in metrics.providers_named(codes)]
    with transaction():
        concept = [
            card
            for card in cards.cards_of(month, provider_ids=ids, route=route)
            if card.status == CONCEPT
        ]
        for card in concept:
            card.status, card.fixed_by, card.fixed_at = FIXED, by, at
            card.fingerprint = metrics.fingerprint(card.provider_id, card.route, month)
            card.save()
        if concept:
            _record("fix_scores", month, by=by, at=at, cards=len(concept))
    return concept


def fix_month(month: date, *, by: str, at: datetime, **narrow: Any) -> list[ScoreCard]:
    """Fix a month that has cards; one without is refused."""
    if not cards.cards_of(month).exists():
        raise DomainError(
            "no_scores", "Er zijn nog geen scores van deze maand. Neem eerst een levering aan."
        )
    return fix(month, by=by, at=at, **narrow)


def _record(
    action: str, month: date, *, by: str, at: datetime, cards: int, who: str | None = None
) -> None:
    audit.record(
        at=at,
        actor=by,
        action=action,
        thing="scores",
        thing_id=f"{month:%Y-%m}",
        after={"cards": cards} | ({"aanbieder": who} if who else {}),
    )


def _compute(providers: Iterable[Provider], months: Iterable[date], *, at: datetime) -> int:
    """Judge and keep; then give every route of those months its ranks."""
    changed = 0
    listed, wanted = list(providers), list(months)
    removed = removed_months([provider.id for provider in listed])
    for month in wanted if listed else ():
        model = cards.model_in_force(month)
        routes: set[int] = set()
        window = [add_months(month, -back) for back in range(INFLUENCE_MONTHS)]
        for provider in listed:
            if any((provider.id, one) in removed for one in window):
                continue  # What it rested on is no longer whole: the judgement of then stays.
            kept = _keep_provider(provider, month, model, at=at)
            changed += len(kept)
            routes |= kept
        for route in sorted(routes):
            _rank(month, route)
    for provider in listed:
        newest = metrics.newest_month_of(provider.id)
        if newest is not None and newest in wanted:
            teacher_operations.refresh(provider, newest)
    return changed


def _keep_provider(
    provider: Provider, month: date, model: ScoringModel, *, at: datetime
) -> set[int]:
    held = {
        (card.route, card.revision): card
        for card in ScoreCard.select().where(
            ScoreCard.provider == provider, ScoreCard.month == month
        )
    }
    routes = set()
    for inputs in metrics.route_inputs(provider, month, model):
        route = cards.ROUTE_NUMBERS[inputs.route]
        routes.add(route)
        judgement = judge(inputs, model)
        original = held.get((route, 0))
        if original is not None and original.status == FIXED:
            _revise(provider, route, month, judgement, held, at=at)
        else:
            _keep(original or ScoreCard(provider=provider, route=route, month=month), judgement, at)
    for (route, revision), card in held.items():
        if revision == 0 and card.status == CONCEPT and route not in routes:
            card.delete_instance()
            routes.add(route)
    return routes


def _revise(
    provider: Provider,
    route: int,
    month: date,
    judgement: Judgement,
    held: dict[tuple[int, int], ScoreCard],
    *,
    at: datetime,
) -> None:
    """Add a revision beside a fixed card when the newest known result is another one now."""
    newest = max((card for (r, _), card in held.items() if r == route), key=lambda c: c.revision)
    tree = judgement.tree()
    if newest.result == tree and newest.model == judgement.model.code:
        return
    card = ScoreCard(provider=provider, route=route, month=month, revision=newest.revision + 1)
    card.status = REVISION
    card.fingerprint = metrics.fingerprint(provider.id, route, month)
    _keep(card, judgement, at)


def _keep(card: ScoreCard, judgement: Judgement, at: datetime) -> None:
    # numpy is imported where a score is computed, and not by a command or page that reads one.
    from quality.method.basis_2026.uncertainty import interval, pack, score_draws  # noqa: PLC0415

    draws: Matrix | None = score_draws(judgement)
    card.model = judgement.model.code
    card.standing, card.score = judgement.standing, judgement.score
    card.interval_low, card.interval_high = (None, None) if draws is None else interval(draws)
    card.rank_median = card.rank_low = card.rank_high = None
    card.ranked, card.active = judgement.ranked, judgement.inputs.active
    card.result = judgement.tree()
    card.computed_at = at
    card.save()
    ScoreDraws.delete().where(ScoreDraws.card == card).execute()
    if draws is not None:
        ScoreDraws.create(card=card, draws=pack(draws))


def _rank(month: date, route: int) -> None:
    """Give the concept cards of a route their rank; small numbers get none."""
    from quality.method.basis_2026.uncertainty import rank_ranges, unpack  # noqa: PLC0415

    columns = (
        ScoreCard.id,
        ScoreCard.status,
        ScoreCard.rank_median,
        ScoreCard.rank_low,
        ScoreCard.rank_high,
    )
    ranked = list(
        ScoreCard.select(*columns)
        .where(
            ScoreCard.month == month,
            ScoreCard.route == route,
            ScoreCard.revision == 0,
            ScoreCard.ranked,
        )
        .order_by(ScoreCard.id)
    )
    kept = cards.draws_of(ranked)
    ranges = rank_ranges([unpack(kept[card.id]) for card in ranked])
    for card, (middle, low, high) in zip(ranked, ranges, strict=True):
        before = (card.rank_median, card.rank_low, card.rank_high)
        if card.status == CONCEPT and before != (middle, low, high):
            card.rank_median, card.rank_low, card.rank_high = middle, low, high
            card.save(only=[ScoreCard.rank_median, ScoreCard.rank_low, ScoreCard.rank_high])
