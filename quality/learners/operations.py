"""Keep the signals of a provider up to date, and what a gemeente does with them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from peewee import fn

from core import audit
from core.dates import month_of
from core.db import among, batched, give_way, replace_many, transaction
from core.errors import DomainError
from core.formats import day_text
from core.log_chain import pseudonym
from core.municipalities import current, names, split, with_merged
from providers.models import CURRENT, CourseTrack, ProgressRecord, Provider
from quality.learners import queries as learner_queries
from quality.learners.acts import (
    ANSWERED,
    ESCALATED,
    HANDOVER_REASONS,
    NEW,
    NOTES,
    REASONS,
    SEEN,
    SNOOZED,
)
from quality.learners.models import Handover, LearnerNote, LearnerSummary
from quality.learners.queries import Opened
from quality.learners.summary_operations import (
    SKILLS,
    TRACKS_AT_ONCE,
    mark_summaries,
    refresh_of_facts,
    refresh_summaries,
)
from quality.models import Signal, SignalAct

Key = tuple[int, int, str]
OPENED = (
    "track", "route", "kind",
    "open", "month", "municipality", "detail", "escalated", "since", "months_left",
    "months_needed", "urgency", "status", "snoozed_until", "seen_by", "seen_at",
)  # fmt: skip
"""What is told of a signal that holds: what it is known by (a ``Key``), then what may change."""
KEY_WIDTH = 3


def refresh(provider: Provider, *, today: date, since: date | None = None) -> None:
    """Bring the rows of the list and the signals of a provider up to date with its newest month.

    Of the months that are over: rows of a month in progress are provisional. ``since`` is the first
    month of which rows are other; without it everything is made again.
    """
    month = newest_month_over(provider.id, today)
    refresh_summaries(provider, month, since=since)
    if month is not None:
        refresh_signals(provider, month)


def hand_over_split(provider: Provider, *, by: str, at: datetime) -> int:
    """Give the months before to the part of a split gemeente where a learner is reported since.

    They count with the first part. Returns how many learners were handed over.
    """
    count = 0
    for old, others in split().items():
        before: Any = ProgressRecord.select(ProgressRecord.track).where(
            CURRENT, ProgressRecord.provider == provider, ProgressRecord.municipality == int(old)
        )
        since: Any = (
            ProgressRecord.select(CourseTrack.number, ProgressRecord.municipality)
            .join(CourseTrack)
            .where(
                CURRENT,
                ProgressRecord.provider == provider,
                ProgressRecord.municipality.in_(with_merged(others)),
                ProgressRecord.track.in_(before),
            )
        )
        main = current(int(old))
        moved = {(number, current(place)) for number, place in since.distinct().tuples()}
        done: Any = Handover.select(Handover.number, Handover.to_municipality).where(
            Handover.from_municipality == main
        )
        for number, place in sorted(moved - set(done.tuples())):
            hand_over(main, number, place, "herindeling", by=by, at=at)
            count += 1
    return count


def refresh_missing(*, today: date) -> int:
    """Fill the list for every provider with rows that is not in it, as after an upgrade."""
    summarised = LearnerSummary.select(LearnerSummary.provider).where(
        LearnerSummary.provider.is_null(False)
    )
    with_rows = ProgressRecord.select(ProgressRecord.provider).where(CURRENT).distinct()
    providers = list(
        Provider.select().where(Provider.id.in_(with_rows), Provider.id.not_in(summarised))
    )
    for provider in providers:
        # As a whole: one that is half in the list is not missing from it.
        with transaction():
            refresh(provider, today=today)
    return len(providers)


def follow_facts(municipality: int, numbers: Sequence[str], *, today: date) -> None:
    """Bring list and signals up to date with what a gemeente changed about these learners."""
    with transaction():
        refresh_of_facts([municipality], numbers)
        touched: dict[int, date] = {}
        query: Any = LearnerSummary.select(LearnerSummary.provider).where(
            LearnerSummary.municipality == municipality,
            among(LearnerSummary.number, numbers),
            LearnerSummary.provider.is_null(False),
        )
        for (provider,) in query.distinct().tuples():
            month = newest_month_over(provider, today)
            if month is not None:
                touched[provider] = month
        for provider, month in touched.items():
            refresh_signals(Provider.get_by_id(provider), month)


def newest_month_over(provider_id: int, today: date) -> date | None:
    """The newest month that is over and of which current rows of a provider are held."""
    newest: date | None = (
        ProgressRecord.select(fn.MAX(ProgressRecord.month))
        .where(
            CURRENT,
            ProgressRecord.provider == provider_id,
            ProgressRecord.month < month_of(today),
        )
        .scalar()
    )
    return newest


def refresh_signals(provider: Provider, month: date) -> None:
    """Open what holds at the end of the month, close what does not; what was done stays done.

    Others who write get in between, after every few hundred trajecten; what they change about a
    learner is asked again.
    """
    people = learner_queries.people(provider.id)
    wanted = learner_queries.signals_of(provider.id, month, people)
    is_open: Any = Signal.select(Signal.track).where(Signal.provider == provider, Signal.open)
    tracks = {track for track, *_ in wanted} | {track for (track,) in is_open.tuples()}
    for batch in batched(sorted(tracks), TRACKS_AT_ONCE):
        listed = set(batch)
        with transaction():
            now = learner_queries.people(provider.id, listed)
            if now != {key: one for key, one in people.items() if key[0] in listed}:
                people = learner_queries.people(provider.id)
                wanted = learner_queries.signals_of(provider.id, month, people)
            _refresh_signals(provider, month, listed, wanted)
        give_way()


def _refresh_signals(
    provider: Provider, month: date, tracks: set[int], wanted: Mapping[Key, Opened]
) -> None:
    columns: list[Any] = [getattr(Signal, name) for name in OPENED]
    query: Any = Signal.select(Signal.id, *columns).where(among(Signal.track, tracks))
    ids: dict[Key, int] = {}
    before: dict[Key, dict[str, Any]] = {}
    for number, *values in query.tuples():
        track, route, kind, *_ = values
        ids[track, route, kind] = number
        before[track, route, kind] = dict(zip(OPENED, values, strict=True))
    passed = [ids[key] for key, one in before.items() if one["open"] and key not in wanted]
    if passed:
        Signal.update(open=False).where(among(Signal.id, passed)).execute()
    after = {
        key: _opened(key, before.get(key), one, month)
        for key, one in wanted.items()
        if key[0] in tracks
    }
    changed = [one for key, one in after.items() if one != before.get(key)]
    rows = [one | {"provider": provider.id} for one in changed]
    replace_many(Signal, OPENED[:KEY_WIDTH], rows)
    mark_summaries(among(LearnerSummary.track, tracks))


def _opened(key: Key, before: dict[str, Any] | None, one: Opened, month: date) -> dict[str, Any]:
    """A signal as it is open now."""
    finding, outlook = one.finding, one.outlook
    since, done = month, (NEW, None, None, None)
    if before is not None and before["open"]:
        since = before["since"]
        # It passed and came back, or became urgent: somebody has to look again.
        if before["escalated"] or not finding.escalated:
            done = (
                before["status"], before["snoozed_until"], before["seen_by"], before["seen_at"]
            )  # fmt: skip
    what = (
        one.municipality, finding.detail, finding.escalated, since, outlook.left, outlook.needed,
        outlook.shortage,
    )  # fmt: skip
    return dict(zip(OPENED, (*key, True, month, *what, *done), strict=True))


def act(
    signal: Signal, kind: str, reason: str, *, by: str, at: datetime, until: date | None = None
) -> None:
    """Note what somebody does with a signal; ``kind`` and ``reason`` are those of ``acts``."""
    if kind not in REASONS or reason not in REASONS[kind]:
        raise DomainError("no_reason", "Kies een reden uit de lijst.", field="reason")
    if not signal.open:
        raise DomainError("closed", "Dit signaal geldt niet meer. Er is niets meer te doen.")
    if kind == SNOOZED and (until is None or until <= at.date()):
        raise DomainError(
            "until", "Kies tot wanneer het signaal wacht: een dag na vandaag.", field="until"
        )
    if kind == ANSWERED and signal.status != ESCALATED:
        raise DomainError("not_asked", "Over dit signaal is niets gevraagd.")
    levels: Any = ProgressRecord.select(*(getattr(ProgressRecord, name) for name in SKILLS)).where(
        CURRENT, ProgressRecord.track == signal.track, ProgressRecord.month == signal.month
    )
    then = levels.tuples().first() or ()
    with transaction():
        SignalAct.create(
            signal=signal, kind=kind, reason=reason, until=until if kind == SNOOZED else None,
            levels="".join(map(str, then)), month=signal.month,
            by=by, at=at,
        )  # fmt: skip
        signal.status, signal.snoozed_until = kind, until if kind == SNOOZED else None
        if kind != ANSWERED:
            signal.seen_by, signal.seen_at = by, at
        signal.save()
        mark_summaries(LearnerSummary.track == signal.track)
        audit.record(
            at=at, actor=by, action="see_signal", thing="signals", thing_id=signal.id,
            after={"kind": signal.kind, "act": kind, "reason": reason}
            | ({"until": until.isoformat()} if kind == SNOOZED and until else {}),
        )  # fmt: skip


def wake_snoozed(today: date) -> int:
    """Bring back what was snoozed until before today; return how many signals."""
    query: Any = Signal.select(Signal.id, Signal.track).where(Signal.snoozed_until < today)
    over = list(query.tuples())
    if not over:
        return 0
    with transaction():
        ids, tracks = zip(*over, strict=True)
        Signal.update(status=SEEN, snoozed_until=None).where(among(Signal.id, ids)).execute()
        mark_summaries(among(LearnerSummary.track, tracks))
    return len(over)


def note(
    municipality: int, number: str, reason: str, *, on: date, by: str, at: datetime
) -> LearnerNote:
    """Note something done for a learner, from the list of ``NOTES``."""
    if reason not in NOTES:
        raise DomainError("no_reason", "Kies wat er gebeurde uit de lijst.", field="reason")
    if on > at.date():
        raise DomainError(
            "future", f"{day_text(on)} moet nog komen. Vul in wat er gebeurd is.", field="on"
        )
    with transaction():
        stored = LearnerNote.create(
            municipality=municipality, number=number, reason=reason, on=on, by=by, at=at
        )
        audit.record(
            at=at, actor=by, action="enter", thing="learners", thing_id=f"{municipality:04d}",
            after={"learner": pseudonym(number), "note": reason},
        )  # fmt: skip
    return stored


def hand_over(
    municipality: int, number: str, to: int, reason: str, *, by: str, at: datetime
) -> Handover:
    """Let another gemeente see the months that this gemeente has of a learner."""
    if reason not in HANDOVER_REASONS:
        raise DomainError("no_reason", "Kies een reden uit de lijst.", field="reason")
    to = current(to)
    if to == municipality or f"{to:04d}" not in names():
        raise DomainError(
            "no_other", "Kies de andere gemeente waar de cursist nu woont.", field="to"
        )
    with transaction():
        handover, created = Handover.get_or_create(
            from_municipality=municipality, number=number, to_municipality=to,
            defaults={"reason": reason, "by": by, "at": at},
        )  # fmt: skip
        if not created:
            raise DomainError("given", "Dit dossier is al overgedragen aan die gemeente.")
        audit.record(
            at=at, actor=by, action="hand_over", thing="learners",
            thing_id=f"{municipality:04d}", after={"learner": pseudonym(number), "to": f"{to:04d}"},
            reason=HANDOVER_REASONS[reason],
        )  # fmt: skip
    return handover
