"""The register of processing (AVG article 30) and the input of a DPIA (35), from our own tables.

Each table that holds something about a person stands under one processing here; its fields are
named by what the tables themselves say of them. A test holds that no table is forgotten.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.tasks.copying import models
from core.accounts import Account, Role, may
from providers.feed.columns import COLUMNS


@dataclass(frozen=True)
class Processing:
    """For what, of whom, in which tables, and how long: a setting or a sentence."""

    name: str
    purpose: str
    basis: str
    people: str
    tables: tuple[str, ...]
    kept: str
    rights: str
    """Whose right to read tells the receivers: a thing of ``core.accounts.RIGHTS``."""


TASK = "taak van algemeen belang (AVG 6 lid 1 e): Wet inburgering 2021"
CONTRACT = "taak van algemeen belang (AVG 6 lid 1 e): uitvoering van een overheidsopdracht"
SECURITY = "wettelijke plicht (AVG 6 lid 1 c): beveiliging en verantwoording, AVG 5 lid 2 en 32"
PROCESSINGS = (
    Processing(
        "Toezicht op taallessen", "nagaan of een aanbieder levert wat is afgesproken: wachttijd, "
        "uren, voortgang en bevoegdheid", TASK,
        "deelnemers, onder een trajectnummer (een pseudoniem)",
        ("CourseTrack", "ProgressRecord", "Confirmation", "RejectedRow", "Problem"),
        "TAALINKOOP_KEEP_LEARNERS_MONTHS", "progress",
    ),
    Processing(
        "Begeleiden van cursisten", "op tijd bijsturen door de eigen gemeente, en overdragen bij "
        "verhuizing", TASK, "deelnemers, onder een trajectnummer (een pseudoniem)",
        ("LearnerFacts", "LearnerSummary", "LearnerNote", "Handover", "Restriction", "Signal",
         "SignalAct", "FactsImport"),
        "TAALINKOOP_KEEP_LEARNERS_MONTHS", "learners",
    ),
    Processing(
        "Ontvangen van leveringen", "een aangeleverd bestand controleren, en later kunnen nagaan "
        "wat er in stond", TASK, "deelnemers en wie het bestand instuurde",
        ("Delivery", "DeliveryMonth", "ColumnMapping"), "TAALINKOOP_KEEP_FILES_MONTHS",
        "deliveries",
    ),
    Processing(
        "Register van aanbieders", "contracten beheren en bevoegdheid van docenten nagaan",
        CONTRACT,
        "contactpersonen van aanbieders; docenten, onder een code (een pseudoniem)",
        ("Provider", "Teacher", "DossierVersion", "DocentHours"), "zolang de aanbieder in het "
        "register staat", "register",
    ),
    Processing(
        "Gesprekken, reacties en klachten", "afspraken met aanbieders vastleggen en nakomen",
        CONTRACT,
        "wie namens gemeente of aanbieder schreef; vrije tekst over deelnemers wordt geweigerd",
        ("Talk", "Agreement", "Complaint", "Reaction", "Invitation", "ReportMail"),
        "zolang het contract loopt, en voor de verantwoording daarna", "agreements",
    ),
    Processing(
        "Inkopen", "opdrachten plannen en gunnen", CONTRACT,
        "eigenaren van mijlpalen, beoordelaars en inschrijvers",
        ("ContractingProcess", "Milestone", "Action", "Risk", "AgendaEvent", "CalendarLink",
         "DigestMail", "Bid", "AssessorScore", "ConsensusScore", "Invoice"),
        "TAALINKOOP_KEEP_BIDS_YEARS", "bids",
    ),
    Processing(
        "Toegang", "alleen wie mag, komt erin", SECURITY, "gebruikers",
        ("Account", "SignInSession", "SecondStep", "RecoveryCode", "OneTimeLink", "SignInFailure",
         "ApiToken", "SavedFilter", "SetAside"),
        "zolang het account bestaat; mislukte aanmeldingen een dag", "accounts",
    ),
    Processing(
        "Logboeken", "verantwoorden wie wat wijzigde en wie keek", SECURITY,
        "gebruikers; van deelnemers alleen een versleutelde afdruk van het trajectnummer",
        ("AuditLine", "AccessLine", "AccessSubject", "LogLink", "Job", "FollowUp"),
        "TAALINKOOP_KEEP_ACCESS_LOG_MONTHS", "audit",
    ),
)  # fmt: skip
ABOUT_NOBODY = frozenset((
    "AwardCriterion", "AwardDecision", "Award", "Baseline", "BidPrice", "Breach", "BudgetLine",
    "ClassInspection", "ClosedPeriod", "CohortCount", "Contract", "ContractClause",
    "ContractPromise", "ContractScope", "CriterionReference", "Decision", "Dependency",
    "ExpectedNumber", "ForecastPoint", "GroupPlan", "HeardPoint", "HousingTask", "Indicator",
    "IndicatorValue", "InvoiceLine", "KnockOut", "LessonBreak", "Location", "Lot", "Meeting",
    "MonthFigures", "OpenTracks", "Participation", "PlanAction", "PlanGoal", "PlannedDate",
    "Proceedings", "PublishedRelease", "QualityMark", "Question", "ReferenceLine", "RegionTable",
    "ScoreCard", "ScoreDraws", "ScoringModelVersion", "Signature", "SurveyCount",
    "TeachingMethod", "TermOpinion", "TraceItem", "TraceLink", "TravelTime", "YearCount",
))  # fmt: skip
"""Tables of figures, dates and rules; a region's numbers are of five or more people."""
RISKS = (
    (
        "een deelnemer herkennen achter een trajectnummer",
        "aantallen onder de vijf zijn nergens te zien; wie een bestand meeneemt, zegt waarvoor",
    ),
    (
        "te veel bewaren",
        "onbekende kolommen worden niet gelezen en niet bewaard; termijnen gaan vanzelf",
    ),
    ("iemand ziet wat niet van hem is", "rechten per rij, bij elke pagina, download en opdracht"),
    (
        "een account in verkeerde handen",
        "tweede stap, sessies op de server, wachten na verkeerd raden",
    ),
    (
        "verkeerd oordelen door een cijfer",
        "elk oordeel heeft een interval; geen besluit over een deelnemer komt uit de computer",
    ),
    (
        "verlies of lek",
        "reservekopieën, versleuteld als er een sleutel is ingesteld, en de keten van de logboeken",
    ),
)
INTRODUCTION = """# Register van verwerkingen en invoer voor de DPIA

Gemaakt door `taalinkoop privacy` uit de tabellen van Taalinkoop zelf. De regio vult aan wie
verwerkingsverantwoordelijke is, wie de functionaris gegevensbescherming is en wie de server
beheert. Alles staat op de eigen server; Taalinkoop stuurt zelf niets naar anderen dan de mail die
is ingesteld.
"""


def document(settings: Mapping[str, Any]) -> str:
    """The register and the input of the DPIA as Markdown, with the terms that are set."""
    return "\n".join([INTRODUCTION, *_processings(settings), *_risks()]) + "\n"


def _processings(settings: Mapping[str, Any]) -> Iterator[str]:
    tables = {model.__name__: model for model in models()}
    for one in PROCESSINGS:
        yield f"## {one.name}\n"
        yield f"- Doel: {one.purpose}."
        yield f"- Grondslag: {one.basis}."
        yield f"- Van wie: {one.people}."
        yield f"- Wie het ziet: {', '.join(_readers(one.rights))}."
        yield f"- Hoe lang: {_term(one.kept, settings)}.\n"
        yield "| Tabel | Velden |\n| --- | --- |"
        for name in one.tables:
            yield f"| `{tables[name]._meta.table_name}` | {', '.join(_fields(tables[name]))} |"
        yield ""


def _readers(thing: str) -> list[str]:
    return [str(role) for role in Role if may(Account(role=role), "read", thing)]


def _term(kept: str, settings: Mapping[str, Any]) -> str:
    if kept not in settings:
        return kept
    unit = "jaar" if kept.endswith("_YEARS") else "maanden"
    return f"{settings[kept]} {unit} (`{kept}`)"


def _fields(model: Any) -> Iterator[str]:
    """What a table says of its own columns; those of a feed as providers know them."""
    by_column = {column.held_as: column.name for column in COLUMNS}
    for field in model._meta.sorted_fields:
        if model.__name__ == "ProgressRecord" and field.name in by_column:
            yield by_column[field.name]
        elif field.verbose_name:
            yield field.verbose_name.lower()
        elif field.name != "id":
            yield f"`{field.column_name}`"


def _risks() -> Iterator[str]:
    yield "## Risico's en maatregelen\n"
    yield "| Risico | Wat Taalinkoop ertegen doet |\n| --- | --- |"
    for risk, measure in RISKS:
        yield f"| {risk} | {measure} |"
    yield (
        "\nDe rechten van een persoon (inzage, verwijderen, beperken) staan in "
        "[privacy.md](privacy.md)."
    )
