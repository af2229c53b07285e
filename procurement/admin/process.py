"""One inkooptraject: plan, expectation, risks and actions, 'wat als', and their files."""

from collections.abc import Callable
from typing import Any

from flask import abort, flash, g, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from core.accounts import visible
from core.admin import needs
from core.charts.pictures import Chart
from core.errors import DomainError
from core.export import download
from core.municipalities import name as municipality_name
from procurement.admin.base import PlanningBase, chart_file, crumbs
from procurement.admin.history import MOST, sentences_of
from procurement.admin.rows import Matrix, lines, matrix, version_rows
from procurement.charts import decision_matrix, float_chart, gantt, milestone_trend, start_chance
from procurement.models import Breach, CalendarLink, ContractingProcess
from procurement.plan import operations, queries
from procurement.plan.fair_forecast import FEWEST, Case, FairForecast, fair_forecast
from procurement.plan.health import Health, driving_chain
from procurement.plan.outlook import Outlook
from procurement.plan.planning import Change, differences, shifted
from procurement.plan.terms import PROCEDURE_NAMES

FURTHEST = 3650
PICTURES: dict[str, Callable[[Outlook], Chart | None]] = {
    "gantt": gantt,
    "speling": float_chart,
    "trend": milestone_trend,
    "besluiten": decision_matrix,
}


class ProcessPages(PlanningBase):
    """The page of one traject and its pictures."""

    @expose("/<code>/")
    def one(self, code: str) -> str:
        """Show when one traject is done, and why then."""
        process = self._process(code)
        outlook = self._outlook(process)
        return self.render(
            "procurement/process.html",
            outlook=outlook,
            header=outlook.document.header,
            procedure=PROCEDURE_NAMES[outlook.document.header.procedure],
            crumbs=crumbs(),
            gantt=gantt(outlook),
            floats=float_chart(outlook),
            path=_path(outlook),
            step_on_hold=next((s for s in outlook.plan.steps if s.hold and not s.actual_end), None),
        )

    @expose("/<code>/mijlpalen/")
    def steps(self, code: str) -> str:
        """Show the milestones of one traject, with its files and agenda."""
        process = self._process(code)
        outlook = self._outlook(process)
        wanted = {name: request.args.get(name, "") for name in ("fase", "gezondheid", "eigenaar")}
        steps = outlook.document.steps
        judged = [judgement.health for judgement in outlook.judgements.values()]
        return self.render(
            "procurement/steps.html",
            header=outlook.document.header,
            crumbs=crumbs(code),
            sentence=_steps_sentence(judged),
            lines=lines(
                outlook,
                phase=wanted["fase"],
                health=wanted["gezondheid"],
                owner=wanted["eigenaar"],
            ),
            wanted=wanted,
            phases=list(dict.fromkeys(s.phase for s in steps if s.phase)),
            owners=sorted({s.owner for s in steps if s.owner}),
            healths=sorted({str(health) for health in judged}),
            links=_links(process),
        )

    @expose("/<code>/<any(gantt, speling, trend, besluiten):which>.<any(svg, png, csv):kind>")
    def picture(self, code: str, which: str, kind: str) -> Response:
        """Give a picture, or its table, as a file."""
        outlook = self._outlook(self._process(code))
        chart = PICTURES[which](outlook)
        if chart is None:
            abort(404)
        return chart_file(chart, kind)

    @expose("/<code>/verwachting/")
    def expected(self, code: str) -> str:
        """Show when the service starts if our own past repeats itself."""
        outlook, past, forecast = self._expected(code)
        return self.render(
            "procurement/expected.html",
            outlook=outlook,
            crumbs=crumbs(code),
            past=past,
            fewest=FEWEST,
            found=forecast,
            curve=None if forecast is None else start_chance(forecast),
            trend=milestone_trend(outlook),
        )

    @expose("/<code>/planversies/<int:number>/")
    @expose("/<code>/planversies/<int:number>.<any(csv, xlsx):kind>")
    def version(self, code: str, number: int, kind: str | None = None) -> str | Response:
        """Show a planversie beside another one, or beside what is expected now; or give it so."""
        outlook = self._outlook(self._process(code))
        versions = {b.number: b for b in outlook.document.baselines}
        asked = request.args.get("met", "")
        other = versions.get(int(asked)) if asked.isdecimal() else None
        if number not in versions or (asked and other is None):
            abort(404)
        rows = version_rows(outlook, versions[number], other)
        if kind is not None:
            header = ("Code", "Mijlpaal", "Begin", "Einde", "Vergeleken met", "Verschil")
            cells = ((r.code, r.title, r.begin, r.end, r.other, r.difference) for r in rows)
            return download(f"planversie-{number}-{code}", kind, header, cells)
        return self.render(
            "procurement/version.html",
            code=code,
            crumbs=[*crumbs(code), ("Verwachting", url_for("planning.expected", code=code))],
            version=versions[number],
            others=[b for b in versions.values() if b.number != number],
            chosen=other.number if other else None,
            rows=rows,
            moved=sum(row.end != row.other for row in rows),
        )

    @expose("/<code>/risicos-en-acties/")
    def risks(self, code: str) -> str:
        """Show risks, actions, and the terms of law that the plan once broke."""
        process = self._process(code)
        return self.render(
            "procurement/risks.html",
            document=queries.load(process),
            crumbs=crumbs(code),
            breaches=list(Breach.select().where(Breach.process == process).order_by(Breach.id)),
        )

    @expose("/<code>/verwachting.<any(svg, png, csv):kind>")
    def expected_picture(self, code: str, kind: str) -> Response:
        """Give the picture of the chance, or its table, as a file."""
        forecast = self._expected(code)[2]
        if forecast is None:
            abort(404)
        return chart_file(start_chance(forecast), kind)

    def _expected(self, code: str) -> tuple[Outlook, list[Case], FairForecast | None]:
        outlook = self._outlook(self._process(code))
        past = queries.finished_steps(visible(ContractingProcess, g.account))
        return outlook, past, fair_forecast(outlook, past)

    @expose("/<code>/mijlpalen.<any(csv, xlsx):kind>")
    def download_lines(self, code: str, kind: str) -> Response:
        """Give the milestone table as a file."""
        outlook = self._outlook(self._process(code))
        header = (
            "Code", "Mijlpaal", "Fase", "Soort", "Eigenaar", "Gepland", "Verwacht begin",
            "Verwacht einde", "Uiterlijk", "Speling (werkdagen)", "Verloop", "Waarom",
        )  # fmt: skip
        rows = (
            (
                n.step.code, n.step.title, n.step.phase, str(n.step.kind), n.step.owner, n.planned,
                n.start, n.end, n.latest, n.room, str(n.health), n.reason,
            )
            for n in lines(outlook)
        )  # fmt: skip
        return download(f"mijlpalen-{code}", kind, header, rows)

    @expose("/<code>/besluiten.<any(xlsx):kind>")
    def download_decisions(self, code: str, kind: str) -> Response:
        """Give the decision matrix as a file."""
        decisions = matrix(self._outlook(self._process(code)))
        header = ["Gemeente", *(f"{s.code} {s.title}" for s in decisions.steps)]
        return download(f"besluiten-{code}", kind, header, _matrix_rows(decisions))

    @expose("/<code>/wat-als/", methods=("GET", "POST"))
    @needs("read", POST="change")
    def what_if(self, code: str) -> Response | str:
        """Shift a step or a decision, see what moves, and keep it or not."""
        process = self._process(code)
        outlook = self._outlook(process)
        asked = request.values
        step, place = asked.get("stap", ""), asked.get("gemeente", "") or None
        typed = asked.get("dagen", "").strip()
        changes: list[Change] = []
        problem = ""
        if typed:
            try:
                days = _days(typed)
                changes = differences(
                    outlook.plan, outlook.forecasts, shifted(outlook.plan, step, days, place)
                )
                if request.method == "POST":
                    operations.shift_step(code, step, days, place, **self._who())
                    flash("De verschuiving is bewaard.", "success")
                    return self._to(code)
            except DomainError as error:
                problem = error.message
        return self.render(
            "procurement/what_if.html",
            outlook=outlook,
            crumbs=crumbs(code),
            step=step,
            place=place,
            typed=typed,
            changes=changes,
            goal=next((c for c in changes if c.code == outlook.document.goal), None),
            touched=_touched(changes),
            problem=problem,
        )

    @expose("/<code>/geschiedenis/")
    def history(self, code: str) -> str:
        """Show who changed what, when and why."""
        process = self._process(code)
        return self.render(
            "procurement/history.html",
            code=code,
            crumbs=crumbs(code),
            lines=[(line, *sentences_of(line)) for line in queries.history(process, 200)],
            most=MOST,
        )


def _steps_sentence(judged: list[Health]) -> str:
    """How many milestones are done, and how many late."""
    done = sum(health in (Health.DONE, Health.DONE_LATE, Health.CANCELLED) for health in judged)
    late = sum(health in (Health.LATE, Health.BLOCKED) for health in judged)
    text = f"{done} van {len(judged)} mijlpalen zijn klaar"
    return (
        f"{text}, {late} {'is' if late == 1 else 'zijn'} te laat of geblokkeerd."
        if late
        else f"{text}."
    )


def _path(outlook: Outlook) -> list[Any]:
    """Steps that drive the goal, from where the dates come from to the goal."""
    if outlook.document.goal is None:
        return []
    chain = driving_chain(outlook.forecasts, outlook.document.goal)
    return [outlook.document.step(code) for code in reversed(chain)]


def _links(process: ContractingProcess) -> list[CalendarLink]:
    return list(
        CalendarLink.select()
        .where(
            CalendarLink.process == process,
            CalendarLink.made_by == g.account.email,
            CalendarLink.revoked_at.is_null(),
        )
        .order_by(CalendarLink.id)
    )


def _matrix_rows(decisions: Matrix) -> list[list[str]]:
    return [
        [
            municipality_name(code),
            *(f"{c.word} {c.day:%d-%m-%Y}" if c and c.day else c.word if c else "" for c in cells),
        ]
        for code, cells in decisions.rows
    ]


def _days(text: str) -> int:
    try:
        days = int(text)
    except ValueError:
        days = FURTHEST + 1
    if abs(days) > FURTHEST:
        raise DomainError(
            "days", "Vul een heel aantal dagen in, bijvoorbeeld 14, of -7 voor eerder."
        )
    return days


def _touched(changes: list[Change]) -> list[str]:
    codes = {code for change in changes for code in change.municipalities}
    return sorted(municipality_name(code) for code in codes)
