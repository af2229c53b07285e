"""Entry: milestones, planversies, risks, actions, calendar, who joins, what is said once."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import date
from typing import Any

from flask import abort, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from core.admin import needs
from core.dates import Recess
from core.errors import DomainError
from core.pages.fields import SafeForm
from procurement.admin.base import PlanningBase, crumbs
from procurement.plan import operations, queries
from procurement.plan.documents import (
    PlanAction,
    PlanDocument,
    PlanMeeting,
    PlanParticipation,
    PlanRisk,
    PlanStep,
)
from procurement.plan.forms import (
    NONE,
    ActionForm,
    BaselineForm,
    CalendarForm,
    HeaderForm,
    MoveForm,
    ParticipationForm,
    RiskForm,
    StepForm,
    filled_rows,
    municipality_choices,
    name_places,
    step_choices,
)
from procurement.plan.steps import Kind, Link, LinkType, ReplanCause, Unit
from procurement.plan.terms import Procedure, Purpose


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
        document = queries.load(self._process(code))
        form: Any = StepForm(data={"waits": [{}] * 3})
        _name_steps(form, document)

        def change(_: dict[str, Any]) -> object:
            step = _step_of(form, form.code.data)
            if document.step(step.code) is not None:
                raise DomainError(
                    "exists", f"Mijlpaal {step.code} is er al. Kies een andere code.", field="code"
                )
            return operations.put_step(code, step, _links_of(form, step.code), **self._who())

        if self.saved(form, change, "De mijlpaal is toegevoegd."):
            return self._to(code, page="planning.steps")
        return self._form(form, "Nieuwe mijlpaal", code)

    @expose("/<code>/mijlpalen/<step>/", methods=("GET", "POST"))
    @needs("change")
    def step(self, code: str, step: str) -> Response | str:
        """Change a milestone."""
        outlook = self._outlook(self._process(code))
        document = outlook.document
        old = document.step(step)
        if old is None:
            abort(404)
        waits = [_values(link) for link in document.links if link.after == step]
        form: Any = StepForm(data=_values(old) | {"waits": [*waits, {}, {}]})
        _name_steps(form, document)
        form.code.render_kw = {"readonly": True}
        if self.saved(
            form,
            lambda _: operations.put_step(
                code, _step_of(form, step), _links_of(form, step), **self._who()
            ),
            f"Mijlpaal {step} is bewaard.",
        ):
            return self._to(code, page="planning.steps")
        note = outlook.judgements[step].reason
        return self._form(form, f"{step} {old.title}", code, note=note)

    @expose("/<code>/planversies/nieuw/", methods=("GET", "POST"))
    @needs("change")
    def baseline(self, code: str) -> Response | str:
        """Keep all dates as a planversie."""
        document = queries.load(self._process(code))
        form: Any = BaselineForm()
        if document.last_baseline is None:
            # Nothing was planned yet that could have moved.
            del form.cause
        if self.saved(
            form,
            lambda data: operations.add_baseline(
                code, data["reason"], ReplanCause(data.get("cause") or ReplanCause.OWN),
                **self._who(),
            ),
            "De planversie ligt vast.",
        ):  # fmt: skip
            return self._to(code, "planversies", "planning.expected")
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
        form.step.choices = step_choices(document.steps)

        def change(data: dict[str, Any]) -> object:
            risk = PlanRisk(**_own(PlanRisk, data) | {"step": data["step"] or None})
            return operations.put_risk(code, risk, old.title if old else None, **self._who())

        if self.saved(form, change, "Het risico is bewaard."):
            return self._to(code, "risicos", "planning.risks")
        return self._form(form, "Risico", code)

    @expose("/<code>/acties/", methods=("GET", "POST"))
    @needs("change")
    def action(self, code: str) -> Response | str:
        """Add an action, or change the one that the address names."""
        document = queries.load(self._process(code))
        named = request.args.get("actie", "")
        old = next((a for a in document.actions if a.text == named), None)
        form = ActionForm(data=_values(old) if old else None)

        def change(data: dict[str, Any]) -> object:
            action = PlanAction(**_own(PlanAction, data))
            return operations.put_action(code, action, old.text if old else None, **self._who())

        if self.saved(form, change, "De actie is bewaard."):
            return self._to(code, "acties", "planning.risks")
        return self._form(form, "Actie", code)

    @expose("/<code>/gegevens/", methods=("GET", "POST"))
    @needs("change")
    def header(self, code: str) -> Response | str:
        """Change what is said once of a traject."""
        process = self._process(code)
        header = queries.load(process).header
        form: Any = HeaderForm(data=_values(header) | {"overlap": ""})
        if queries.estimated_tracks(process) is not None:
            form.tracks.render_kw = {"readonly": True}
            form.tracks.description = "Telt op uit de raming bij Schaal."
        form.lead_municipality.choices = [NONE, *municipality_choices()]

        def change(data: dict[str, Any]) -> object:
            values = {name: value for name, value in data.items() if name != "csrf_token"}
            values["procedure"] = Procedure(values["procedure"])
            values["lead_municipality"] = values["lead_municipality"] or None
            values["note"] = _lines_of(values["note"])
            reason = values.pop("overlap")
            return operations.change_header(code, values, reason=reason, **self._who())

        if self.saved(form, change, "De gegevens zijn bewaard."):
            return self._to(code)
        return self._form(form, f"Gegevens van {code}", code)

    @expose("/<code>/schuif-alles/", methods=("GET", "POST"))
    @needs("change")
    def move(self, code: str) -> Response | str:
        """Move everything along with the law or the target date."""
        self._process(code)
        form = MoveForm()
        if self.saved(
            form,
            lambda data: operations.move_goal(
                code, data["go_live"], data["reason"], ReplanCause(data["cause"]), **self._who()
            ),
            "Alles is verschoven. De oude en de nieuwe data staan elk in een planversie.",
        ):
            return self._to(code)
        return self._form(
            form, f"Alles schuiven in {code}", code, submit="Schuif alles",
            note="De data van nu worden een planversie, en die van na het schuiven de volgende. "
            "Wat nog niet begonnen is en een vaste datum heeft, schuift even ver mee. Ingevulde "
            "vergaderingen blijven staan.",
        )  # fmt: skip

    @expose("/<code>/activeer/", methods=("POST",))
    @needs("change")
    def activate(self, code: str) -> Response:
        """Let a draft count."""
        self._process(code)
        form = SafeForm()
        if not self.saved(
            form, lambda _: operations.activate(code, **self._who()), "Het traject is actief."
        ):
            abort(400)
        return self._to(code)

    @expose("/<code>/kalender/", methods=("GET", "POST"))
    @needs("change")
    def calendar(self, code: str) -> Response | str:
        """Set recesses and meetings."""
        document = queries.load(self._process(code))
        form: Any = CalendarForm(
            data={
                "recesses": [*map(_values, document.recesses), {}, {}],
                "meetings": [*_bodies(document.meetings), *[{}] * 3],
            }
        )
        name_places(form.meetings, document.municipalities)

        def change(_: dict[str, Any]) -> object:
            recesses = tuple(Recess(**row) for row in filled_rows(form.recesses))
            meetings = [
                PlanMeeting(row["municipality"], row["body"], day)
                for row in filled_rows(form.meetings)
                for day in row["days"]
            ]
            return operations.put_calendar(
                code, recesses, tuple(dict.fromkeys(meetings)), **self._who()
            )

        if self.saved(form, change, "De kalender is bewaard. Alle data zijn opnieuw berekend."):
            return self._to(code)
        return self._form(form, f"Reces en vergaderingen van {code}", code)

    @expose("/<code>/deelname/", methods=("GET", "POST"))
    @needs("change")
    def participation(self, code: str) -> Response | str:
        """Say which gemeenten join for which routes."""
        document = queries.load(self._process(code))
        rows = [*map(_values, document.participations), *[{}] * 5]
        form: Any = ParticipationForm(data={"rows": rows})
        name_places(form.rows, queries.regional_municipalities())

        def change(_: dict[str, Any]) -> object:
            joining = tuple(PlanParticipation(**row) for row in filled_rows(form.rows))
            return operations.put_participations(code, joining, **self._who())

        if self.saved(form, change, "De deelname is bewaard."):
            return self._to(code)
        return self._form(form, f"Deelname aan {code}", code)


def _bodies(meetings: Iterable[PlanMeeting]) -> list[dict[str, Any]]:
    """Meetings as rows: the days of one body together."""
    days: dict[tuple[str, str], list[date]] = {}
    for meeting in meetings:
        days.setdefault((meeting.municipality, meeting.body), []).append(meeting.held_on)
    return [
        {"municipality": place, "body": body, "days": tuple(sorted(dates))}
        for (place, body), dates in days.items()
    ]


def _name_steps(form: Any, document: PlanDocument) -> None:
    """Let what a step waits for be chosen by number and name."""
    for row in form.waits:
        row.before.choices = step_choices(document.steps)


def _step_of(form: Any, code: str) -> PlanStep:
    values = _own(PlanStep, form.data)
    values["code"] = code
    values["kind"], values["unit"] = Kind(values["kind"]), Unit(values["unit"])
    values["purpose"] = Purpose(values["purpose"]) if values["purpose"] else None
    values["duration"], values["progress"] = values["duration"] or 0, values["progress"] or 0
    values["note"] = _lines_of(values["note"])
    return PlanStep(**values)


def _links_of(form: Any, after: str) -> tuple[Link, ...]:
    return tuple(
        Link(row["before"], after, LinkType(row["type"]), row["lag"] or 0, Unit(row["unit"]))
        for row in filled_rows(form.waits)
    )


def _own(kind: Any, data: dict[str, Any]) -> dict[str, Any]:
    """The values of a form that belong to a dataclass."""
    return {field.name: data[field.name] for field in fields(kind) if field.name in data}


def _lines_of(text: str | None) -> str:
    """A browser sends its own line ends."""
    return (text or "").replace("\r\n", "\n").strip()


def _values(item: Any) -> dict[str, Any]:
    values = {field.name: getattr(item, field.name) for field in fields(item)}
    return {n: str(v) if isinstance(v, str) else v for n, v in values.items()}
