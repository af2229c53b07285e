"""What happened with one aanbieder, from every source that an account may read."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from core.accounts import Account, may, visible
from core.dates import AMSTERDAM, month_end
from core.formats import counted, day_text, month_text
from providers.codes import LearningRoute, MarkStatus
from providers.deliveries.calendar_queries import CalendarCell, DeliveryState, delivery_calendar
from providers.models import Contract, Delivery, Provider, QualityMark
from quality.agreements.models import Agreement, Complaint, Talk
from quality.agreements.rules import COMPLAINT_KINDS, KINDS
from quality.method.criteria import CRITERIA
from quality.method.words import Standing
from quality.models import FIXED, Reaction, ScoreCard, ScoringModelVersion

Key = int | tuple[date, int] | None


class EventKind(StrEnum):
    """What an event is about, as the page names it."""

    JUDGEMENT = "oordeel"
    REACTION = "reactie"
    MARK = "keurmerk"
    CONTRACT = "contract"
    AGREEMENT = "afspraak"
    TALK = "gesprek"
    COMPLAINT = "klacht"
    DELIVERY = "levering"
    MODEL = "rekenmodel"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened on a day.

    ``key`` says of what: a row's key, or month and route of a judgement.
    """

    on: date
    kind: EventKind
    text: str
    key: Key = None


def provider_events(
    provider: Provider, account: Account, first: date, last: date, today: date
) -> list[Event]:
    """What happened from month ``first`` up to and including month ``last``, newest first.

    Deliveries that came in time and complete are left out, and so are judgements that stayed
    as they were: what is usual hides what is not.
    """
    events = [
        event
        for thing, source in SOURCES
        if may(account, "read", thing)
        for event in source(provider, account)
        if first <= event.on <= min(month_end(last), today)
    ]
    if may(account, "read", "deliveries"):
        calendar = delivery_calendar([provider.id], first, last, today)
        events += [event for cell in calendar for event in _unusual(cell) if event.on <= today]
    order = list(EventKind)
    return sorted(events, key=lambda event: (-event.on.toordinal(), order.index(event.kind)))


def _judgements(provider: Provider, account: Account) -> Iterator[Event]:
    said = (
        ScoreCard.month,
        ScoreCard.route,
        ScoreCard.standing,
        ScoreCard.status,
        ScoreCard.fixed_at,
    )
    cards: Any = (
        visible(ScoreCard, account, ScoreCard.select(*said))
        .where(ScoreCard.provider == provider, ScoreCard.revision == 0)
        .order_by(ScoreCard.month, ScoreCard.route)
    )
    before: dict[int, str] = {}
    fixed: dict[date, ScoreCard] = {}
    for card in cards:
        key = (card.month, card.route)
        was = before.get(card.route)
        if was not in (None, card.standing):
            text = (
                f"{LearningRoute(card.route).label} in {month_text(card.month)}: "
                f"van {Standing(was).label} naar {Standing(card.standing).label}"
            )
            yield Event(month_end(card.month), EventKind.JUDGEMENT, text, key)
        before[card.route] = card.standing
        if card.status == FIXED:
            fixed.setdefault(card.month, card)
    for month, card in fixed.items():
        text = f"Oordeel over {month_text(month)} vastgesteld"
        yield Event(_day(card.fixed_at), EventKind.JUDGEMENT, text, (month, card.route))


def _reactions(provider: Provider, account: Account) -> Iterator[Event]:
    for one in visible(Reaction, account).where(Reaction.provider == provider):
        about = f" ({CRITERIA[one.criterion].label.lower()})" if one.criterion else ""
        which = f"{month_text(one.month)}, {LearningRoute(one.route).label}{about}"
        key = (one.month, one.route)
        yield Event(_day(one.at), EventKind.REACTION, f"Reactie op {which}", key)
        if one.answered_at is not None:
            text = f"Antwoord op de reactie over {which}"
            yield Event(_day(one.answered_at), EventKind.REACTION, text, key)


def _marks(provider: Provider, account: Account) -> Iterator[Event]:
    marks = visible(QualityMark, account).where(QualityMark.provider == provider)
    for one in marks:
        status = MarkStatus(one.status)
        text = f"Blik op Werk: {status.label}"
        if one.valid_until is not None:
            text += f", tot en met {day_text(one.valid_until)}"
        yield Event(one.valid_from, EventKind.MARK, text)


def _contracts(provider: Provider, account: Account) -> Iterator[Event]:
    for one in visible(Contract, account).where(Contract.provider == provider):
        yield Event(one.valid_from, EventKind.CONTRACT, f"Contract {one.number} ging in")
        if one.valid_until is not None:
            text = f"Laatste dag van contract {one.number}"
            yield Event(one.valid_until, EventKind.CONTRACT, text)


def _agreements(provider: Provider, account: Account) -> Iterator[Event]:
    for one in visible(Agreement, account).where(Agreement.provider == provider):
        kind = KINDS[one.kind].capitalize()
        text = f"{kind}, klaar op {day_text(one.due_on)}: {one.text}"
        yield Event(one.agreed_on, EventKind.AGREEMENT, text, one.id)
        if one.closed_on is not None:
            note = f" ({one.closing_note})" if one.closing_note else ""
            text = f"{kind} gesloten: {one.text}{note}"
            yield Event(one.closed_on, EventKind.AGREEMENT, text, one.id)


def _talks(provider: Provider, account: Account) -> Iterator[Event]:
    for one in visible(Talk, account).where(Talk.provider == provider):
        yield Event(one.held_on, EventKind.TALK, f"Contractgesprek: {one.subject}")


def _complaints(provider: Provider, account: Account) -> Iterator[Event]:
    for one in visible(Complaint, account).where(Complaint.provider == provider):
        kind = COMPLAINT_KINDS[one.kind]
        yield Event(one.received_on, EventKind.COMPLAINT, f"Klacht over {kind}", one.id)
        if one.closed_on is not None:
            text = f"Klacht over {kind} afgehandeld"
            yield Event(one.closed_on, EventKind.COMPLAINT, text, one.id)


def _withdrawals(provider: Provider, account: Account) -> Iterator[Event]:
    withdrawn = Delivery.withdrawn_at.is_null(False)
    for one in visible(Delivery, account).where(Delivery.provider == provider, withdrawn):
        text = f"Levering ingetrokken: {one.file_name} ({one.withdrawn_reason})"
        yield Event(_day(one.withdrawn_at), EventKind.DELIVERY, text, one.id)


def _models(_: Provider, account: Account) -> Iterator[Event]:
    approved = ScoringModelVersion.approved_at.is_null(False)
    for one in visible(ScoringModelVersion, account).where(approved):
        reason = f": {one.reason}" if one.reason else ""
        text = f"Scores vanaf {month_text(one.valid_from)} volgens {one.code}{reason}"
        yield Event(one.valid_from, EventKind.MODEL, text, one.id)


SOURCES = (
    ("scores", _judgements),
    ("reactions", _reactions),
    ("register", _marks),
    ("register", _contracts),
    ("agreements", _agreements),
    ("agreements", _talks),
    ("complaints", _complaints),
    ("deliveries", _withdrawals),
    ("scoring_model", _models),
)
"""The right that each source asks, and where its events come from."""


def _unusual(cell: CalendarCell) -> Iterator[Event]:
    which = f"Levering over {month_text(cell.month)}"
    due = f"uiterlijk {day_text(cell.due)}"
    on = cell.received_on or cell.due
    if on is None:
        return
    if cell.state is DeliveryState.MISSING:
        yield Event(on, EventKind.DELIVERY, f"{which} ontbreekt ({due})")
    elif cell.state is DeliveryState.NIL:
        text = f"Nihil-opgave over {month_text(cell.month)}"
        yield Event(on, EventKind.DELIVERY, text, cell.delivery_id)
    elif cell.late:
        yield Event(on, EventKind.DELIVERY, f"{which} kwam te laat ({due})", cell.delivery_id)
    if cell.state is DeliveryState.FAULTS:
        rows = counted(cell.to_mend, "rij", "rijen")
        text = f"{which}: {rows} nog te verbeteren"
        yield Event(on, EventKind.DELIVERY, text, cell.delivery_id)


def _day(moment: datetime) -> date:
    return moment.astimezone(AMSTERDAM).date()
