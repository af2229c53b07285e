"""Pages of one learner: the road, what the gemeente knows, notes, the hand-over, one page for the
progress talk, and the rights of the person (AVG): all that is held, its removal and restriction.
"""

import io
import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from flask import (
    Response as FlaskResponse,
    abort,
    current_app,
    flash,
    g,
    redirect,
    send_file,
    url_for,
)
from flask_admin import expose
from werkzeug.wrappers import Response

from core import access_log
from core.accounts import visible
from core.admin import Page, needs
from core.charts.pictures import Chart
from core.dates import month_end, month_of, now, today
from core.export import XLSX_TYPE, download
from core.formats import MISSING, day_text, hours_text, month_text, number_text
from core.municipalities import current, name as municipality_name, names
from core.pages.fields import SafeForm
from core.pages.purposes import asks_purpose
from providers.codes import LearningRoute, TrackStatus
from providers.scopes import is_restricted
from quality.admin.learner_pages.listing import looked, own_places
from quality.charts.road import RoadMark, RoadMonth, road_chart
from quality.learners.acts import DEALT_WITH, GROUNDS, NOTES, REASONS, TALK, rises
from quality.learners.fact_operations import change_facts
from quality.learners.facts import BY_FIELD, FACT_COLUMNS, FACTS
from quality.learners.forms import (
    FACT_LABELS,
    EraseForm,
    FactsForm,
    HandoverForm,
    LiftForm,
    NoteForm,
    RestrictForm,
)
from quality.learners.lists import LEVELS, ROUTES, STATUSES, exams_text, term_words
from quality.learners.models import LearnerNote, LearnerSummary
from quality.learners.operations import hand_over, note
from quality.learners.person_operations import (
    REMAINS,
    WHILE_RESTRICTED,
    erase,
    everything_about,
    is_known,
    lift,
    recipients_of,
    restrict,
    restriction_of,
    write_workbook,
)
from quality.learners.roads import (
    Event,
    Road,
    events_of,
    evidence_of,
    levels_of,
    road_of,
    talks_due,
)
from quality.learners.signals import KINDS, months_words
from quality.learners.summary_operations import SKILLS
from quality.models import Signal, SignalAct

MARKED = ("aanbieder", "route", "pip", "examen", "gemeente")
"""Kinds of event that have a letter in the picture."""
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ROW_HEADER = (
    "Maand", "Aanbieder", "Leerroute", "Status", "PIP", "Lezen", "Luisteren", "Schrijven",
    "Spreken", "Uren les", "Uren gevolgd", "Geoorloofd", "Ongeoorloofd",
)  # fmt: skip


def place_or_404(place: str, number: str) -> int:
    """The gemeente of today of an address, when it can be that of a learner."""
    if not (place.isascii() and place.isdigit() and len(place) == 4 and len(number) <= 32):
        abort(404)
    return current(int(place))


def road_or_404(place: str, number: str) -> Road:
    """The road of a learner that the account may see; the same answer for who does not exist."""
    road = road_of(g.account, place_or_404(place, number), number)
    if road is None:
        abort(404)
    return road


def summary_of(road: Road) -> LearnerSummary | None:
    """The row of the list of this learner, as far as the account may see it."""
    query = visible(LearnerSummary, g.account).where(
        LearnerSummary.municipality == road.municipality, LearnerSummary.number == road.number
    )
    summary: LearnerSummary | None = query.order_by(LearnerSummary.latest.desc()).first()
    return summary


def chart_of(
    road: Road, row: LearnerSummary | None, events: list[Event], *, height: float = 330
) -> Chart:
    """The picture of a road."""
    monthly = road.monthly
    months = [
        RoadMonth(
            one.month, levels_of(one), one.minutes_offered / 60, one.minutes_attended / 60,
            one.status == TrackStatus.PAUSED,
        )
        for one in monthly
    ]  # fmt: skip
    marks = [
        RoadMark(month_of(event.day), letter, f"{day_text(event.day)} {event.text}")
        for letter, event in lettered(road, events)
    ]
    term = row.term_until if row is not None and road.own else None
    estimated = bool(row is not None and row.term_estimated)
    aim = monthly[-1].pip_level if monthly else None
    return road_chart(
        "cursist", months, aim=aim, term=term, estimated=estimated, marks=marks,
        finding=finding_of(road), height=height,
    )  # fmt: skip


def lettered(road: Road, events: list[Event]) -> list[tuple[str, Event]]:
    """The events that have a letter in the picture, oldest first."""
    first = road.rows[0].month if road.rows else date.max
    marked = [e for e in events if e.kind in MARKED and month_of(e.day) >= first]
    return list(zip(LETTERS, marked, strict=False))


def finding_of(road: Road) -> str:
    """What the road shows, in a sentence."""
    monthly = road.monthly
    if not monthly:
        return "Nog geen aanbieder heeft deze cursist gemeld"
    first, last = monthly[0], monthly[-1]
    rose = [
        f"{word} van {LEVELS[before]} naar {LEVELS[now_]}"
        for word, before, now_ in zip(
            ("lezen", "luisteren", "schrijven", "spreken"),
            levels_of(first), levels_of(last), strict=True,
        )
        if now_ > before
    ]  # fmt: skip
    since = month_text(first.month)
    if not rose:
        return f"Sinds {since} steeg nog geen vaardigheid"
    return f"Sinds {since} steeg {', '.join(rose[:-1])}{' en ' if rose[:-1] else ''}{rose[-1]}"


def signals_of(road: Road) -> list[dict[str, Any]]:
    """Signals that hold, with evidence, what was done and what happened after."""
    if not road.own:
        return []
    query = (
        visible(Signal, g.account)
        .where(Signal.track.in_({row.track_id for row in road.rows}), Signal.open)
        .order_by(Signal.urgency.desc(), Signal.id)
    )
    views = [signal_view(signal, road) for signal in query]
    texts = set()
    for one in views:
        # The same months are shown once.
        if one["evidence"] in texts:
            one["evidence"] = None
        texts.add(one["evidence"])
    return views


def signal_view(signal: Any, road: Road) -> dict[str, Any]:
    """One signal as a page shows it."""
    newest = [row for row in road.rows if row.track_id == signal.track_id]
    levels = levels_of(newest[-1]) if newest else (None,) * len(SKILLS)
    acts = SignalAct.select().where(SignalAct.signal == signal).order_by(SignalAct.id)
    return {
        "signal": signal,
        "kind": KINDS[signal.kind],
        "evidence": evidence_of(signal.kind, road, signal.route, signal.track_id, signal.month),
        "urgency": urgency_words(signal),
        "left": number_text(signal.months_left, 0),
        "needed": needed_text(signal),
        "measured_on": month_end(signal.month),
        "acts": [
            {
                "act": one,
                "word": REASONS[one.kind].get(one.reason, ""),
                "after": rises(one.levels, levels),
                "later": bool(newest) and newest[-1].month > one.month,
            }
            for one in acts
        ],
    }


def needed_text(signal: Any) -> str:
    """Months needed at the pace of the last six, or that it is never."""
    if signal.months_needed is None:
        return "niet in dit tempo" if signal.kind in ("koers", "stagnatie") else MISSING
    return number_text(signal.months_needed, 0)


def urgency_words(signal: Any) -> str:
    """Months left against months needed, as a sentence; empty where nothing is known.

    Nor of who is not on course: there the detail of the signal says it.
    """
    if signal.months_left is None or signal.kind == "koers":
        return ""
    left = signal.months_left
    day = day_text(month_end(signal.month))
    rest = (
        f"De termijn was op {day} {months_words(-left)} voorbij"
        if round(left) < 0
        else f"De termijn duurde op {day} nog {months_words(left)}"
    )
    if signal.months_needed is not None:
        return f"{rest}; in dit tempo zijn er {number_text(signal.months_needed, 0)} nodig."
    if signal.kind == "stagnatie":
        return f"{rest}; in dit tempo wordt het niveau niet gehaald."
    return f"{rest}."


class LearnerPage(Page):
    """The road of one learner."""

    thing = "learners"

    @expose("/")
    def index(self, place: str, number: str) -> str | Response:
        """Show the road, the signals and what may be done."""
        code = place_or_404(place, number)
        if is_restricted(code, number) and code in own_places() and self.may("change"):
            return redirect(url_for("person.index", place=place, number=number))
        road = road_or_404(place, number)
        looked([number])
        return self._show(road)

    def _show(self, road: Road, **forms: SafeForm) -> str:
        row, events = summary_of(road), events_of(road)
        notes, signals = _notes(road), signals_of(road)
        return self.render(
            "quality/learner.html",
            road=road,
            row=row,
            place=f"{road.municipality:04d}",
            place_name=municipality_name(road.municipality),
            chart=chart_of(road, row, events) if road.rows else None,
            events=list(reversed(events)),
            letters={event: letter for letter, event in lettered(road, events)},
            rows=[
                (month_text(row.month), *cells)
                for row, (_, *cells) in zip(road.rows, row_cells(road), strict=True)
            ][::-1],
            header=ROW_HEADER,
            signals=signals,
            to_do=[one for one in signals if one["signal"].status not in DEALT_WITH],
            facts=fact_rows(road),
            notes=notes,
            talks=talk_rows(road, notes),
            facts_of_list=list_facts(road, row),
            note_words=NOTES,
            note_form=forms.get("note") or NoteForm(),
            handover_form=forms.get("handover") or HandoverForm(),
            may_change=road.own and self.may("change"),
            gemeenten=names(),
            # Whose errors the title tells first.
            **({"form": next(iter(forms.values()))} if forms else {}),
        )

    @expose("/maanden.<any(csv, xlsx):kind>")
    @asks_purpose
    def download(self, place: str, number: str, kind: str) -> Response:
        """Give the months as a file."""
        road = road_or_404(place, number)
        looked([number], action="download", about=kind)
        return download("cursist", kind, ROW_HEADER, row_cells(road))

    @expose("/notitie/", methods=("POST",))
    @needs("change")
    def add_note(self, place: str, number: str) -> Response | str:
        """Note something done, from a list."""
        road = self._own(place, number)
        form = NoteForm()

        def keep(values: dict[str, Any]) -> None:
            note(
                road.municipality, number, values["reason"], on=values["on"], by=g.account.email,
                at=now(),
            )  # fmt: skip

        if self.saved(form, keep, "De notitie is bewaard."):
            return redirect(url_for(".index", place=place, number=number))
        return self._show(road, note=form)

    @expose("/overdracht/", methods=("POST",))
    @needs("change")
    def hand_over(self, place: str, number: str) -> Response | str:
        """Let another gemeente read the months of here."""
        road = self._own(place, number)
        form = HandoverForm()

        def give(values: dict[str, Any]) -> None:
            hand_over(
                road.municipality, number, int(values["to"] or 0), values["reason"],
                by=g.account.email, at=now(),
            )  # fmt: skip

        if self.saved(form, give, "De andere gemeente kan de maanden van hier nu lezen."):
            return redirect(url_for(".index", place=place, number=number))
        return self._show(road, handover=form)

    @expose("/gegevens/", methods=("GET", "POST"))
    @needs("change")
    def facts(self, place: str, number: str) -> tuple[str, int] | Response | str:
        """Change what the gemeente knows of this learner."""
        road = self._own(place, number)
        looked([number], about="gegevens")
        form = FactsForm(data={name: _in_form(road, name) for name in FACTS})
        warnings: list[str] = []

        def keep(values: dict[str, Any]) -> None:
            facts = {name: _from_form(values[name]) for name in FACTS}
            later = change_facts(
                road.municipality, number, facts, by=g.account.email, at=now(), today=today()
            )
            warnings.extend(problem.message for problem in later)

        if self.saved(form, keep, "De gegevens zijn bewaard."):
            for message in warnings:
                flash(message, "warning")
            return redirect(url_for(".index", place=place, number=number))
        page = self.render("quality/learner_facts.html", road=road, place=place, form=form)
        return (page, 422) if form.errors else page

    def _own(self, place: str, number: str) -> Road:
        road = road_or_404(place, number)
        if not road.own:
            abort(404)
        return road


class LearnerTalkPage(Page):
    """One page to take along to a progress talk."""

    thing = "learners"

    @expose("/")
    def index(self, place: str, number: str) -> str:
        """Show what the talk is about, on one sheet."""
        road = road_or_404(place, number)
        if not road.own:
            abort(404)
        looked([number], about="gesprek")
        row, events = summary_of(road), events_of(road)
        notes = _notes(road)
        return self.render(
            "quality/learner_talk.html",
            road=road,
            place=place,
            place_name=municipality_name(road.municipality),
            chart=chart_of(road, row, events, height=200) if road.rows else None,
            letters=lettered(road, events),
            facts_of_list=list_facts(road, row),
            signals=signals_of(road),
            facts=[one for one in fact_rows(road) if one[1] != MISSING],
            talks=talk_rows(road, notes),
            notes=notes[:5],
            note_words=NOTES,
            day=today(),
        )


def _in_form(road: Road, name: str) -> Any:
    value = getattr(road.facts, name) if road.facts else None
    if BY_FIELD[name].codes is None:
        return value
    return "" if value is None else str(value)


def _from_form(value: Any) -> Any:
    if isinstance(value, str):
        return int(value) if value else None
    return value


def _notes(road: Road) -> list[LearnerNote]:
    if not road.own:
        return []
    query = LearnerNote.select().where(
        LearnerNote.municipality == road.municipality, LearnerNote.number == road.number
    )
    return list(query.order_by(LearnerNote.on.desc(), LearnerNote.id.desc()))


def talk_rows(road: Road, notes: list[LearnerNote]) -> list[tuple[str, str, str]]:
    """The talks that were agreed for the first year: which, due on, and whether it was held."""
    if not road.own:
        return []
    begun = road.facts.plan_on if road.facts and road.facts.plan_on else None
    if begun is None:
        begun = min((r.first_lesson_on for r in road.rows if r.first_lesson_on), default=None)
    due = talks_due(begun, current_app.config["TAALINKOOP_TALKS_FIRST_YEAR"])
    talks = sorted(
        one.on
        for one in notes
        if one.reason == TALK and begun is not None and due and begun <= one.on <= due[-1]
    )
    day = today()
    return [
        (
            f"gesprek {place + 1}",
            day_text(until),
            f"gevoerd op {day_text(talks[place])}"
            if place < len(talks)
            else ("niet gevoerd" if until < day else "nog te doen"),
        )
        for place, until in enumerate(due)
    ]


def fact_rows(road: Road) -> list[tuple[str, str]]:
    """What the gemeente knows, in words; nothing for who is not the gemeente."""
    if not road.own or road.facts is None:
        return []
    values = []
    for column in FACT_COLUMNS:
        if column.held_as == "number":
            continue
        value = getattr(road.facts, column.held_as)
        word = (
            MISSING
            if value is None
            else (day_text(value) if column.codes is None else column.codes(value).label)
        )
        values.append((FACT_LABELS[column.held_as], word))
    return values


def list_facts(road: Road, row: Any) -> list[tuple[str, str]]:
    """The line of facts on top of the page."""
    if row is None or row.provider_id is None:
        newest = road.newest
        return [] if newest is None else [("Aanbieder", newest.provider.name)]
    facts = [
        ("Aanbieder", row.provider.name), ("Leerroute", ROUTES[row.route]),
        ("Status", STATUSES[row.status]),
        ("Niveau", " ".join(LEVELS[getattr(row, skill)] for skill in SKILLS)),
        ("PIP", MISSING if row.pip_level is None else LEVELS[row.pip_level]),
        ("Gevolgde uren", hours_text(sum(r.minutes_attended for r in road.rows))),
    ]  # fmt: skip
    if row.route != LearningRoute.SELF_RELIANCE:
        facts.append(("Examens gehaald", exams_text(row)))
    if road.own and row.term_until is not None:
        facts.append(("Termijn tot", term_words(row, today())))
    facts.append(("Laatste maand", month_text(row.month)))
    return facts


def row_cells(road: Road) -> Iterator[tuple[Any, ...]]:
    """Every month as cells, oldest first."""
    for row in road.rows:
        yield (
            f"{row.month:%Y-%m}", row.provider.name, ROUTES[row.route], STATUSES[row.status],
            MISSING if row.pip_level is None else LEVELS[row.pip_level],
            *(LEVELS[level] for level in levels_of(row)), row.minutes_offered / 60,
            row.minutes_attended / 60, row.minutes_authorised / 60, row.minutes_unauthorised / 60,
        )  # fmt: skip


class PersonPage(Page):
    """What a person may ask of the gemeente, also while what is held is restricted."""

    thing = "learners"

    def _own(self, place: str, number: str) -> int:
        """The gemeente of today, of a learner of the account."""
        code = place_or_404(place, number)
        if code not in own_places() or not is_known(code, number):
            abort(404)
        return code

    @expose("/", methods=("GET", "POST"))
    @needs("change")
    def index(self, place: str, number: str) -> str | Response:
        """Tell what stays and why, and remove everything else on a yes with a reason."""
        code, form = self._own(place, number), EraseForm()

        def remove(values: dict[str, Any]) -> None:
            erase(
                code, number, reason=values["reason"],
                data=current_app.config["TAALINKOOP_DATA_DIR"], by=g.account.email, at=now(),
            )  # fmt: skip

        if self.saved(form, remove, "Alles over deze cursist is verwijderd."):
            return redirect(url_for("learners.index"))
        return self._show(code, number, form)

    def _show(self, code: int, number: str, form: SafeForm) -> str:
        access_log.record(g.account, "learners", at=now(), numbers=[number])
        return self.render(
            "quality/person.html",
            place=f"{code:04d}",
            number=number,
            remains=REMAINS,
            restriction=restriction_of(code, number),
            grounds=GROUNDS,
            while_restricted=WHILE_RESTRICTED,
            recipients=recipients_of(code, number),
            forms={
                name: form if isinstance(form, one) else one(formdata=None)
                for name, one in (
                    ("erase", EraseForm),
                    ("restrict", RestrictForm),
                    ("lift", LiftForm),
                )
            },
            form=form,
        )

    @expose("/beperken/", methods=("POST",))
    @needs("change")
    def restrict(self, place: str, number: str) -> str | Response:
        """Keep what is held, and show it to nobody."""
        code, form = self._own(place, number), RestrictForm()

        def keep(values: dict[str, Any]) -> None:
            restrict(
                code, number, values["ground"], reason=values["reason"], by=g.account.email,
                at=now(),
            )  # fmt: skip

        if self.saved(form, keep, "De verwerking is beperkt. Niemand ziet de gegevens nog."):
            return redirect(url_for(".index", place=place, number=number))
        return self._show(code, number, form)

    @expose("/opheffen/", methods=("POST",))
    @needs("change")
    def lift(self, place: str, number: str) -> str | Response:
        """Show again what was restricted."""
        code, form = self._own(place, number), LiftForm()

        def end(values: dict[str, Any]) -> None:
            lift(code, number, reason=values["reason"], by=g.account.email, at=now())

        if self.saved(form, end, "De beperking is opgeheven."):
            return redirect(url_for("learner.index", place=place, number=number))
        return self._show(code, number, form)

    @expose("/alles.<any(json, xlsx):kind>")
    @needs("change")
    def everything(self, place: str, number: str, kind: str) -> FlaskResponse:
        """Give all that is held as a file."""
        code = self._own(place, number)
        access_log.record(
            g.account, "learners", at=now(), action="download", numbers=[number],
            purpose="inzage (AVG artikel 15)",
        )  # fmt: skip
        document = everything_about(code, number)
        file = io.BytesIO()
        if kind == "xlsx":
            write_workbook(file, document)
        else:
            file.write(json.dumps(document, ensure_ascii=False, indent=2).encode())
        file.seek(0)
        mime = XLSX_TYPE if kind == "xlsx" else "application/json"
        return send_file(file, mime, as_attachment=True, download_name=f"inzage.{kind}")
