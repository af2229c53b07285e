"""The evaluation as one report: what the page, the PDF and the workbook all print."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import quality.scopes  # noqa: F401  registers who sees what
from core.accounts import Account, visible
from core.formats import MISSING, count_text, day_text, euro_text
from core.municipalities import name as municipality_name
from quality.evaluation.models import (
    EVERYTHING,
    BudgetLine,
    HeardPoint,
    HousingTask,
    PlanAction,
    PlanGoal,
    YearCount,
)
from quality.evaluation.rules import (
    Housing,
    actions_sentence,
    budget_sentence,
    total_text,
    with_backlog,
)
from quality.indicators.rules import YearRow, cohort_text, value_text
from quality.report.blocks import Block, Report, Section, Table, Text

Cohort = tuple[str, Sequence[int], dict[str, dict[int, int | None]], str]
"""Peildatum in words, start years, state -> start year -> people (None: 1 to 4), source."""
IndicatorYears = tuple[str, str, str, Sequence[YearRow]]
"""Number, name, unit and the years of an indicator."""
ACTIONS, HEARD, BUDGET = "Acties", "Wie is gehoord", "Begroting"
HOUSING, COUNTS = "Taakstelling en realisatie", "Taalstages en andere aantallen"
COHORTS = "Inburgeringsplichtigen volgens DUO"
GOALS, INDICATORS = "Indicatoren van het plan van aanpak", "Indicatoren en doelen"
PARTS = {
    "acties": ("Acties", (ACTIONS,)),
    "aantallen": ("Aantallen", (HOUSING, COHORTS, COUNTS)),
    "doelen": ("Doelen", (GOALS, INDICATORS)),
    "begroting": ("Begroting", (BUDGET,)),
    "gehoord": ("Wie is gehoord", (HEARD,)),
}
"""Of each page: its name, and which sections of the report stand there."""


@dataclass(frozen=True)
class Evaluation:
    """Everything held of one gemeente, each list in its own order."""

    municipality: str
    actions: list[PlanAction]
    housing: list[HousingTask]
    budget: list[BudgetLine]
    goals: list[PlanGoal]
    heard: list[HeardPoint]
    counts: list[YearCount]


def municipalities_with_evaluation(account: Account) -> list[str]:
    """Codes of the gemeenten whose evaluation this account may see."""
    codes: set[str] = set()
    for model in EVERYTHING:
        query: Any = visible(model, account, model.select(model.municipality).distinct())
        codes |= {code for (code,) in query.tuples()}
    return sorted(codes)


def evaluation_of(municipality: str, account: Account) -> Evaluation:
    """All rows of one gemeente that this account may see."""

    def rows(model: Any, *order: Any) -> list[Any]:
        return list(
            visible(model, account).where(model.municipality == municipality).order_by(*order)
        )

    return Evaluation(
        municipality,
        rows(PlanAction, PlanAction.number),
        rows(HousingTask, HousingTask.year),
        rows(BudgetLine, BudgetLine.year, BudgetLine.side.desc(), BudgetLine.position),
        rows(PlanGoal, PlanGoal.number),
        rows(HeardPoint, HeardPoint.number),
        rows(YearCount, YearCount.what, YearCount.year),
    )


def evaluation_report(
    evaluation: Evaluation, indicators: Iterable[IndicatorYears], cohorts: Iterable[Cohort]
) -> Report:
    """Build the report of one gemeente; a part without rows is left out."""
    sections = (
        _section(ACTIONS, _actions(evaluation)),
        _section(HOUSING, _housing(evaluation)),
        _section(COHORTS, _cohorts(cohorts)),
        _section(COUNTS, _counts(evaluation)),
        _section(GOALS, _goals(evaluation)),
        _section(INDICATORS, _indicators(indicators)),
        _section(BUDGET, _budget(evaluation)),
        _section(HEARD, _heard(evaluation)),
    )
    name = municipality_name(evaluation.municipality)
    return Report(
        title="Evaluatie plan van aanpak",
        subject=name,
        answer=actions_sentence([action.state for action in evaluation.actions]),
        facts=(("Gemeente", name), *_facts(evaluation)),
        sections=tuple(section for section in sections if section.blocks),
    )


def _section(heading: str, blocks: Iterable[Block]) -> Section:
    return Section(heading, tuple(blocks))


def _facts(evaluation: Evaluation) -> Iterable[tuple[str, str]]:
    done = sum(action.state == "ja" for action in evaluation.actions)
    yield "Acties uitgevoerd", f"{done} van {len(evaluation.actions)}"
    housing = _years(evaluation)
    if housing and housing[-1].backlog_after is not None:
        yield f"Achterstand huisvesting {housing[-1].year}", count_text(housing[-1].backlog_after)


def _actions(evaluation: Evaluation) -> Iterable[Block]:
    for theme, actions in groupby(evaluation.actions, key=lambda a: (a.theme_number, a.theme)):
        yield Table(
            "{}. {}".format(*theme),
            ("Nr.", "Actie", "Stand", "Toelichting", "Eigenaar"),
            tuple(
                (
                    str(action.number),
                    action.title,
                    action.state,
                    action.explanation or MISSING,
                    action.owner or MISSING,
                )
                for action in actions
            ),
        )


def _years(evaluation: Evaluation) -> list[Housing]:
    return with_backlog(
        [Housing(t.year, t.assigned, t.backlog_before, t.realised) for t in evaluation.housing]
    )


def _housing(evaluation: Evaluation) -> Iterable[Block]:
    if not evaluation.housing:
        return
    yield Text(
        "De achterstand na een jaar is de achterstand vooraf, plus de taakstelling, "
        "min de realisatie."
    )
    yield Table(
        "Statushouders die gehuisvest moesten worden en zijn",
        ("Jaar", "Taakstelling", "Achterstand vooraf", "Realisatie", "Achterstand na", "Peildatum"),
        tuple(
            (
                str(year.year),
                count_text(year.assigned),
                count_text(year.backlog_before),
                count_text(year.realised),
                count_text(year.backlog_after),
                day_text(task.measured_on) if task.measured_on else "heel het jaar",
            )
            for year, task in zip(_years(evaluation), evaluation.housing, strict=True)
        ),
        numeric=(1, 2, 3, 4),
    )


def _goals(evaluation: Evaluation) -> Iterable[Block]:
    if evaluation.goals:
        yield Text("De cijfers staan er zoals de evaluatie ze noemt, ook waar dat een bereik is.")
        yield Table(
            "Doel en realisatie",
            ("Nr.", "Indicator", "Doel", "Realisatie", "Noot"),
            tuple(
                (str(goal.number), goal.name, goal.target, goal.realised, goal.note or MISSING)
                for goal in evaluation.goals
            ),
        )


def _indicators(indicators: Iterable[IndicatorYears]) -> Iterable[Block]:
    """What was reached above what was aimed at, a year a column."""
    indicators = list(indicators)
    years = sorted({row.year for *_, rows in indicators for row in rows})
    lines, redefined = [], []
    for number, name, unit, rows in indicators:
        of_year = {row.year: row for row in rows}
        mark, label = (unit, name) if unit == "%" else ("", f"{name} ({unit})")
        reached, aims = (
            [value_text(getattr(of_year.get(year), value, None), mark) for year in years]
            for value in ("realised", "target")
        )
        for place, year in enumerate(years):
            if year in of_year and of_year[year].hidden:
                reached[place] = of_year[year].hidden_text
        lines += [(number, label, "Realisatie", *reached), (number, label, "Doel", *aims)]
        redefined += [f"{number} in {row.year}" for row in rows if row.is_redefined]
    if redefined:
        yield Text(
            f"Anders geteld dan ervoor: indicator {', '.join(redefined)}. Vergelijk niet over die "
            "grens heen."
        )
    if years:
        headers = ("Nr.", "Indicator", "Wat", *map(str, years))
        yield Table("Per jaar", headers, tuple(lines), numeric=tuple(range(3, 3 + len(years))))


def _counts(evaluation: Evaluation) -> Iterable[Block]:
    if evaluation.counts:
        rows = tuple((one.what, str(one.year), count_text(one.count)) for one in evaluation.counts)
        yield Table("Aantallen per jaar", ("Wat", "Jaar", "Aantal"), rows, numeric=(2,))


def _total(states: Sequence[dict[int, int | None]], years: Sequence[int]) -> str:
    """The total of some cells; a cell that is not there leaves it unknown."""
    if any(year not in cells for cells in states for year in years):
        return MISSING
    return total_text([cells[year] for cells in states for year in years])


def _cohorts(cohorts: Iterable[Cohort]) -> Iterable[Block]:
    for day, years, states, source in cohorts:
        rows = [
            (
                state,
                *(cohort_text(cells[year]) if year in cells else MISSING for year in years),
                _total([cells], years),
            )
            for state, cells in states.items()
        ]
        all_cells = list(states.values())
        in_years = (_total(all_cells, [year]) for year in years)
        rows.append(("Totaal", *in_years, _total(all_cells, years)))
        yield Table(
            f"Personen naar het jaar waarin de inburgering begon, op {day}. Bron: {source}",
            ("Stand", *map(str, years), "Totaal"),
            tuple(rows),
            numeric=tuple(range(1, len(years) + 2)),
        )
        yield Text(
            "< 5 is 1 tot en met 4 personen; DUO toont dan geen aantal. Een totaal waarin zo'n "
            "aantal zit, staat er als bereik: 23 tot 26."
        )


def _budget(evaluation: Evaluation) -> Iterable[Block]:
    for year, group in groupby(evaluation.budget, key=lambda line: line.year):
        lines = list(group)
        sums = {side: _sum(lines, side) for side in ("income", "expense")}
        yield Text(budget_sentence(sums["income"], sums["expense"]))
        rows = []
        for side, word in (("income", "Inkomsten"), ("expense", "Uitgaven")):
            rows += [(word, x.item, euro_text(x.cents)) for x in lines if x.side == side]
            rows.append((word, "Totaal", euro_text(sums[side])))
        headers = ("Soort", "Post", "Bedrag")
        yield Table(f"Begroting {year}", headers, tuple(rows), numeric=(2,))


def _sum(lines: Iterable[BudgetLine], side: str) -> int:
    return sum(line.cents for line in lines if line.side == side)


def _heard(evaluation: Evaluation) -> Iterable[Block]:
    if evaluation.heard:
        yield Table(
            "Wat zij inbrachten en wat ermee gebeurde",
            ("Nr.", "Wie", "Punt", "Soort", "Wat ermee gebeurde"),
            tuple(
                (str(p.number), p.party, p.point, p.kind, p.follow_up or "nog niet ingevuld")
                for p in evaluation.heard
            ),
        )
