"""Entry: milestones, decisions, planversies, risks, actions, calendar, who joins."""

from dataclasses import fields
from typing import Any

from flask import abort, g, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from core.admin import needs
from core.errors import DomainError
from core.municipalities import name as municipality_name
from core.pages.fields import SafeForm
from procurement.admin.base import PlanningBase, crumbs
from procurement.admin.shown import (
    meeting_lines,
    participation_lines,
    read_meetings,
    read_participations,
    read_recesses,
    recess_lines,
    waits_of,
)
from procurement.exchange.sheets import read_waits
from procurement.plan import operations, queries
from procurement.plan.documents import PlanAction, PlanDecision, PlanRisk, PlanStep
from procurement.plan.forms import (
    NONE,
    ActionForm,
    BaselineForm,
    CalendarForm,
    DecisionForm,
    HeaderForm,
    ParticipationForm,
    RiskForm,
    StepForm,
    choices,
    municipality_choices,
)
from procurement.plan.steps import Kind, Outcome, Unit
from procurement.plan.terms import Procedure, Purpose
from procurement.scopes import may_decide_for


class EntryPages(PlanningBase):
    """Every change goes through a page of its own; nothing needs a script."""

    def _form(self, form: SafeForm, title: str, code: str, **more: Any) -> str:
        values = {"submit": "Bewaar", "note": ""} | more
        return self.render(
            "procurement/form.html",
            form=form,
            title=title,
            crumbs=crumbs(code),
            cancel=url_for("planning.one", code=code),
            **values,
        )

    @expose("/<code>/mijlpalen/nieuw/", methods=("GET", "POST"))
    @needs("change")
    def add_step(self, code: str) -> Response | str:
        """Add a milestone."""
        self._process(code)
        form: Any = StepForm()
        if form.validate_on_submit():
            done = self._saved(
                code, form, lambda: _put_step(code, form, None, self._who()),
                said=f"Mijlpaal {form.code.data} is toegevoegd.", place="mijlpalen",
            )  # fmt: skip
            if done:
                return done
        return self._form(form, "Nieuwe mijlpaal", code)

    @expose("/<code>/mijlpalen/<step>/", methods=("GET", "POST"))
    @needs("change")
    def step(self, code: str, step: str) -> Response | str:
        """Change a milestone."""
        outlook = self._outlook(self._process(code))
        old = outlook.document.step(step)
        if old is None:
            abort(404)
        form: Any = StepForm(data=_values(old) | {"waits": waits_of(outlook, step)})
        form.code.render_kw = {"readonly": True}
        if form.validate_on_submit():
            form.code.data = step
            done = self._saved(
                code, form, lambda: _put_step(code, form, old, self._who()),
                said=f"Mijlpaal {step} is bewaard.", place="mijlpalen",
            )  # fmt: skip
            if done:
                return done
        note = outlook.judgements[step].reason
        return self._form(form, f"{step} {old.title}", code, note=note)

    @expose("/<code>/besluiten/<step>/<municipality>/", methods=("GET", "POST"))
    @needs("decide")
    def decision(self, code: str, step: str, municipality: str) -> Response | str:
        """Enter how far one gemeente is; only for its own gemeente, or by the region."""
        process = self._process(code)
        key = (step, municipality)
        document = queries.load(process)
        old = next((d for d in document.decisions if (d.step, d.municipality) == key), None)
        at = document.step(step)
        if old is None or at is None:
            abort(404)
        if not may_decide_for(g.account, municipality):
            abort(403)
        form: Any = DecisionForm(data=_values(old))
        if form.validate_on_submit():
            new = PlanDecision(
                step, municipality, old.body, Outcome(form.outcome.data), form.meeting_on.data,
                form.decided_on.data, form.document.data,
            )  # fmt: skip
            done = self._saved(
                code, form,
                lambda: operations.decide(code, new, reason=form.reason.data, **self._who()),
                said=f"Het besluit van {municipality_name(municipality)} is bewaard.",
                place="besluiten",
            )  # fmt: skip
            if done:
                return done
        title = f"{municipality_name(municipality)}: {at.title}"
        return self._form(form, title, code, note=f"Orgaan: {old.body}.")

    @expose("/<code>/planversies/nieuw/", methods=("GET", "POST"))
    @needs("change")
    def baseline(self, code: str) -> Response | str:
        """Keep all dates as a planversie."""
        self._process(code)
        form: Any = BaselineForm()
        if form.validate_on_submit():
            done = self._saved(
                code, form,
                lambda: operations.add_baseline(code, form.reason.data, **self._who()),
                said="De planversie ligt vast.", place="planversies",
                page="planning.expected",
            )  # fmt: skip
            if done:
                return done
        return self._form(
            form, "Nieuwe planversie", code, submit="Leg vast",
            note="Alle verwachte data worden vastgelegd. Een planversie verandert niet meer.",
        )  # fmt: skip

    @expose("/<code>/risicos/", methods=("GET", "POST"))
    @needs("change")
    def risk(self, code: str) -> Response | str:
        """Add a risk, or change the one that the address names."""
        document = queries.load(self._process(code))
        named = request.args.get("risico", "")
        old = next((r for r in document.risks if r.title == named), None)
        form: Any = RiskForm(data=_values(old) if old else None)
        form.step.choices = [
            NONE,
            *choices((s.code, f"{s.code} {s.title}") for s in document.steps),
        ]
        if form.validate_on_submit():
            new = PlanRisk(
                form.title.data, form.chance.data, form.impact.data, form.measure.data,
                form.owner.data, form.step.data or None,
            )  # fmt: skip
            done = self._saved(
                code, form,
                lambda: operations.put_risk(code, new, old.title if old else None, **self._who()),
                said="Het risico is bewaard.", place="risicos", page="planning.risks",
            )  # fmt: skip
            if done:
                return done
        return self._form(form, "Risico", code)

    @expose("/<code>/acties/", methods=("GET", "POST"))
    @needs("change")
    def action(self, code: str) -> Response | str:
        """Add an action, or change the one that the address names."""
        document = queries.load(self._process(code))
        named = request.args.get("actie", "")
        old = next((a for a in document.actions if a.text == named), None)
        form: Any = ActionForm(data=_values(old) if old else None)
        if form.validate_on_submit():
            new = PlanAction(
                form.text.data, form.state.data, form.reason.data, form.owner.data,
                form.due_on.data,
            )  # fmt: skip
            done = self._saved(
                code, form,
                lambda: operations.put_action(code, new, old.text if old else None, **self._who()),
                said="De actie is bewaard.", place="acties", page="planning.risks",
            )  # fmt: skip
            if done:
                return done
        return self._form(form, "Actie", code)

    @expose("/<code>/gegevens/", methods=("GET", "POST"))
    @needs("change")
    def header(self, code: str) -> Response | str:
        """Change what is said once of a traject."""
        header = queries.load(self._process(code)).header
        form: Any = HeaderForm(data=_values(header))
        form.lead_municipality.choices = [NONE, *municipality_choices()]
        if form.validate_on_submit():
            values = {name: value for name, value in form.data.items() if name != "csrf_token"}
            values["procedure"] = Procedure(values["procedure"])
            values["lead_municipality"] = values["lead_municipality"] or None
            values["note"] = _lines_of(values["note"])
            done = self._saved(
                code, form, lambda: operations.change_header(code, values, **self._who()),
                said="De gegevens zijn bewaard.",
            )  # fmt: skip
            if done:
                return done
        return self._form(form, f"Gegevens van {code}", code)

    @expose("/<code>/kalender/", methods=("GET", "POST"))
    @needs("change")
    def calendar(self, code: str) -> Response | str:
        """Set recesses and meetings."""
        document = queries.load(self._process(code))
        form: Any = CalendarForm(
            data={
                "recesses": recess_lines(document.recesses),
                "meetings": meeting_lines(document.meetings),
            }
        )
        if form.validate_on_submit():
            done = self._saved(
                code, form,
                lambda: operations.put_calendar(
                    code,
                    _read(read_recesses, form.recesses.data, "recesses"),
                    _read(read_meetings, form.meetings.data, "meetings"),
                    **self._who(),
                ),
                said="De kalender is bewaard. Alle data zijn opnieuw berekend.",
            )  # fmt: skip
            if done:
                return done
        return self._form(form, f"Reces en vergaderingen van {code}", code)

    @expose("/<code>/deelname/", methods=("GET", "POST"))
    @needs("change")
    def participation(self, code: str) -> Response | str:
        """Say which gemeenten join for which routes."""
        document = queries.load(self._process(code))
        form: Any = ParticipationForm(data={"rows": participation_lines(document.participations)})
        if form.validate_on_submit():
            done = self._saved(
                code, form,
                lambda: operations.put_participations(
                    code, _read(read_participations, form.rows.data, "rows"), **self._who()
                ),
                said="De deelname is bewaard.",
            )  # fmt: skip
            if done:
                return done
        return self._form(form, f"Deelname aan {code}", code)


def _put_step(
    code: str, form: StepForm, old: PlanStep | None, who: dict[str, Any]
) -> dict[str, Any]:
    values = {f.name: form.data[f.name] for f in fields(PlanStep)}
    values["kind"], values["unit"] = Kind(values["kind"]), Unit(values["unit"])
    values["purpose"] = Purpose(values["purpose"]) if values["purpose"] else None
    values["duration"], values["progress"] = values["duration"] or 0, values["progress"] or 0
    values["note"] = _lines_of(values["note"])
    step = PlanStep(**values)
    process = queries.find(code)
    if old is None and process and queries.load(process).step(step.code) is not None:
        raise DomainError(
            "exists", f"Mijlpaal {step.code} is er al. Kies een andere code.", field="code"
        )
    links = _read(lambda text: read_waits(text, step.code), form.waits.data, "waits")
    return operations.put_step(code, step, links, **who)


def _read(read: Any, text: str | None, field: str) -> Any:
    try:
        return read(text or "")
    except ValueError as error:
        sentence = str(error)
        raise DomainError("unreadable", sentence[0].upper() + sentence[1:], field=field) from None


def _lines_of(text: str | None) -> str:
    """A browser sends its own line ends."""
    return (text or "").replace("\r\n", "\n").strip()


def _values(item: Any) -> dict[str, Any]:
    found = {}
    for field in fields(item):
        value = getattr(item, field.name)
        found[field.name] = str(value) if isinstance(value, str) else value
    return found
