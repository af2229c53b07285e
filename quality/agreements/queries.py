"""Questions about agreements and complaints: one query each."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from peewee import Case, fn

import quality.scopes  # noqa: F401  registers who sees what
from core.accounts import Account, visible
from core.dates import add_months, month_of
from providers.models import Provider
from quality.agreements.models import Agreement, Complaint, Talk
from quality.agreements.rules import MonthValue, Progress, follow
from quality.method.criteria import CRITERIA
from quality.models import ScoreCard

OpenKinds = dict[tuple[int, int, str], set[str]]


def agreements_of(provider: Provider, account: Account) -> list[Agreement]:
    """Agreements with a provider that this account may see: open first, then by due date."""
    query = visible(Agreement, account)
    return list(
        query.where(Agreement.provider == provider).order_by(
            Agreement.state != "open", Agreement.due_on, Agreement.id
        )
    )


def talks_of(provider: Provider, account: Account) -> list[Talk]:
    """Talks with a provider that this account may see, newest first."""
    query = visible(Talk, account).where(Talk.provider == provider)
    return list(query.order_by(Talk.held_on.desc(), Talk.id.desc()))


def open_kinds(provider_ids: Sequence[int]) -> OpenKinds:
    """What is open per (provider, route, criterion): the kinds ``agreement`` and ``plan``.

    Not counted: agreements without a measure, and closed or cancelled ones.
    """
    query: Any = Agreement.select(
        Agreement.provider, Agreement.route, Agreement.criterion, Agreement.kind
    )
    rows = query.where(
        Agreement.provider.in_(list(provider_ids)),
        Agreement.state == "open",
        Agreement.criterion.is_null(False),
    ).tuples()
    kinds: OpenKinds = defaultdict(set)
    for provider, route, criterion, kind in rows:
        kinds[provider, route, criterion].add(kind)
    return dict(kinds)


def progress_of(agreements: Sequence[Agreement], today: date) -> dict[int, Progress]:
    """Follow every agreement in the stored score cards of its provider and route."""
    measured = [a for a in agreements if a.threshold is not None]
    cards: dict[tuple[int, int | None], list[Any]] = defaultdict(list)
    if measured:
        query: Any = ScoreCard.select(
            ScoreCard.provider, ScoreCard.route, ScoreCard.month, ScoreCard.result
        )
        rows = query.where(
            ScoreCard.provider.in_({a.provider_id for a in measured}),  # type: ignore[attr-defined]
            ScoreCard.route.in_({a.route for a in measured}),
            ScoreCard.month >= month_of(min(a.agreed_on for a in measured)),
            ScoreCard.revision == 0,
        ).tuples()
        for provider, route, month, result in rows:
            cards[provider, route].append((month, result["criteria"]))
    return {
        a.id: follow(
            threshold=a.threshold,
            agreed_on=a.agreed_on,
            due_on=a.due_on,
            months=_values(cards.get((a.provider_id, a.route), []), a.criterion or ""),  # type: ignore[attr-defined]
            today=today,
        )
        for a in agreements
    }


def _values(cards: Sequence[tuple[date, dict[str, Any]]], criterion: str) -> list[MonthValue]:
    """The figure of a criterion per month; of the mark its points, since its value is a word."""
    measure = CRITERIA.get(criterion)
    key = "points" if measure is not None and measure.is_status else "value"
    return [MonthValue(month, criteria.get(criterion, {}).get(key)) for month, criteria in cards]


def latest_cards(provider: Provider) -> list[ScoreCard]:
    """The cards of the newest month that this provider has any of, by route."""
    newest = ScoreCard.select(fn.MAX(ScoreCard.month)).where(ScoreCard.provider == provider)
    return list(
        ScoreCard.select()
        .where(ScoreCard.provider == provider, ScoreCard.revision == 0, ScoreCard.month == newest)
        .order_by(ScoreCard.route)
    )


def complaints_of(provider: Provider, account: Account) -> list[Complaint]:
    """Complaints about a provider that this account may see: open first, then newest."""
    query = visible(Complaint, account).where(Complaint.provider == provider)
    return list(
        query.order_by(Complaint.state != "open", Complaint.received_on.desc(), Complaint.id.desc())
    )


def complaints_by_criterion(
    provider: Provider,
    route: int | None,
    account: Account | None,
    *,
    last: date,
    months: int = 12,
) -> dict[str | None, dict[str, tuple[int, int]]]:
    """Per criterion and kind: complaints received in the months up to ``last``, and those open now.

    Among those visible (all, for the command line), on this route or on none in particular, or on
    any route; None is of no criterion.
    """
    first = add_months(month_of(last), 1 - months)
    still_open = fn.SUM(Case(None, [(Complaint.state == "open", 1)], 0))
    query: Any = Complaint.select(
        Complaint.criterion, Complaint.kind, fn.COUNT(Complaint.id), still_open
    )
    if account is not None:
        query = visible(Complaint, account, query)
    if route is not None:
        query = query.where(Complaint.route.is_null() | (Complaint.route == route))
    query = query.where(Complaint.provider == provider, Complaint.received_on.between(first, last))
    complaints: dict[str | None, dict[str, tuple[int, int]]] = defaultdict(dict)
    for criterion, kind, count, waiting in query.group_by(
        Complaint.criterion, Complaint.kind
    ).tuples():
        complaints[criterion][kind] = (count, int(waiting))
    return dict(complaints)


def complaint_counts(
    provider: Provider, account: Account, *, today: date, months: int = 12
) -> dict[str, int]:
    """Complaints per kind, received over the last months up to today, among those visible."""
    first = add_months(month_of(today), 1 - months)
    query = visible(
        Complaint, account, Complaint.select(Complaint.kind, fn.COUNT(Complaint.id))
    ).where(Complaint.provider == provider, Complaint.received_on.between(first, today))
    return dict(query.group_by(Complaint.kind).tuples())
