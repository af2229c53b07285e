"""The plan of a takeover: milestones from the day that it is known to the last handover. Pure."""

from datetime import date

from core.small_numbers import few_text
from procurement.plan.documents import Header, PlanDocument, PlanStep
from procurement.plan.steps import Kind, Link, Unit
from procurement.takeover.rules import MOST_WITHOUT_APPROVAL, Takeover

PHASE = "Overname"


def takeover_plan(
    header: Header, takeover: Takeover, *, starts_on: date, name: str
) -> PlanDocument:
    """Milestones with what has to be done for these people."""
    # A plan is read by more people than the counts are for.
    left = takeover.total - takeover.count_placed
    placed = few_text(takeover.count_placed)
    schools = ", ".join(sorted({one.school.name for one in takeover.placed}))
    steps = (
        _task("1", f"Gesprek met {name} over de laatste lesdag", 5, starts_on=starts_on),
        _task("2", "Colleges en cursisten geïnformeerd", 5),
        _task(
            "3",
            "Afspraken met de aanbieders die overnemen",
            10,
            note=f"Aanbieders: {schools or 'nog geen'}. Cursisten: {placed}.",
        ),
        _task(
            "4",
            "Akkoord van Blik op Werk",
            10,
            note=f"Nodig voor wie meer dan {MOST_WITHOUT_APPROVAL} cursisten overneemt.",
        ),
        _task("5", "Warme overdracht per cursist", 20, note="Met niveau, PIP en afspraken."),
        _task(
            "6",
            "Oplossing voor wie geen plaats heeft",
            30,
            note=f"Cursisten zonder plaats: {few_text(left)}.",
        ),
        PlanStep("7", "Iedereen heeft weer les", PHASE, Kind.MILESTONE, None, "contractmanager"),
    )
    links = (
        Link("1", "2"), Link("1", "3"), Link("3", "4"), Link("4", "5"), Link("2", "5"),
        Link("3", "6"), Link("5", "7"), Link("6", "7"),
    )  # fmt: skip
    return PlanDocument(header, steps, links)


def _task(
    code: str, title: str, days: int, *, note: str = "", starts_on: date | None = None
) -> PlanStep:
    return PlanStep(
        code, title, PHASE, Kind.TASK, None, "contractmanager", days, Unit.WORKING, note=note,
        earliest_start=starts_on,
    )  # fmt: skip
