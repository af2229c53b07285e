"""Plans to start from: a regional SAS procedure, and the plan of Dalfsen of 2019."""

import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from core.dates import add_months, month_end, parse_month
from procurement.plan.documents import BaselineDate, Header, PlanBaseline, PlanDocument, PlanStep
from procurement.plan.steps import Kind, Link, LinkType, ReplanCause, Unit
from procurement.plan.terms import Purpose

T, M, D, S = Kind.TASK, Kind.MILESTONE, Kind.DECISION, Kind.STATUTORY
WD, CD = Unit.WORKING, Unit.CALENDAR
RENEWAL_NOTICE_MONTHS = 14

ORIENT, DECIDE, PREPARE = "Oriëntatie", "Samenwerking en strategie", "Markt en stukken"
TENDERING, AWARDING, STARTING = "Aanbesteding", "Gunning en contract", "Start en beheer"

SAS_STEPS = (
    PlanStep(
        "1", "Oriëntatie en evaluatie lopende contracten", ORIENT, T, None, "regioteam", 40, WD
    ),
    PlanStep(
        "2", "Raming: aantallen per gemeente en leerroute, waarde", ORIENT, T, Purpose.ESTIMATE,
        "regioteam", 20, WD,
    ),
    PlanStep(
        "3", "Besluit samenwerking en mandaat", DECIDE, D, None, "gemeenten", 45, CD,
        "college", True,
    ),
    PlanStep(
        "4", "Inkoopstrategie vastgesteld", DECIDE, D, None, "stuurgroep", 30, CD, "stuurgroep"
    ),
    PlanStep(
        "5", "Marktconsultatie", PREPARE, T, Purpose.MARKET_CONSULTATION, "inkoop", 45, CD
    ),
    PlanStep("6", "Kostprijsonderzoek (reële prijs)", PREPARE, T, None, "inkoop", 30, CD),
    PlanStep(
        "7", "PvE, leidraad, concept-overeenkomst, feed-specificatie", PREPARE, T, None,
        "regioteam", 45, CD,
    ),
    PlanStep(
        "8", "Besluit aanbestedingsstukken", PREPARE, D, None, "gemeenten", 30, CD, "college", True
    ),
    PlanStep("9", "Raad geïnformeerd", PREPARE, D, None, "gemeenten", 30, CD, "raad", True),
    PlanStep("10", "Publicatie TenderNed/TED", TENDERING, M, Purpose.PUBLICATION, "inkoop"),
    PlanStep(
        "11", "Vragenronde 1 en Nota van Inlichtingen 1", TENDERING, S, Purpose.CLARIFICATIONS,
        "inkoop", 21,
    ),
    PlanStep(
        "12", "Vragenronde 2 en Nota van Inlichtingen 2", TENDERING, S, Purpose.CLARIFICATIONS,
        "inkoop", 14,
    ),
    PlanStep("13", "Uiterste inschrijfdatum", TENDERING, M, Purpose.SUBMISSION, "inkoop"),
    PlanStep(
        "14", "Beoordeling", AWARDING, T, Purpose.ASSESSMENT, "beoordelingsteam", 28, CD
    ),
    PlanStep(
        "15", "Gunningsbeslissing verzonden", AWARDING, D, Purpose.AWARD_DECISION, "penvoerder",
        0, CD, "mandaat",
    ),
    PlanStep(
        "16", "Einde opschortende termijn", AWARDING, S, Purpose.STANDSTILL_END, "inkoop", 20
    ),
    PlanStep("17", "Definitieve gunning", AWARDING, M, Purpose.AWARD, "inkoop"),
    PlanStep(
        "18", "Contracten getekend", AWARDING, D, Purpose.CONTRACT, "gemeenten", 14, CD,
        "college", True,
    ),
    PlanStep(
        "19", "Aankondiging gegunde opdracht", AWARDING, S, Purpose.AWARD_NOTICE, "inkoop", 30
    ),
    PlanStep(
        "20", "Implementatie, proeflevering, keurmerkcheck, DPIA", STARTING, T, None,
        "contractmanager", 42, CD,
    ),
    PlanStep("21", "Start dienstverlening", STARTING, M, Purpose.GO_LIVE, "contractmanager"),
    PlanStep(
        "22", "Warme overdracht lopende deelnemers", STARTING, T, None, "contractmanager", 42, CD,
        note="Hoogstens 15 deelnemers per overnemer zonder akkoord van Blik op Werk.",
    ),
    PlanStep(
        "23", "Kwartaaloverleg en jaarlijkse evaluatie", STARTING, T, None, "contractmanager",
        91, CD, note="Keert elk kwartaal terug; hier staat het eerste overleg.",
    ),
    PlanStep(
        "24", "Besluit verlenging of nieuw traject", STARTING, D, Purpose.RENEWAL, "gemeenten",
        0, CD, "college", True,
    ),
)  # fmt: skip

SS = LinkType.START_START
SAS_LINKS = (
    Link("1", "2"), Link("2", "3"), Link("3", "4"), Link("4", "5"), Link("4", "6"),
    Link("5", "7"), Link("6", "7"), Link("7", "8"), Link("8", "9", SS), Link("8", "10"),
    Link("10", "11"), Link("11", "12"), Link("12", "13", lag=10), Link("10", "13", lag=45),
    Link("13", "14"), Link("14", "15"), Link("15", "16"), Link("16", "17", lag=3),
    Link("17", "18"), Link("18", "19"), Link("18", "20"), Link("20", "21"),
    Link("20", "22", SS), Link("21", "23"), Link("21", "24"),
)  # fmt: skip


def regional_social(header: Header) -> PlanDocument:
    """``SAS regionaal``: 24 milestones; durations are defaults, save those of the law."""
    steps = tuple(
        replace(s, **renewal_dates(header)) if s.purpose is Purpose.RENEWAL else s
        for s in SAS_STEPS
    )
    return PlanDocument(header, steps, SAS_LINKS)


def renewal_dates(header: Header) -> dict[str, Any]:
    """When to decide on another contract: 14 months before the one that is bought ends."""
    if header.contract_until is None:
        return {"earliest_start": None, "deadline": None}
    by = month_end(add_months(header.contract_until.replace(day=1), -RENEWAL_NOTICE_MONTHS))
    by = by.replace(day=min(by.day, header.contract_until.day))
    return {"earliest_start": add_months(by, -2), "deadline": by}


def follow_header(step: PlanStep, old: Header, new: Header) -> PlanStep:
    """A step whose dates come from the header, when the header changes; what a person set stays."""
    if step.purpose is Purpose.RENEWAL:
        own = {"earliest_start": step.earliest_start, "deadline": step.deadline}
        return replace(step, **renewal_dates(new)) if own == renewal_dates(old) else step
    if step.purpose is Purpose.GO_LIVE and old.go_live is not None:
        changes: dict[str, Any] = {
            name: new.go_live
            for name in ("earliest_start", "deadline")
            if getattr(step, name) == old.go_live
        }
        return replace(step, **changes)
    return step


DALFSEN = Path(__file__).parent / "dalfsen_2019.csv"
DALFSEN_DECISIONS = ("2", "5")
"""Phases in which each college decides: to work together, and on the papers of the tender."""
POSTPONED = (
    (date(2020, 6, 2), date(2021, 7, 1), "Wet inburgering uitgesteld naar 1-7-2021"),
    (date(2020, 12, 1), date(2022, 1, 1), "Wet inburgering uitgesteld naar 1-1-2022"),
)
"""When it was re-planned is our reading; to which date the law moved is a fact."""


def dalfsen(header: Header) -> PlanDocument:
    """``Dalfsen 2019``: six phases for a law that was to start on 1-1-2021, then moved twice."""
    with DALFSEN.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    first = [(parse_month(row["van"]), month_end(parse_month(row["tot"]))) for row in rows]
    steps = [
        PlanStep(
            row["volgnr"], row["fase"], row["fase"],
            D if row["volgnr"] in DALFSEN_DECISIONS else T,
            Purpose.AWARD if row["volgnr"] == "6" else None, "regio", (end - start).days, CD,
            body="college" if row["volgnr"] in DALFSEN_DECISIONS else "",
            per_municipality=row["volgnr"] in DALFSEN_DECISIONS,
            earliest_start=start, evidence=row["bron"],
        )
        for row, (start, end) in zip(rows, first, strict=True)
    ]  # fmt: skip
    steps.append(
        PlanStep(
            "7", "Start van de wet en van de dienstverlening", "Start", M, Purpose.GO_LIVE,
            "regio", earliest_start=header.go_live,
        )
    )  # fmt: skip
    links = (
        Link("1", "2"), Link("2", "3"), Link("3", "4", SS),
        Link("4", "5", LinkType.FINISH_FINISH), Link("5", "6"), Link("6", "7"),
    )  # fmt: skip
    return PlanDocument(header, tuple(steps), links, baselines=_dalfsen_versions(first))


def _dalfsen_versions(first: list[tuple[date, date]]) -> tuple[PlanBaseline, ...]:
    def version(number: int, made_on: date, go_live: date, reason: str) -> PlanBaseline:
        # Preparing kept its dates; the tender itself moved along with the law.
        months = (go_live.year - 2021) * 12 + go_live.month - 1
        dates = [
            BaselineDate(str(n), "", start, end) for n, (start, end) in enumerate(first, start=1)
        ]
        start, end = first[-1]
        moved = month_end(add_months(end.replace(day=1), months))
        dates[-1] = BaselineDate("6", "", add_months(start, months), moved)
        dates.append(BaselineDate("7", "", go_live, go_live))
        cause = None if number == 1 else ReplanCause.LAW
        return PlanBaseline(number, made_on, reason, go_live, tuple(dates), cause)

    original = version(1, date(2019, 10, 1), date(2021, 1, 1), "Eerste plan van de evaluatie")
    later = [
        version(number, made_on, go_live, reason)
        for number, (made_on, go_live, reason) in enumerate(POSTPONED, start=2)
    ]
    return (original, *later)


TEMPLATES: dict[str, Callable[[Header], PlanDocument]] = {
    "SAS regionaal": regional_social,
    "Dalfsen 2019": dalfsen,
}
