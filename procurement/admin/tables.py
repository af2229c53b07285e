"""Tables under Beheer of what is planned: trajecten, mijlpalen and besluiten over all trajecten."""

from dataclasses import replace
from datetime import date
from typing import Any

from flask import g, url_for
from flask_admin import BaseView

import procurement.scopes  # noqa: F401  registers which rows an account may see
from core.accounts import visible
from core.dates import now
from core.errors import DomainError
from core.municipalities import name as municipality_name, names as municipality_names
from core.pages.fields import DutchDateField, Required
from core.pages.lists import Filter, choice_filter, day_filters
from core.pages.model_view import SafeModelView
from core.pages.tables import BulkAction
from procurement.models import ContractingProcess, Decision, Milestone
from procurement.plan import queries
from procurement.plan.documents import PlanDecision
from procurement.plan.health import Health
from procurement.plan.operations import decide_all, put_step
from procurement.plan.steps import Outcome

CATEGORY = "Planning"
HEALTHS = [(str(one), str(one)) for one in Health]
OUTCOMES = [(str(one), str(one).replace("_", " ")) for one in Outcome]
STATUSES = [(word, word) for word in ("concept", "lopend", "afgerond", "gestopt")]


def _processes() -> list[tuple[str, str]]:
    mine = visible(ContractingProcess, g.account).order_by(ContractingProcess.code)
    return [(one.code, one.code) for one in mine]


def _gemeenten() -> list[tuple[str, str]]:
    mine = visible(Decision, g.account, Decision.select(Decision.municipality)).distinct()
    codes = {one.municipality for one in mine}
    return sorted(((c, municipality_names().get(c, c)) for c in codes), key=lambda pair: pair[1])


def _process_filter() -> Filter:
    return Filter(
        "traject", "Traject", lambda query, code: query.where(ContractingProcess.code == code),
        choices_of=_processes,
    )  # fmt: skip


class ProcessTable(SafeModelView):
    """Inkooptrajecten; each leads to its plan, where it is changed."""

    thing = "planning"
    about = "Elke inkoop, met zijn stand."
    column_list = ("code", "name", "procedure", "status", "go_live", "expected_go_live", "health")
    column_details_list = (*column_list, "contract_until", "tracks", "headline")
    labels = {"health": "Verloop"}
    search_columns = (ContractingProcess.code, ContractingProcess.name)
    list_filters = (
        choice_filter("stand", "Stand", ContractingProcess.status, STATUSES),
        choice_filter("verloop", "Verloop", ContractingProcess.health, HEALTHS),
        *day_filters("start", "Start", ContractingProcess.go_live),
    )
    default_sort = "code"

    def details_url(self, row: ContractingProcess) -> str:
        """The plan itself."""
        return url_for("planning.one", code=row.code)


class PlanTable(SafeModelView):
    """A table of which each row is a part of a plan."""

    def audited_as(self, row: Any) -> tuple[str, object]:
        """What changes is the plan."""
        return queries.THING, row.process.code


class MilestoneTable(PlanTable):
    """Mijlpalen of all trajecten; owner and deadline can be changed in the list."""

    thing = "planning"
    about = "Alle stappen van alle trajecten."
    column_list = (
        "title", "code", "process.code", "owner", "deadline", "expected_end", "total_float",
        "health",
    )  # fmt: skip
    brief_columns = ("title", "expected_end", "health")
    column_details_list = (*column_list, "latest_end", "actual_end", "reason", "note")
    form_columns = ("owner", "deadline")
    inline_columns = form_columns
    can_create = False
    joined = (Milestone.process,)
    labels = {"process.code": "Traject", "health": "Verloop"}
    search_columns = (Milestone.title, Milestone.owner, Milestone.code)
    list_filters = (
        _process_filter(),
        choice_filter("verloop", "Verloop", Milestone.health, HEALTHS),
        *day_filters("verwacht", "Verwacht", Milestone.expected_end),
    )
    default_sort = "expected_end"

    def store(self, row: Milestone, *, created: bool, before: dict[str, Any] | None) -> None:
        """Change the step in its plan, which is calculated anew."""
        del created, before
        step = queries.load(row.process).step(row.code)
        if step is None:
            raise DomainError("no_step", f"Mijlpaal {row.code} staat niet meer in dit plan.")
        changed = replace(step, owner=row.owner, deadline=row.deadline)
        put_step(row.process.code, changed, by=g.account.email, at=now())


def _schedule(view: SafeModelView, rows: Any, day: date) -> None:
    """Put all of them on the agenda of one day."""
    del view
    by_process: dict[str, list[PlanDecision]] = {}
    for row in rows:
        decision = replace(_decision(row), outcome=Outcome.SCHEDULED, meeting_on=day)
        by_process.setdefault(row.process.code, []).append(decision)
    for code, decisions in by_process.items():
        decide_all(code, decisions, by=g.account.email, at=now())


def _decision(row: Decision) -> PlanDecision:
    return PlanDecision(
        step=row.milestone.code,
        municipality=row.municipality,
        body=row.body,
        outcome=Outcome(row.outcome),
        meeting_on=row.meeting_on,
        decided_on=row.decided_on,
        document=row.document or "",
    )


class DecisionTable(PlanTable):
    """Besluiten of all trajecten and gemeenten: outcome and days are changed in the list."""

    thing = "planning"
    about = "Wat gemeenten besluiten, en wanneer."
    column_list = (
        "milestone.title", "municipality", "process.code", "body", "outcome", "meeting_on",
        "decided_on", "document",
    )  # fmt: skip
    brief_columns = ("milestone.title", "municipality", "outcome")
    form_columns = ("outcome", "meeting_on", "decided_on", "document")
    inline_columns = ("outcome", "meeting_on", "decided_on")
    can_create = False
    joined = (Decision.milestone, Decision.process)
    choices = {"outcome": OUTCOMES}
    labels = {"milestone.title": "Mijlpaal", "process.code": "Traject"}
    cells = {"municipality": lambda row: municipality_name(row.municipality)}
    search_columns = (Milestone.title, Decision.document)
    list_filters = (
        _process_filter(),
        Filter("gemeente", "Gemeente", lambda q, v: q.where(Decision.municipality == v),
               choices_of=_gemeenten),
        choice_filter("uitkomst", "Uitkomst", Decision.outcome, OUTCOMES),
        *day_filters("vergadering", "Vergadering", Decision.meeting_on),
    )  # fmt: skip
    default_sort = "meeting_on"
    bulk_actions = (
        BulkAction(
            "agenda",
            "Zet op de agenda van een dag",
            _schedule,
            lambda: DutchDateField("Vergadering", [Required("Vul de dag van de vergadering in.")]),
        ),
    )

    def store(self, row: Decision, *, created: bool, before: dict[str, Any] | None) -> None:
        """Enter the decision in its plan, which is calculated anew."""
        del created, before
        decide_all(row.process.code, [_decision(row)], by=g.account.email, at=now())


def views() -> list[BaseView]:
    """Make the tables; they belong to one application."""
    return [
        ProcessTable(ContractingProcess, "Trajecten", url="/beheer/trajecten", category=CATEGORY),
        MilestoneTable(Milestone, "Mijlpalen", url="/beheer/mijlpalen", category=CATEGORY),
        DecisionTable(Decision, "Besluiten", url="/beheer/besluiten", category=CATEGORY),
    ]
