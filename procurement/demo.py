"""Inkooptrajecten for the demo region: under way, of the running contracts, and of 2019 to 2022."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from core.dates import AMSTERDAM, Recess, add_months, month_of
from procurement.award.demo import load_bids, running_contracts
from procurement.models import ForecastPoint
from procurement.plan import operations
from procurement.plan.documents import (
    Header,
    PlanAction,
    PlanDecision,
    PlanDocument,
    PlanMeeting,
    PlanParticipation,
    PlanRisk,
    PlanStep,
    with_decision_rows,
)
from procurement.plan.operations import baseline_of
from procurement.plan.outlook import look
from procurement.plan.queries import find
from procurement.plan.steps import Outcome
from procurement.plan.storing import insert
from procurement.plan.templates import TEMPLATES
from procurement.preparation.operations import (
    Asked,
    Expected,
    Grouping,
    put_estimate,
    put_question,
    put_trace,
)
from procurement.preparation.trace import Item

BY = "demo"
PRINCIPLES = Path(__file__).parent / "preparation" / "dalfsen_uitgangspunten.csv"
CODE, RUNNING_CODE, DALFSEN_CODE = "SAS-2027", "SAS-2024", "DALFSEN-2019"
LEAD, LATE, DEFERRED = "0193", "0166", "0180"
REGION = (
    "0119", "0148", "0160", "0166", "0175", "0177", "0180", "0193", "0244", "0246", "0269", "1701",
    "1708", "1773", "1896",
)  # fmt: skip
"""Fifteen gemeenten around Zwolle."""
SMALL = ("0180", "0244")


def load(today: date, *, municipalities: tuple[str, ...] = REGION, by: str = BY) -> None:
    """Make the inkooptrajecten as they stand on ``today``."""
    at = datetime.combine(today, time(9), AMSTERDAM)
    operations.add_document(
        under_way(today, municipalities),
        by=by,
        at=at,
        reason="Plan van het regioteam voor de nieuwe contracten",
    )
    _tell_history(today)
    _prepare(today, municipalities, by=by)
    running_contracts(RUNNING_CODE, PAST_TRACE, list(_joining(municipalities)), by=by)
    finished = operations.add_document(
        dalfsen(), by=by, at=at, reason="Overgenomen uit de evaluatie van 2019"
    )
    put_trace(finished, _principles(), by=by, at=at)
    load_bids(finished, by=by)
    _tell_postponements()


def under_way(today: date, municipalities: tuple[str, ...] = REGION) -> PlanDocument:
    """A regional procurement whose papers the colleges are deciding on; one of them is late."""
    month = month_of(today)
    header = Header(
        CODE, "Inburgeringscursussen regio Zwolle", "Regio Zwolle",
        lead_municipality=LEAD, starts_on=add_months(month, -10), go_live=add_months(month, 8),
        contract_until=add_months(month, 56) - timedelta(days=1), price_cents=1_160_000,
    )  # fmt: skip
    document = replace(
        TEMPLATES["SAS regionaal"](header),
        participations=tuple(_joining(municipalities)),
        recesses=tuple(_recesses(month)),
        meetings=tuple(_meetings(month, municipalities)),
        actions=(
            PlanAction("Verwerkersovereenkomst laten toetsen door de FG", "ja", "", "jurist"),
            PlanAction(
                "Kostprijsonderzoek bespreken met aanbieders", "deels",
                "Twee van de acht aanbieders hebben nog niet gereageerd.", "inkoop",
                today + timedelta(days=14),
            ),
            PlanAction("Beoordelingsteam samenstellen", "nee", "Wacht op de stukken.", "regioteam"),
        ),
        risks=(
            PlanRisk("Te weinig inschrijvers voor de onderwijsroute", 3, 4,
                     "Marktconsultatie herhalen, prijs toetsen", "inkoop", "13"),
            PlanRisk("Kort geding in de opschortende termijn", 2, 5,
                     "Zes weken ruimte houden tussen gunning en start", "jurist", "16"),
        ),
    )  # fmt: skip
    done = _facts(with_decision_rows(document), today)
    planned = _with_papers(done, today, late=False)
    first = baseline_of(look(planned, today), 1, today - timedelta(days=75), "Plan van de regio")
    return replace(_with_papers(done, today, late=True), baselines=(first,))


def _joining(municipalities: tuple[str, ...]) -> Iterator[PlanParticipation]:
    for code in municipalities:
        yield PlanParticipation(
            code, "B", "regionaal" if code in SMALL else "subregionaal",
            "Te klein voor een eigen groep" if code in SMALL else "Groepen vullen binnen 4 weken",
        )  # fmt: skip
        yield PlanParticipation(code, "Z", "lokaal" if code == LEAD else "subregionaal")
        yield PlanParticipation(code, "O", "regionaal", "Weinig deelnemers per gemeente")


def _recesses(month: date) -> Iterator[Recess]:
    for year in (month.year - 1, month.year, month.year + 1):
        yield Recess(date(year, 7, 18), date(year, 8, 23), "zomerreces")
        yield Recess(date(year, 12, 19), date(year + 1, 1, 3), "kerstreces")


def _meetings(month: date, municipalities: tuple[str, ...]) -> Iterator[PlanMeeting]:
    """Colleges meet every week on a Tuesday, the councils once a month on a Thursday."""
    first = add_months(month, -1)
    tuesday = first + timedelta(days=(1 - first.weekday()) % 7)
    for code in municipalities:
        yield from (PlanMeeting(code, "college", tuesday + timedelta(weeks=n)) for n in range(30))
    for n in range(8):
        start = add_months(first, n) + timedelta(days=14)
        thursday = start + timedelta(days=(3 - start.weekday()) % 7)
        yield from (PlanMeeting(code, "raad", thursday) for code in municipalities)


ENDED = {"1": 270, "2": 240, "4": 165, "5": 115, "6": 125, "7": 30}
"""Days before today on which the first steps were done."""


def _facts(document: PlanDocument, today: date) -> PlanDocument:
    steps = tuple(
        replace(s, actual_end=today - timedelta(days=ENDED[s.code]), progress=100)
        if s.code in ENDED
        else s
        for s in document.steps
    )
    together = today - timedelta(days=200)
    decisions = tuple(
        replace(
            d, outcome=Outcome.CONDITIONAL if d.municipality == "1896" else Outcome.DECIDED,
            meeting_on=together, decided_on=together - timedelta(days=place % 4 * 7),
            document=f"Collegebesluit samenwerking {d.municipality}",
        )
        if d.step == "3"
        else d
        for place, d in enumerate(document.decisions)
    )  # fmt: skip
    return replace(document, steps=steps, decisions=decisions)


def _with_papers(document: PlanDocument, today: date, *, late: bool) -> PlanDocument:
    """Decisions on the papers: some taken, most planned; one gemeente moved its meeting."""
    tuesday = today + timedelta(days=(1 - today.weekday()) % 7)
    agreed = tuesday + timedelta(weeks=2)

    def papers(place: int, d: PlanDecision) -> PlanDecision:
        if d.step == "9":
            outcome = Outcome.NOT_NEEDED if place % 3 else Outcome.PREPARED
            return replace(d, outcome=outcome)
        if d.step != "8":
            return d
        if late and place % 4 == 0 and d.municipality not in (LATE, DEFERRED):
            day = tuesday - timedelta(weeks=1 if tuesday > today else 0)
            day = min(day, today)
            return replace(d, outcome=Outcome.DECIDED, meeting_on=day, decided_on=day)
        if late and d.municipality == LATE:
            return replace(d, outcome=Outcome.SCHEDULED, meeting_on=agreed + timedelta(weeks=9))
        if late and d.municipality == DEFERRED:
            return replace(d, outcome=Outcome.DEFERRED, meeting_on=agreed + timedelta(weeks=1))
        scheduled = place % 4 in (1, 2)
        return replace(
            d, outcome=Outcome.SCHEDULED if scheduled or late else Outcome.PREPARED,
            meeting_on=agreed,
        )  # fmt: skip

    return replace(
        document, decisions=tuple(papers(n, d) for n, d in enumerate(document.decisions))
    )


TRACE = (
    Item("eis", "E1", "Eerste les binnen vier weken na aanmelding",
         "inbreng van statushouders", None, ("G1", "K1")),
    Item("eis", "E2", "Elke docent is bevoegd of in opleiding", "Wet inburgering en keurmerk",
         None, ("K2",)),
    Item("eis", "E3", "Lessen in de avond of het weekend voor wie werkt",
         "les van de vorige inkoop", None, ("G2", "K3")),
    Item("eis", "E4", "Kinderopvang tijdens de les", "inbreng van statushouders", None, ("G3",)),
    Item("gunningscriterium", "G1", "Korte wachttijd", "", 40, ("B1",)),
    Item("gunningscriterium", "G2", "Passend aanbod voor werkenden", "", 35, ("B2",)),
    Item("gunningscriterium", "G3", "Begeleiding en opvang", "", 25),
    Item("belofte", "B1", "Elke twee weken een nieuwe groep per leerroute", "", None, ("K1",)),
    Item("belofte", "B2", "Op twee avonden per week les in Zwolle en Kampen", "", None, ("K3",)),
    Item("kpi", "K1", "Aandeel deelnemers dat binnen vier weken begint", "", None, ("wachttijd",)),
    Item("kpi", "K2", "Aandeel uren door een bevoegde docent", "", None, ("bevoegd",)),
    Item("kpi", "K3", "Aandeel uren in avond of weekend", "", None, ("avond_weekend",)),
    Item("kpi", "K4", "Tevredenheid van deelnemers"),
    Item("scorecriterium", "wachttijd", "Wachttijd", "", None, ("datum_eerste_les",)),
    Item("scorecriterium", "bevoegd", "Bevoegde docenten", "", None, ("uren_bevoegd_docent",)),
    Item("scorecriterium", "avond_weekend", "Avond en weekend", "", None, ("uren_avond_weekend",)),
    Item("kolom", "datum_eerste_les", "Datum van de eerste les"),
    Item("kolom", "uren_bevoegd_docent", "Uren van een bevoegde docent"),
    Item("kolom", "uren_avond_weekend", "Uren in avond en weekend"),
)  # fmt: skip
PAST_TRACE = (
    Item("eis", "E1", "Eerste les binnen vier weken na aanmelding", "Wet inburgering", None,
         ("G1",)),
    Item("eis", "E2", "Les voor wie overdag werkt", "marktconsultatie", None, ("G2",)),
    Item("eis", "E3", "Elke docent is bevoegd of in opleiding", "keurmerk", None, ("G3",)),
    Item("eis", "E4", "Kinderopvang tijdens de les", "inbreng van statushouders", None, ("G4",)),
    Item("eis", "E5", "Docenten kennen de wijk", "inbreng van gemeenten"),
    Item("gunningscriterium", "G1", "Korte wachttijd", "", 20, ("wachttijd",)),
    Item("gunningscriterium", "G2", "Passend aanbod voor werkenden", "", 20, ("avond_weekend",)),
    Item("gunningscriterium", "G3", "Bevoegde docenten", "", 15, ("bevoegd",)),
    Item("gunningscriterium", "G4", "Begeleiding en opvang", "", 15),
    *(item for item in TRACE if item.kind in ("scorecriterium", "kolom")),
)  # fmt: skip
"""What the tender of the running contracts asked, as it was written down then."""
SHARES = {"B": 60, "Z": 28, "O": 12}


def _prepare(today: date, municipalities: tuple[str, ...], *, by: str) -> None:
    """Estimate, trace and questions of the procurement that is under way."""
    process = find(CODE)
    if process is None:
        return
    at = datetime.combine(today, time(9), AMSTERDAM)
    year = (process.go_live or today).year
    expected = [
        Expected(code, route, year + later, _size(code) * share // 100)
        for code in municipalities
        for route, share in SHARES.items()
        for later in range(4)
    ]
    groupings = [Grouping("B", 12, 0, 180), Grouping("Z", 10, 6, 120), Grouping("O", 15)]
    put_estimate(process, expected, groupings, by=by, at=at)
    put_trace(process, TRACE, by=by, at=at)
    for days, question, answer in (
        (140, "Mag een groep uit twee leerroutes bestaan?", "Ja, als het niveau gelijk is."),
        (133, "Telt online les mee voor de avonduren?", "Nee, alleen les op een locatie."),
        (6, "Wordt de prijs elk jaar geïndexeerd?", ""),
    ):
        asked_on = today - timedelta(days=days)
        published_on = asked_on + timedelta(days=7) if answer else None
        asked = Asked("marktconsultatie", asked_on, question, answer, published_on)
        put_question(process, asked, by=by, at=at)


def _size(municipality: str) -> int:
    """Trajecten a year; the invented size of a gemeente in the demo."""
    return {LEAD: 240, LATE: 90, "0160": 100, "1708": 70}.get(municipality, 35)


def _tell_history(today: date) -> None:
    """What was expected in earlier months, so that the milestone trend has something to tell."""
    process = find(CODE)
    this_month: Any = ForecastPoint.select(ForecastPoint.step, ForecastPoint.expected_on).where(
        ForecastPoint.process == process
    )
    expected = dict(this_month.tuples())
    slips = {1: 42, 2: 56, 3: 56, 4: 60, 5: 70}
    insert(
        ForecastPoint,
        [
            {
                "process": process,
                "month": add_months(month_of(today), -back),
                "step": step,
                "expected_on": max(day - timedelta(days=slip), add_months(month_of(today), -back))
                if day > today
                else day,
            }
            for back, slip in slips.items()
            for step, day in expected.items()
        ],
    )


def _tell_postponements() -> None:
    """What each planversie of the finished plan expected, when it was made; at the end, what came.

    Its decisions were entered afterwards, so nothing was kept of what was expected at the time.
    """
    process = find(DALFSEN_CODE)
    ForecastPoint.delete().where(ForecastPoint.process == process).execute()
    document = dalfsen()
    moments = [(version.made_on, version.ends()) for version in document.baselines]
    came = {(s.code, ""): s.actual_end for s in document.steps if s.actual_end is not None}
    moments.append((max(came.values()), came))
    insert(
        ForecastPoint,
        [
            {"process": process, "month": month_of(on), "step": step, "expected_on": day}
            for on, ends in moments
            for (step, municipality), day in ends.items()
            if not municipality
        ],
    )


LONGER = {"1": 12, "2": 3, "3": 9, "4": 1, "5": 1}
"""Days that phases of the finished plan took longer than planned; invented. Each ended before the
law was put off for the first time."""


def dalfsen() -> PlanDocument:
    """The plan of 2019 with its two postponements; with phases that took somewhat longer."""
    header = Header(
        DALFSEN_CODE, "Inkoop inburgering, plan van de evaluatie 2019", "Regio Zwolle",
        lead_municipality="0148", starts_on=date(2019, 10, 1), go_live=date(2022, 1, 1),
        status="afgerond",
        note="De fasen en het eerste plan komen uit de evaluatie 'Thuis in Dalfsen' (2019), "
        "paragraaf 2.2.2. Wanneer elke fase echt klaar was, is voor dit voorbeeld ingevuld.",
    )  # fmt: skip
    document = TEMPLATES["Dalfsen 2019"](header)
    ends = {
        code: end + timedelta(days=LONGER.get(code, 0))
        for (code, place), end in document.baseline_ends().items()
        if not place
    }

    def done(step: PlanStep) -> PlanStep:
        return replace(step, actual_end=ends[step.code], progress=100)

    # How each route was bought and when Dalfsen decided is filled in for this example.
    joining = with_decision_rows(
        replace(
            document,
            steps=tuple(done(s) for s in document.steps),
            participations=(
                PlanParticipation(
                    "0148", "B", "subregionaal", "Groepen vullen niet in één gemeente"
                ),
                PlanParticipation("0148", "O", "regionaal", "Weinig deelnemers per gemeente"),
                PlanParticipation("0148", "Z", "lokaal", "Les dicht bij huis"),
            ),
        )
    )
    decided = tuple(
        replace(d, outcome=Outcome.DECIDED, meeting_on=ends[d.step], decided_on=ends[d.step])
        for d in joining.decisions
    )  # fmt: skip
    return replace(joining, decisions=decided)


def _principles() -> list[Item]:
    """What the evaluation asks of the courses, each with its paragraph, and what measures it."""
    with PRINCIPLES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    measured = {item.code: item for item in TRACE if item.kind == "scorecriterium"}
    criteria = dict.fromkeys(row["criterium"] for row in rows if row["criterium"])
    return [
        *(
            Item(
                "eis", f"U{row['nr']}", row["uitgangspunt"],
                f"Evaluatie 'Thuis in Dalfsen' (2019), paragraaf {row['bron']}", None,
                (row["criterium"],) if row["criterium"] else (),
            )
            for row in rows
        ),
        *(
            Item("scorecriterium", code, measured[code].text if code in measured
                 else code.replace("_", " ").capitalize())
            for code in criteria
        ),
    ]  # fmt: skip
