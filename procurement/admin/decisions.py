"""Decisions: the matrix, one milestone for all gemeenten, and all that one gemeente must decide."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import abort, g, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from core import municipalities
from core.accounts import Role, visible
from core.admin import needs
from core.dates import today
from core.db import transaction
from core.errors import DomainError
from procurement.admin.base import PlanningBase, crumbs
from procurement.admin.rows import OUTCOME_TAGS, matrix
from procurement.models import ContractingProcess
from procurement.plan import operations, queries
from procurement.plan.documents import PlanDecision, PlanStep
from procurement.plan.forms import OUTCOME_WORDS, DecisionRowForm, ReasonForm
from procurement.plan.health import meeting_conflict
from procurement.plan.outlook import Outlook, look
from procurement.plan.steps import SETTLED, Outcome
from procurement.plan.validity import require_decision
from procurement.scopes import may_decide_for


@dataclass(frozen=True)
class DecisionRow:
    """One gemeente at one decision; ``form`` is none when this account only reads it."""

    code: str
    step: PlanStep
    decision: PlanDecision
    form: Any
    expected: date | None
    conflict: str
    word: str
    tag: str

    @property
    def changed(self) -> PlanDecision | None:
        """What was filled in, when it differs from what the page showed."""
        form = self.form
        if form is None or all(field.data == field.object_data for field in form):
            return None
        return PlanDecision(
            self.step.code, self.decision.municipality, self.decision.body,
            Outcome(form.outcome.data), form.meeting_on.data, form.decided_on.data,
            form.document.data,
        )  # fmt: skip


class DecisionPages(PlanningBase):
    """Every decision is filled in in a table, and a table is saved as a whole."""

    @expose("/<code>/besluiten/")
    def decisions(self, code: str) -> str:
        """Show who decides what, and when."""
        outlook = self._outlook(self._process(code))
        return self.render(
            "procurement/decisions.html",
            outlook=outlook,
            header=outlook.document.header,
            crumbs=crumbs(code),
            matrix=matrix(outlook),
        )

    @expose("/<code>/besluiten/<step>/", methods=("GET", "POST"))
    @needs("decide")
    def step_decisions(self, code: str, step: str) -> Response | str:
        """Enter how far all gemeenten are with one milestone."""
        outlook = self._outlook(self._process(code))
        at = outlook.document.step(step)
        rows = [row for row in _rows(outlook) if row.step.code == step]
        if at is None or not rows:
            abort(404)
        form: Any = ReasonForm()
        if self._keep(form, rows):
            return redirect(url_for("planning.step_decisions", code=code, step=step))
        done = sum(row.decision.outcome in SETTLED for row in rows)
        return self.render(
            "procurement/decide.html", form=form, rows=rows, crumbs=[
                *crumbs(code), ("Besluiten", url_for("planning.decisions", code=code)),
            ],
            title=f"{at.code} {at.title}", by_step=False,
            answer=f"{done} van {len(rows)} besluiten zijn genomen of niet nodig. "
            f"{outlook.judgements[step].reason}",
        )  # fmt: skip

    @expose("/<code>/besluiten/<step>/<municipality>/")
    @needs("decide")
    def decision(self, code: str, step: str, municipality: str) -> Response:
        """Lead an older address to the row of this gemeente."""
        return redirect(
            url_for("planning.step_decisions", code=code, step=step, _anchor=f"g{municipality}")
        )

    @expose("/besluiten/", methods=("GET", "POST"))
    @needs("decide")
    def own_decisions(self) -> Response | str:
        """Show what one gemeente still has to decide, over all trajecten, to fill in there."""
        places = _places()
        asked = request.args.get("gemeente", "")
        if asked and asked not in places:
            abort(404)
        chosen = [asked] if asked else places if g.account.role == Role.MUNICIPALITY else []
        running = visible(ContractingProcess, g.account).where(
            ContractingProcess.status == "lopend"
        )
        rows = [
            row
            for process in running.order_by(ContractingProcess.code)
            for row in _rows(look(queries.load(process), today()))
            if row.decision.municipality in chosen and row.decision.outcome not in SETTLED
        ]
        rows.sort(key=lambda row: row.expected or date.max)
        form: Any = ReasonForm()
        if self._keep(form, rows):
            return redirect(url_for("planning.own_decisions", gemeente=asked or None))
        names = [municipalities.name(code) for code in chosen]
        return self.render(
            "procurement/decide.html", form=form, rows=rows, crumbs=crumbs(), by_step=True,
            title=f"Besluiten die {' en '.join(names)} moet nemen" if chosen
            else "Besluiten van een gemeente",
            answer=_own_answer(rows, chosen=bool(chosen)),
            places=[(code, municipalities.name(code)) for code in places], asked=asked,
        )  # fmt: skip

    def _keep(self, form: Any, rows: list[DecisionRow]) -> bool:
        return self.saved(form, lambda data: self._change(rows, data["reason"]))

    def _change(self, rows: list[DecisionRow], reason: str) -> None:
        """Save every row that differs; refuse all of it when one of them cannot be."""
        asked: dict[str, list[PlanDecision]] = {}
        wrong = False
        for row in rows:
            # A row that was not sent asks for nothing.
            if row.form is None or f"{row.form._prefix}seen" not in request.form:
                continue
            if not row.form.validate():
                wrong = True
                continue
            new = row.changed
            if new is None:
                continue
            try:
                require_decision(new, today())
            except DomainError as error:
                row.form.fill_errors(error)
                wrong = True
            asked.setdefault(row.code, []).append(new)
        if wrong:
            raise DomainError("rows", "Niets is bewaard. Verbeter eerst de cellen met een melding.")
        with transaction():
            for code, decisions in asked.items():
                operations.decide_all(code, decisions, reason=reason, **self._who())


def _places() -> list[str]:
    """Gemeenten whose decisions this account may enter, by name."""
    if g.account.role == Role.MUNICIPALITY:
        return sorted(g.account.municipalities, key=municipalities.name)
    processes = visible(ContractingProcess, g.account)
    return sorted(queries.deciding_municipalities(processes), key=municipalities.name)


def _own_answer(rows: list[DecisionRow], *, chosen: bool) -> str:
    if not chosen:
        return "Kies een gemeente. Je ziet dan alles wat zij nog moet besluiten."
    if not rows:
        return "Er staat geen besluit open."
    without = sum(row.decision.meeting_on is None for row in rows)
    text = f"{len(rows)} {'besluit' if len(rows) == 1 else 'besluiten'} open"
    return f"{text}, waarvan {without} zonder vergadering." if without else f"{text}."


def _rows(outlook: Outlook) -> Iterable[DecisionRow]:
    document = outlook.document
    steps = {step.code: step for step in document.steps}
    locals_ = {(s.code, d.municipality): d for s in outlook.plan.steps for d in s.decisions}
    for d in sorted(document.decisions, key=lambda d: municipalities.name(d.municipality)):
        form = None
        if may_decide_for(g.account, d.municipality):
            values = {
                "outcome": str(d.outcome), "meeting_on": d.meeting_on,
                "decided_on": d.decided_on, "document": d.document,
            }  # fmt: skip
            prefix = f"{document.header.code}.{d.step}.{d.municipality}"
            form = DecisionRowForm(prefix=prefix, data=values)
            form.is_about(queries.THING, document.header.code, action="besluit")
        yield DecisionRow(
            document.header.code, steps[d.step], d, form,
            outlook.forecasts[d.step].local_dates.get(d.municipality),
            meeting_conflict(
                outlook.plan, locals_[d.step, d.municipality], outlook.forecasts[d.step]
            ),
            OUTCOME_WORDS[d.outcome], OUTCOME_TAGS[d.outcome],
        )  # fmt: skip
