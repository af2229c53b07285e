"""Pages of the signals: a gemeente's own, those a provider is asked about, counts for others."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from flask import abort, current_app, g, redirect, request, url_for
from flask_admin import expose
from markupsafe import Markup
from peewee import Case, fn
from werkzeug.wrappers import Response

import quality.scopes  # noqa: F401  registers who sees what
from core import access_log
from core.accounts import Role, may, visible
from core.admin import Page, needs
from core.dates import now, today
from core.export import download
from core.formats import MISSING, short_month_text
from core.municipalities import name as municipality_name
from core.pages.cells import downloaded
from core.pages.fields import SafeForm
from core.pages.lists import PAGE_SIZE, Column, Filter, RowList, choice_filter
from core.pages.purposes import asks_purpose
from core.small_numbers import MINIMUM, count_or_hidden, few_text, table
from providers.codes import LearningRoute, TrackStatus
from providers.models import CourseTrack, Provider
from quality.admin.learner_pages.listing import own_places
from quality.admin.learner_pages.road import needed_text, signal_view
from quality.learners.acts import (
    ANSWERED,
    ESCALATED,
    HANDLED,
    NEW,
    REASONS,
    SEEN,
    SNOOZED,
    rises,
)
from quality.learners.forms import AnswerSignalForm, EscalateForm, HandleForm, SnoozeForm
from quality.learners.models import LearnerSummary
from quality.learners.operations import act, wake_snoozed
from quality.learners.roads import road_of
from quality.learners.signals import KINDS, SENTENCES, Frequent, is_frequent
from quality.learners.summary_operations import BITS
from quality.models import Signal, SignalAct

ROUTES = {int(route): route.label for route in LearningRoute}
STATES = {
    NEW: "nieuw", SEEN: "gezien", ESCALATED: "voorgelegd aan de aanbieder",
    ANSWERED: "beantwoord door de aanbieder", SNOOZED: "uitgesteld", HANDLED: "afgehandeld",
}  # fmt: skip
TO_DO = (NEW, SEEN, ESCALATED, ANSWERED)
WAITING = "te_doen"
FORMS: dict[str, tuple[type[SafeForm], str, str]] = {
    HANDLED: (HandleForm, "Afgehandeld", "Het signaal is afgehandeld."),
    SNOOZED: (SnoozeForm, "Stel uit", "Het signaal komt later terug."),
    ESCALATED: (EscalateForm, "Leg voor aan de aanbieder", "De aanbieder ziet je vraag nu."),
    ANSWERED: (AnswerSignalForm, "Antwoord", "De gemeente ziet je antwoord nu."),
}


def open_signals() -> Any:
    """Signals that hold now, of the learners that the account may see."""
    query = (
        Signal.select(Signal, CourseTrack, Provider)
        .join(CourseTrack)
        .switch(Signal)
        .join(Provider)
        .where(Signal.open)
    )
    return visible(Signal, g.account, query)


def frequent_findings() -> list[Frequent]:
    """Kinds that are open for more than a quarter of a provider's learners, of those one sees."""
    going = [LearnerSummary.latest, LearnerSummary.status < TrackStatus.COMPLETED]
    counted = [
        fn.SUM(Case(None, [(LearnerSummary.signals.bin_and(bit) > 0, 1)], 0))
        for bit in BITS.values()
    ]
    query = (
        visible(
            LearnerSummary, g.account,
            LearnerSummary.select(Provider.code, Provider.name, fn.COUNT(LearnerSummary.id),
                                  *counted).join(Provider),
        )
        .where(*going)
        .group_by(Provider.code, Provider.name)
        .order_by(Provider.name)
    )  # fmt: skip
    return [
        Frequent(code, name, kind, int(count), int(learners))
        for code, name, learners, *counts in query.tuples()
        for kind, count in zip(BITS, counts, strict=True)
        if is_frequent(int(count or 0), int(learners))
    ]


Counts = tuple[dict[str, str], dict[str, dict[str, str]], dict[str, str], list[Frequent]]


def counts_per_provider() -> Counts:
    """Open signals per provider and kind, with small numbers hidden.

    Names, cells, totals, and what holds for more than a quarter of a provider's learners, where the
    cell may be shown.
    """
    query: Any = (
        Signal.select(Provider.code, Provider.name, Signal.kind)
        .join(Provider)
        .where(Signal.open, Signal.provider.in_(visible(Provider, g.account)))
    )
    rows = list(query.tuples())
    per_kind = Counter((code, kind) for code, _, kind in rows)
    names = {code: name for code, name, _ in sorted(rows, key=lambda row: row[1].casefold())}
    counts = {code: {kind: per_kind[code, kind] for kind in KINDS} for code in names}
    hidden = table(counts)
    return (
        names,
        {code: {k: count_or_hidden(v) for k, v in cells.items()} for code, cells in hidden.items()},
        {code: few_text(sum(cells.values())) for code, cells in counts.items()},
        [
            Frequent(code, names[code], kind, count, learners)
            for code, learners in _learners_per_provider(list(names)).items()
            for kind, count in hidden[code].items()
            if count is not None and learners >= MINIMUM and is_frequent(count, learners)
        ],
    )


def _learners_per_provider(codes: list[str]) -> dict[str, int]:
    """How many learners have lessons or wait at each of these providers."""
    query: Any = (
        LearnerSummary.select(Provider.code, fn.COUNT(LearnerSummary.id))
        .join(Provider)
        .where(Provider.code.in_(codes), LearnerSummary.status < TrackStatus.COMPLETED)
        .group_by(Provider.code)
        .order_by(Provider.code)
    )
    return dict(query.tuples())


def signal_list() -> RowList:
    """The signals as this account may see them, most urgent first."""

    def number(row: Any) -> Markup:
        where = url_for("one_signal.index", number=row.id)
        return Markup('<a href="{}">{}</a>').format(where, row.track.number)

    def kind(row: Any) -> str:
        return KINDS[row.kind] + (", dringend" if row.escalated else "")

    def words(reader: Any) -> tuple[Any, Any]:
        return reader, reader

    own = g.account.role == Role.MUNICIPALITY

    columns = [
        Column("track.number", "Traject", lambda r: r.track.number, number, CourseTrack.number,
               nowrap=True),
        Column("provider.name", "Aanbieder", *words(lambda r: r.provider.name), Provider.name,
               minor=True),
        Column("route", "Leerroute", *words(lambda r: ROUTES[r.route]), nowrap=True, minor=True),
        Column("kind", "Signaal", *words(kind)),
        Column("detail", "Waarom", *words(lambda r: r.detail), minor=own),
        Column("urgency", "Maanden over", lambda r: r.months_left,
               lambda r: MISSING if r.months_left is None else round(r.months_left),
               Signal.urgency, numeric=True),
        Column("months_needed", "Maanden nodig", lambda r: r.months_needed, needed_text,
               Signal.months_needed, numeric=True, minor=True),
        Column("since", "Sinds", lambda r: f"{r.since:%Y-%m}",
               lambda r: short_month_text(r.since), Signal.since,
               nowrap=True, minor=True),
        Column("status", "Stand", *words(lambda r: STATES[r.status]), minor=own),
    ]  # fmt: skip
    if len(own_places()) != 1:
        columns.insert(
            3,
            Column(
                "municipality",
                "Gemeente",
                *words(lambda r: municipality_name(r.municipality)),
                minor=own,
            ),
        )
    if not own:
        # The question itself says why; the working is for the gemeente.
        columns = [c for c in columns if c.name not in ("urgency", "months_needed")]
    states = {WAITING: Signal.status.in_(TO_DO)} | {code: Signal.status == code for code in STATES}

    def read(text: str) -> str:
        if text not in states:
            raise ValueError(text)
        return text

    named = visible(Provider, g.account).order_by(Provider.name)
    filters = [
        choice_filter("soort", "Soort", Signal.kind, list(KINDS.items())),
        Filter("stand", "Stand", lambda query, value: query.where(states[value]), read,
               [(WAITING, "te doen"), *STATES.items()]),
        choice_filter("aanbieder", "Aanbieder", Signal.provider, [(p.id, p.name) for p in named]),
    ]  # fmt: skip
    return RowList(
        open_signals(),
        key=Signal.id,
        columns=columns,
        seal=str(current_app.secret_key),
        search=(CourseTrack.number,),
        filters=filters if own else filters[:2],
        sort="-urgency" if own else "track.number",
        size=PAGE_SIZE,
    )


def _count_waiting(status: str) -> int:
    """How many signals are at a stage."""
    query = Signal.select(fn.COUNT(Signal.id)).where(Signal.open, Signal.status == status)
    return int(visible(Signal, g.account, query).scalar())


def _levels_now(tracks: list[int]) -> dict[int, tuple[int, ...]]:
    S = LearnerSummary  # noqa: N806  as in the queries beside it
    query: Any = S.select(
        S.track, S.level_reading, S.level_listening, S.level_writing, S.level_speaking
    ).where(S.track.in_(tracks))
    return {track: tuple(levels) for track, *levels in query.tuples()}


def what_came_after() -> tuple[int, int]:
    """Of the signals that were dealt with: how many, and after how many a level rose."""
    query: Any = (
        SignalAct.select(SignalAct.signal, Signal.track, SignalAct.levels)
        .join(Signal)
        .where(SignalAct.kind == HANDLED)
        .order_by(SignalAct.id)
    )
    query = visible(Signal, g.account, query)
    last = {signal: (track, levels) for signal, track, levels in query.tuples()}
    now_ = _levels_now([track for track, _ in last.values()])
    rose = sum(bool(rises(levels, now_.get(track, ()))) for track, levels in last.values())
    return len(last), rose


class SignalPage(Page):
    """Signals of the gemeente's own learners, and those that a provider is asked about."""

    thing = "signal_counts"

    @expose("/")
    def index(self) -> str:
        """List the signals for a gemeente and an asked provider; count them for everyone else."""
        if not may(g.account, "read", "signals"):
            names, cells, sums, frequent = counts_per_provider()
            return self.render(
                "quality/signal_counts.html",
                names=names,
                cells=cells,
                sums=sums,
                kinds=KINDS,
                frequent=frequent,
                sentences=SENTENCES,
            )
        wake_snoozed(today())
        rows = signal_list()
        page = rows.page(request.args if request.args else {"stand": WAITING})
        access_log.record(
            g.account, "signals", at=now(), numbers=[row.track.number for row in page.rows]
        )
        own = g.account.role == Role.MUNICIPALITY
        return self.render(
            "quality/signals.html",
            rows=rows,
            found=page,
            own=own,
            waiting=_count_waiting(NEW if own else ESCALATED),
            frequent=frequent_findings() if own else [],
            sentences=SENTENCES,
            after=what_came_after() if own else (0, 0),
        )

    @expose("/export/<any(csv, xlsx):kind>/")
    @expose("/signalen.<any(csv, xlsx):kind>")
    @asks_purpose
    def download(self, kind: str) -> Response:
        """Give the signals, or their counts, as a file."""
        if may(g.account, "read", "signals"):
            rows = signal_list()
            items = list(rows.every_row(request.args))
            access_log.record(
                g.account, "signals", at=now(), action="download", about=kind,
                numbers=[row.track.number for row in items], purpose=g.purpose,
            )  # fmt: skip
            return download("signalen", kind, [c.label for c in rows.columns], _cells(rows, items))
        names, cells, sums, _ = counts_per_provider()
        header = ("Aanbieder", *KINDS.values(), "Totaal")
        counts = ((names[code], *cells[code].values(), sums[code]) for code in names)
        return download("signalen-aantallen", kind, header, counts)


def _cells(rows: RowList, items: list[Any]) -> Iterator[list[Any]]:
    for row in items:
        yield [downloaded(column.value(row)) for column in rows.columns]


class OneSignalPage(Page):
    """One signal: why, how urgent, and what is done about it."""

    thing = "signals"

    def _one(self, number: int) -> Signal:
        signal: Signal | None = open_signals().where(Signal.id == number).get_or_none()
        if signal is None:
            abort(404)
        return signal

    def _kinds(self, signal: Signal) -> list[str]:
        """What this account may do with the signal as it is."""
        if g.account.role == Role.MUNICIPALITY:
            return [HANDLED, SNOOZED, ESCALATED]
        return [ANSWERED] if signal.status == ESCALATED else []

    def _show(self, signal: Signal, kind: str = "", form: SafeForm | None = None) -> str:
        road = road_of(g.account, signal.municipality, signal.track.number)
        if road is None:
            abort(404)
        forms = {
            one: form if one == kind and form is not None else FORMS[one][0](formdata=None)
            for one in self._kinds(signal)
        }
        own = g.account.role == Role.MUNICIPALITY
        where: dict[str, Any] = {
            "place": f"{signal.municipality:04d}",
            "number": signal.track.number,
        }
        return self.render(
            "quality/signal.html",
            signal=signal,
            view=signal_view(signal, road),
            states=STATES,
            routes=ROUTES,
            forms=forms,
            buttons={one: FORMS[one][1] for one in forms},
            reasons=REASONS,
            learner=url_for("learner.index", **where) if own else None,
            talk=url_for("learner_talk.index", **where) if own else None,
            opened=kind,
            # Whose errors the title tells first.
            **({} if form is None else {"form": form}),
        )

    @expose("/")
    def index(self, number: int) -> str:
        """Show the evidence, and what may be done."""
        signal = self._one(number)
        access_log.record(
            g.account, "signals", at=now(), about=signal.id, numbers=[signal.track.number]
        )
        return self._show(signal)

    @expose("/<any(afgehandeld, uitgesteld, voorgelegd):kind>/", methods=("POST",))
    @needs("change")
    def deal_with(self, number: int, kind: str) -> Response | str:
        """Handle, snooze or escalate the signal."""
        return self._do(number, kind)

    @expose("/beantwoord/", methods=("POST",))
    @needs("answer")
    def answer(self, number: int) -> Response | str:
        """Answer what the gemeente asked."""
        return self._do(number, ANSWERED)

    def _do(self, number: int, kind: str) -> Response | str:
        signal = self._one(number)
        if kind not in self._kinds(signal):
            abort(404)
        form_class, _, message = FORMS[kind]
        form = form_class()

        def change(values: dict[str, Any]) -> None:
            act(
                signal, kind, values["reason"], by=g.account.email, at=now(),
                until=values.get("until"),
            )  # fmt: skip

        if self.saved(form, change, message):
            return redirect(url_for("signals.index"))
        return self._show(signal, kind, form)
