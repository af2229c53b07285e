"""If an aanbieder fails tomorrow: who can take over whom, and a plan of it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Self

from flask import abort, flash, g, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response
from wtforms import BooleanField, SelectChoice, SelectField

from core.accounts import Role, visible
from core.admin import Page, needs
from core.dates import now, today
from core.formats import MISSING, count_text
from core.municipalities import name as municipality_name
from core.pages.fields import DutchDateField, Required, SafeForm, TextField
from core.small_numbers import count_or_hidden, few_text, is_small, parts_of_total
from procurement.plan.documents import Header, PlanDocument, to_plan
from procurement.plan.operations import add_document
from procurement.plan.planning import schedule
from procurement.plan.validity import ROUTES
from procurement.takeover import queries
from procurement.takeover.rules import (
    HANDOVER,
    Takeover,
    queue_days,
    take_over,
    takeover_plan,
)
from providers.models import Provider


class QuestionForm(SafeForm):
    """Which aanbieder, and from which day; sent as an address, so without a token."""

    class Meta(SafeForm.Meta):
        """Reading changes nothing."""

        csrf = False

    aanbieder = SelectField("Aanbieder die wegvalt")
    dag = DutchDateField("Vanaf welke dag", [Required("Vul de dag in.")])
    akkoord = BooleanField("Met akkoord van Blik op Werk voor meer dan 15 per aanbieder")

    @classmethod
    def asked(cls, names: Iterable[tuple[str, str]], values: object, day: date) -> Self:
        """Make the form out of an address; ``names`` are code and name."""
        form = cls(values, data={"dag": day})
        form.aanbieder.choices = [SelectChoice(code, name) for code, name in names]
        return form


class PlanForm(SafeForm):
    """Code of the traject that is made of it."""

    code = TextField(
        "Code van het traject",
        [Required("Vul een code in, bijvoorbeeld OVERNAME-2026.")],
        render_kw={"maxlength": 32},
    )


@dataclass(frozen=True)
class Case:
    """One school that fails on a day, and what could be done."""

    provider: Provider
    day: date
    month: date
    takeover: Takeover
    arrivals: dict[tuple[str, str], float]
    waits: dict[tuple[str, str], int]
    """School (code) and route -> days after which half of the newcomers have lessons there."""
    waits_after: dict[tuple[str, str], int | None]
    """The same once the places are taken, by ``queue_days``."""

    def plan(self, code: str) -> PlanDocument:
        """What has to be done for these people, as a traject with this code."""
        name = self.provider.name
        header = Header(code, f"Overname van {name}", starts_on=self.day)
        return takeover_plan(header, self.takeover, starts_on=self.day, name=name)

    @property
    def lessons_by(self) -> date:
        """The day on which the last who takes an open place is handed over, by that plan."""
        return schedule(to_plan(self.plan(""), today()))[HANDOVER].end


class TakeoverPage(Page):
    """Ask what happens when an aanbieder fails."""

    thing = "takeover"

    @expose("/")
    def index(self) -> str:
        """Show the question, and the answer once a school is chosen."""
        form = self._form()
        case = _case(form) if "aanbieder" in request.args and form.validate() else None
        return self.render(
            "procurement/takeover.html",
            form=form,
            case=case,
            exact=g.account.role == Role.CONTRACT_MANAGER,
            answer=_answer(case),
            placed=_placed(case),
            left_over=_left_over(case),
            plan_form=PlanForm(),
        )

    @expose("/traject/", methods=("POST",))
    @needs("create")
    def make_plan(self) -> Response | str:
        """Make an inkooptraject with the milestones of this takeover."""
        question = self._form()
        if not question.validate():
            abort(400)
        case = _case(question) or abort(404)
        form = PlanForm()

        def change(given: dict[str, str]) -> None:
            plan = case.plan(given["code"])
            add_document(plan, by=g.account.email, at=now(), reason="overname")

        if self.saved(form, change, "Het traject is gemaakt."):
            return redirect(url_for("planning.one", code=form.code.data))
        flash(" ".join(message for field in form for message in field.errors), "error")
        day = f"{case.day:%d-%m-%Y}"
        approved = "y" if question.akkoord.data else None
        return redirect(url_for(".index", aanbieder=case.provider.code, dag=day, akkoord=approved))

    def _form(self) -> QuestionForm:
        names = [(p.code, p.name) for p in visible(Provider, g.account).order_by(Provider.name)]
        return QuestionForm.asked(names, request.args, today())


def _case(form: QuestionForm) -> Case | None:
    provider = (
        visible(Provider, g.account).where(Provider.code == form.aanbieder.data).get_or_none()
    )
    month = None if provider is None else queries.newest_month(provider)
    if provider is None or month is None:
        return None
    day = form.dag.data or today()
    schools = [
        replace(school, approved=bool(form.akkoord.data))
        for school in queries.other_schools(provider, month, day)
    ]
    takeover = take_over(queries.people_of(provider, month), schools)
    coming = takeover.per_school_and_route()
    takers = {code for code, _ in coming}
    waits, after = queries.usual_waits(takers, month), {}
    waiting, starts = queries.waiting(takers, month), queries.starts_per_week(takers, month)
    for school in schools:
        for route, teaching in school.teaching.items():
            key = (school.code, route)
            left = teaching.places - coming[key]
            queue = queue_days(waiting.get(key, 0), left, starts.get(key))
            usual = waits.get(key)
            after[key] = None if queue is None or usual is None else max(usual, queue)
    arrivals = queries.arrivals_per_week(provider, month)
    return Case(provider, day, month, takeover, arrivals, waits, after)


def _answer(case: Case | None) -> str:
    if case is None:
        return "Kies een aanbieder en een dag. Taalinkoop zoekt plaats bij de anderen."
    total, placed = case.takeover.total, case.takeover.count_placed
    if not total:
        return f"{case.provider.name} heeft geen cursisten die nog bezig zijn."
    if placed == total:
        return f"Valt {case.provider.name} weg, dan is er voor iedereen plaats bij een ander."
    return (
        f"Valt {case.provider.name} weg, dan is er voor {few_text(placed)} van de "
        f"{few_text(total)} cursisten plaats bij een ander; "
        f"{few_text(total - placed)} blijven over."
    )


def _texts(counts: Counter[tuple[str, ...]]) -> dict[tuple[str, ...], str]:
    """Counts as this account may read them: exact for contract management, else hidden if small."""
    if g.account.role == Role.CONTRACT_MANAGER:
        return {key: count_text(count) for key, count in counts.items()}
    names = {repr(key): count for key, count in counts.items()}
    hidden = parts_of_total(names)
    return {key: count_or_hidden(hidden[repr(key)]) for key in counts}


def _placed(case: Case | None) -> list[tuple[str, ...]]:
    if case is None:
        return []
    counts: Counter[tuple[str, ...]] = Counter()
    for one in case.takeover.placed:
        minutes = MISSING if one.minutes is None else f"{one.minutes}"
        where = municipality_name(one.people.municipality)
        key = (one.school.code, one.people.route)
        days = (count_text(case.waits.get(key)), count_text(_wait_after(case, key)))
        counts[one.school.name, ROUTES[one.people.route], where, minutes, *days] += one.count
    return [(*key[:3], text, *key[3:]) for key, text in sorted(_texts(counts).items())]


def _wait_after(case: Case, key: tuple[str, str]) -> int | None:
    """The wait there afterwards, where it tells nobody a small number."""
    small = is_small(case.takeover.per_school_and_route()[key])
    return None if small and g.account.role != Role.CONTRACT_MANAGER else case.waits_after[key]


def _left_over(case: Case | None) -> list[tuple[str, ...]]:
    if case is None:
        return []
    counts: Counter[tuple[str, ...]] = Counter()
    for one in case.takeover.left_over:
        counts[one.people.route, one.people.municipality, str(one.why)] += one.count
    return [
        (
            ROUTES[route],
            municipality_name(municipality),
            text,
            why,
            _wait(case, route, municipality, counts[route, municipality, why]),
        )
        for (route, municipality, why), text in sorted(_texts(counts).items())
    ]


SMALLEST_GROUP = 8
"""People with whom a school begins a new group; asked of the parties, no rule of law."""
WEEKS_AHEAD = 26


def _wait(case: Case, route: str, municipality: str, count: int) -> str:
    """How long until enough people are there for a new group, at last year's arrivals."""
    missing = SMALLEST_GROUP - count
    if missing <= 0:
        return "genoeg voor een nieuwe groep"
    rate = case.arrivals.get((route, municipality), 0.0)
    if not rate or missing / rate > WEEKS_AHEAD:
        return f"langer dan {WEEKS_AHEAD} weken"
    return f"ongeveer {missing / rate:.0f} weken"
