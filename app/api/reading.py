"""Scores and inkooptrajecten through the API: the same documents as everywhere else."""

from flask import request

import procurement.scopes  # noqa: F401  registers who sees what
from app.api.declaration import Answer, Call, Parameter, operation
from app.api.problems import ApiError
from app.api.schemas import CODE, MONTH, PLAN_CODE
from core.accounts import visible
from core.dates import now, parse_month, today
from procurement.award import queries as bid_queries
from procurement.exchange.ocds import package, release
from procurement.models import ContractingProcess
from procurement.plan import queries
from procurement.plan.outlook import Outlook, as_json, look
from providers.models import Provider
from quality.cards import queries as cards

PLAN = Parameter("code", "path", PLAN_CODE, "de code van het inkooptraject")


@operation(
    "GET",
    "/scores",
    permission="scores:read",
    summary="Lees de scores van een maand",
    description=(
        "Hetzelfde document als taalinkoop score MAAND --json. "
        "Waar geen oordeel is, is de score leeg, nooit 0. Een token van de regio of van een "
        "gemeente ziet kleine aantallen (onder de 5) niet, en ook niet wat ze zou verraden."
    ),
    parameters=(
        Parameter("month", "query", MONTH, "de maand (JJJJ-MM)", required=True),
        Parameter("aanbieder", "query", CODE, "alleen deze aanbieder"),
        Parameter(
            "route", "query", {"type": "string", "enum": ["B", "O", "Z"]}, "alleen B, O of Z"
        ),
    ),
    answers={200: ("De scores per aanbieder en leerroute.", "Scores")},
)
def get_scores(call: Call) -> Answer:
    """Give the stored cards of a month."""
    month = parse_month(call["month"])
    providers = visible(Provider, call.account, Provider.select(Provider.id))
    if call["aanbieder"]:
        providers = providers.where(Provider.code == call["aanbieder"])
    found = cards.cards_of(month, provider_ids=providers, route=call["route"])
    return Answer(cards.document(month, found, call.account))


def _process(call: Call) -> ContractingProcess:
    process: ContractingProcess | None = (
        visible(ContractingProcess, call.account)
        .where(ContractingProcess.code == call["code"])
        .get_or_none()
    )
    if process is None:
        raise ApiError(404)
    return process


def _outlook(process: ContractingProcess) -> Outlook:
    return look(queries.load(process), today())


@operation(
    "GET",
    "/plans/{code}",
    permission="planning:read",
    summary="Lees een inkooptraject",
    description="Hetzelfde document als taalinkoop plan show --json.",
    parameters=(PLAN,),
    answers={200: ("Het traject met elke mijlpaal.", "Plan")},
    problems=(404,),
)
def get_plan(call: Call) -> Answer:
    """Give every milestone of a plan."""
    return Answer(as_json(_outlook(_process(call))))


@operation(
    "GET",
    "/ocds/{code}",
    permission="planning:read",
    summary="Lees een inkooptraject als OCDS 1.1",
    description="Een release package van de Open Contracting Data Standard.",
    parameters=(PLAN,),
    answers={200: ("Het release package.", "OcdsPackage")},
    problems=(404,),
)
def get_ocds(call: Call) -> Answer:
    """Give a plan as OCDS."""
    moment, process = now(), _process(call)
    lots = bid_queries.published(process)
    releases = [release(_outlook(process), moment=moment, lots=lots)]
    address = request.base_url
    return Answer(package(releases, moment=moment, publisher="Taalinkoop", address=address))
