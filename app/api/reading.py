"""Scores and inkooptrajecten through the API: the same documents as everywhere else."""

from typing import Any

from flask import current_app, request

import procurement.scopes  # noqa: F401  registers who sees what
from app.api.declaration import Answer, Call, Parameter, operation
from app.api.problems import ApiError
from app.api.schemas import CODE, MONTH, PLAN_CODE
from core.accounts import visible
from core.dates import now, parse_month, today
from procurement.exchange.ocds import package, record_package
from procurement.exchange.publication import publish, publisher_of
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
    listed = cards.cards_of(month, provider_ids=providers, route=call["route"])
    return Answer(cards.document(month, listed, call.account, today=today()))


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
    description="Een release package van de Open Contracting Data Standard: hoe het nu staat.",
    parameters=(PLAN,),
    answers={200: ("Het release package.", "OcdsPackage")},
    problems=(404,),
)
def get_ocds(call: Call) -> Answer:
    """Give a plan as OCDS."""
    process, releases = _releases(call)
    return Answer(package(releases[-1:], **_around(process)))


@operation(
    "GET",
    "/ocds/{code}/record",
    permission="planning:read",
    summary="Lees alle OCDS-releases van een inkooptraject",
    description="Een record package: elke release die ooit is uitgegeven, en de stand van nu.",
    parameters=(PLAN,),
    answers={200: ("Het record package.", "OcdsRecords")},
    problems=(404,),
)
def get_ocds_record(call: Call) -> Answer:
    """Give every release that was given out."""
    process, releases = _releases(call)
    return Answer(record_package(releases, **_around(process)))


def _releases(call: Call) -> tuple[ContractingProcess, list[dict[str, Any]]]:
    process = _process(call)
    prefix = current_app.config["TAALINKOOP_OCDS_PREFIX"]
    releases = publish(process, at=now(), prefix=prefix)
    if not releases:
        raise ApiError(404)
    return process, releases


def _around(process: ContractingProcess) -> dict[str, Any]:
    return {
        "moment": now(),
        "publisher": publisher_of(process),
        "address": request.base_url,
        "licence": current_app.config["TAALINKOOP_OCDS_LICENSE"],
    }
