"""Compute, fix and revise the score cards of a month."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from core import audit
from core.dates import add_months, month_end, month_from_number, month_number, months_between
from core.db import give_way, lock_until_commit, retried, transaction
from core.errors import DomainError
from core.jobs.follow_up_operations import Owed, follow_up, owe
from providers.deliveries.open_tracks import keep_open_tracks
from providers.models import Provider
from providers.register.rules import Dossier
from quality.cards import inputs, queries as cards
from quality.cards.inputs import Moment
from quality.cards.month_operations import (
    Tree,
    by_method_1,
    judge_and_keep,
    judge_month,
    values_of,
)
from quality.cards.register_facts import RegisterFacts, facts_of
from quality.learners import operations as learner_operations
from quality.lessons import queries as lessons
from quality.lessons.teacher_claim import TaughtMonth
from quality.method.model import ScoringModel
from quality.models import (
    CONCEPT,
    FIXED,
    DocentHours,
    ScoreCard,
)

if TYPE_CHECKING:
    from quality.method.judge import Judgement

FIXED_COLUMNS = (
    ScoreCard.status, ScoreCard.fixed_by, ScoreCard.fixed_at, ScoreCard.fingerprint,
)  # fmt: skip


def compute(
    month: date, *, by: str, at: datetime, codes: Collection[str] | None = None
) -> list[ScoreCard]:
    """Compute the cards of a month for all providers, or those named; return them.

    Of a month after the newest delivery nothing is kept: there is nothing to judge yet.
    """
    latest = inputs.latest_month()
    if latest is None or month > latest:
        return _judged_apart(inputs.providers_named(codes), month, at=at)
    compute_months({month: at}, by=by, codes=codes)
    return cards_now(month, codes)


def compute_months(
    moments: Mapping[date, datetime], *, by: str, codes: Collection[str] | None = None
) -> None:
    """Compute the cards of several delivered months, each as of its moment, oldest first.

    The rows of a provider are read once for all months.
    """
    providers, months = inputs.providers_named(codes), sorted(moments)
    ids = {provider.id for provider in providers}
    retried(partial(_measure, providers, months))
    for month in months:
        changed = retried(partial(judge_and_keep, month, at=moments[month], providers=ids))
        with transaction():
            _record("compute_scores", month, by=by, at=moments[month], cards=changed)
        give_way()
    for provider in providers:
        if inputs.newest_month_of(provider.id) in months:
            retried(partial(_follow_up, provider, max(moments.values()).date()))


def cards_now(month: date, codes: Collection[str] | None = None) -> list[ScoreCard]:
    """The cards of a month as they are kept, of all providers or those named."""
    query = cards.cards_of(month)
    return list(query if codes is None else query.where(Provider.code.in_(codes)))


def as_known_on(
    month: date, known_on: datetime, *, codes: Collection[str] | None = None
) -> list[ScoreCard]:
    """The cards of a month with deliveries, register and model as known then; none is kept.

    Each has the fingerprint of the rows it rests on, to hold against that of a fixed card. How
    alike groups are is told by the whole region, whoever is asked for.
    """
    judged = _judged_apart(inputs.providers_named(codes), month, at=known_on, known_on=known_on)
    _fingerprint(judged, month, known_on)
    return judged


def _fingerprint(listed: Iterable[ScoreCard], month: date, known_on: Moment = None) -> None:
    """Note on cards by which rows they stand; the rows of a provider are read once."""
    of: dict[int, dict[int, str]] = {}
    for card in listed:
        provider: int = card.provider_id  # type: ignore[attr-defined]
        if provider not in of:
            of[provider] = inputs.fingerprints(provider, month, known_on=known_on)
        card.fingerprint = of[provider][card.route]


def _judged_apart(
    providers: Iterable[Provider], month: date, *, at: datetime, known_on: datetime | None = None
) -> list[ScoreCard]:
    """Cards that are not kept: of an earlier day, or of a month that nobody delivered yet."""
    model = cards.model_in_force(month, known_on)
    listed = list(providers)
    judged = []
    for provider, route, tree, judgement in judged_again(
        listed, month, model, known_on, in_region=True
    ):
        judged.append(
            ScoreCard(
                provider=provider, route=route, month=month, computed_at=at,
                **values_of(tree, model, judgement),
            )
        )  # fmt: skip
    return judged


def judged_again(
    providers: Collection[Provider],
    month: date,
    model: ScoringModel,
    known_on: Moment = None,
    registers: Mapping[int, Dossier] | None = None,
    *,
    in_region: bool = False,
) -> list[tuple[Provider, int, Tree, "Judgement | None"]]:
    """Judge a month from the rows, by any model and as known at any moment; keep nothing.

    Provider, route, tree and (by method 2) judgement. How sure a score is, is told by these
    providers alone, unless they are judged ``in_region``.
    """
    from quality.cards.region import (  # noqa: PLC0415  brings numpy along
        MonthRegion,
        add_others,
        measured,
    )
    from quality.method.draws import draw  # noqa: PLC0415

    facts = facts_of(providers, month, model, known_on, registers)
    if model.method == 1:
        return [
            (provider, route, tree, None)
            for provider in providers
            for route, tree in by_method_1(
                provider, month, model, facts[provider.id], known_on
            ).items()
        ]
    months = {month: MonthRegion(month, model, list(providers))}
    ago = add_months(month, -12)
    months[ago] = MonthRegion(ago, model, list(providers))
    for when, region in months.items():
        for provider in providers:
            _, figures = measured(provider, when, model, facts[provider.id].norms, known_on)
            region.figures |= {(provider.id, route): one for route, one in figures.items()}
        if in_region:
            add_others(region, known_on)
    months[month].facts = facts
    by_id = {provider.id: provider for provider in providers}
    judged = months[month].judgements(months[ago])
    draw(judged.values())
    return [
        (by_id[number], route, dict(judgement.tree()), judgement)
        for (number, route), judgement in judged.items()
    ]


def recompute_after(
    provider: Provider, months: Iterable[date], *, by: str, at: datetime
) -> list[date]:
    """Recompute what new, replaced or withdrawn rows of these months can change; return the months.

    Figures of this provider, and then the judgements of the region: how sure they are depends on
    all providers of a route together. Each month is a transaction, so that others need not wait.
    """
    changed_months = set(months)
    keep_open_tracks(provider, changed_months)
    reached = reached_months(changed_months)
    if not reached:
        return []
    changed = retried(partial(_measure, [provider], reached))
    kept = set(cards.judged_months())
    affected = [
        month
        for month in reached
        # A month that is not over is not judged: its rows are provisional.
        if month_end(month) < at.date()
        and ({month, add_months(month, -12)} & (changed | changed_months) or month not in kept)
    ]
    # A transaction for each month: whoever wants to save something meanwhile hardly waits.
    own = {provider.id}
    count = 0
    for month in affected:
        count += retried(partial(judge_and_keep, month, at=at, providers=own))
        give_way()
    retried(partial(_follow_up, provider, at.date(), since=min(changed_months)))
    retried(partial(learner_operations.hand_over_split, provider, by=by, at=at))
    with transaction():
        _record("recompute_scores", reached[0], by=by, at=at, cards=count, who=provider.code)
    return reached


@follow_up("judge", "De scores van aanbieder {subject} moeten opnieuw worden berekend")
def _judge_again(owed: Owed) -> None:
    """Recompute what rows of the owed ``months`` (month numbers) can change."""
    provider: Provider | None = Provider.get_or_none(Provider.code == owed.subject)
    if provider is not None:
        months = {month_from_number(one) for detail in owed.details for one in detail["months"]}
        recompute_after(provider, months, by=owed.by, at=owed.at)


def owe_outdated(*, by: str, at: datetime) -> int:
    """Write down which concept months rest on another model than is in force now.

    To be called once the schema is brought up to a new release; whoever settles what is owed
    judges them. Returns of how many providers there are any.
    """
    query: Any = (
        ScoreCard.select(Provider.code, ScoreCard.month, ScoreCard.model)
        .join(Provider)
        .where(ScoreCard.status == CONCEPT)
    )
    months: dict[str, set[date]] = defaultdict(set)
    in_force: dict[date, str] = {}
    for code, month, model in query.tuples():
        if month not in in_force:
            in_force[month] = cards.model_in_force(month).code
        if model != in_force[month]:
            months[code].add(month)
    with transaction():
        for code, outdated in months.items():
            detail = {"months": sorted(map(month_number, outdated))}
            owe("judge", code, detail, by=by, at=at)
    return len(months)


def reached_months(months: Iterable[date]) -> list[date]:
    """The months in which changed rows of these months can count, oldest first.

    All that follow, as far as anyone has delivered: who waits counts however long ago, and what
    changed is told against the first months.
    """
    latest, listed = inputs.latest_month(), set(months)
    if latest is None or not listed:
        return []
    first = min(listed)
    return months_between(first, max(first, latest)) if first <= latest else sorted(listed)


def follow_register(*, by: str, at: datetime, providers: Collection[int] | None = None) -> int:
    """Recompute the cards that rest on another register than holds now; return how many changed.

    To be called with a change of marks, recognition, contracts or docenten, for the providers that
    it is about; what is the same is left alone. Beside a fixed card comes a revision when points
    or gate have changed.
    """
    query = Provider.select().order_by(Provider.code)
    listed = list(query if providers is None else query.where(Provider.id.in_(providers)))
    outdated: dict[date, list[Provider]] = defaultdict(list)
    from quality.cards.region import outdated as summed_otherwise  # noqa: PLC0415

    for month in cards.judged_months():
        model = cards.model_in_force(month)
        facts = facts_of(listed, month, model)
        others = summed_otherwise(month, model, listed)
        kept = cards.newest_cards_of(month, [provider.id for provider in listed])
        for provider in listed:
            own = kept.get(provider.id, [])
            if provider.id in others or _rests_on_other_facts(facts[provider.id], own):
                outdated[month].append(provider)
    changed = 0
    for month, of_month in sorted(outdated.items()):
        with transaction():
            lock_until_commit("judge", month_number(month))
            _measure(of_month, [month])
            changed += judge_month(month, at=at, providers={p.id for p in of_month})
    if changed:
        who = ", ".join(sorted({p.code for of_month in outdated.values() for p in of_month}))
        with transaction():
            _record("follow_register", min(outdated), by=by, at=at, cards=changed, who=who)
    return changed


def _rests_on_other_facts(facts: RegisterFacts, kept: Collection[ScoreCard]) -> bool:
    if any(
        facts.differ_from(card.result, card.route)
        if card.status == CONCEPT
        else facts.judge_differently(card.result, card.route)
        for card in kept
    ):
        return True
    if not set(facts.terms) <= {card.route for card in kept}:
        return True
    # A contract that ended earlier than was known: nothing is expected of the route any more.
    idle = {c.route for c in kept if c.status == CONCEPT and c.standing == "geen_levering"}
    return bool(idle - set(facts.terms))


def fix(
    month: date,
    *,
    by: str,
    at: datetime,
    codes: Collection[str] | None = None,
    route: str | None = None,
) -> list[ScoreCard]:
    """Make the concept cards of a month vastgesteld; what is fixed already stays as it is."""
    ids = [provider.id for provider in inputs.providers_named(codes)]
    with transaction():
        concept = [
            card
            for card in cards.cards_of(month, provider_ids=ids, route=route)
            if card.status == CONCEPT
        ]
        _fingerprint(concept, month)
        for card in concept:
            card.status, card.fixed_by, card.fixed_at = FIXED, by, at
            card.save(only=FIXED_COLUMNS)
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


def _measure(providers: Iterable[Provider], months: Collection[date]) -> set[date]:
    """Keep the figures of some months from the rows; return the months in which any are others."""
    from quality.cards.region import measure, store  # noqa: PLC0415  brings numpy along

    changed = set()
    models = {month: cards.model_in_force(month) for month in months}
    by_code = {model.code: model for model in models.values()}
    for provider in providers:
        for code, model in by_code.items():
            of_model = [month for month in months if models[month].code == code]
            for month, figures in measure(provider, of_model, model).items():
                with transaction():
                    if store(provider.id, month, model, figures):
                        changed.add(month)
                give_way()
    return changed


def _follow_up(provider: Provider, today: date, *, since: date | None = None) -> None:
    """Refresh what is told of the newest month of a provider: signals, docent hours claimed.

    ``since`` is the first month of which rows are other; without it all are looked at.
    """
    learner_operations.refresh(provider, today=today, since=since)
    with transaction():
        month = learner_operations.newest_month_over(provider.id, today)
        if month is not None:
            _keep_docent_hours(provider, month)


def _keep_docent_hours(provider: Provider, month: date) -> None:
    """Keep the hours of certified docenten claimed of the newest month, in place of an older."""
    taught = lessons.taught([provider.id], month, months=1).get((provider.id, month), TaughtMonth())
    hours = DocentHours.get_or_none(DocentHours.provider == provider)
    hours = hours or DocentHours(provider=provider)
    hours.month, hours.tracks = month, taught.tracks
    hours.certified, hours.claimed = taught.certified, int(taught.claimed)
    hours.save()
