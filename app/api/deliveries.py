"""Deliveries through the API: in by the same door as every other."""

import io
from collections.abc import Callable
from typing import IO, Any

from flask import current_app, request
from werkzeug.exceptions import ClientDisconnected

from app.api.declaration import Answer, Call, Parameter, operation
from app.api.problems import ApiError
from app.api.schemas import BINARY, CODE, MONTH, NUMBER, ROWS
from app.tasks.delivering import is_large
from core import access_log
from core.accounts import Account, visible
from core.dates import now
from core.jobs.models import DONE, FAILED, Job
from core.jobs.runner import submit
from core.storage import Storage
from providers.deliveries.operations import receive
from providers.deliveries.outcomes import RECEIVED, already_delivered, outcome_of
from providers.feed.tell.outcome import Status
from providers.models import Delivery, Provider

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLS = "application/vnd.ms-excel"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
SUFFIXES = {
    "application/json": "json",
    "application/x-ndjson": "jsonl",
    "text/csv": "csv",
    XLSX: "xlsx",
    XLS: "xls",
    ODS: "ods",
    "application/octet-stream": "bestand",
}
FILE = "multipart/form-data"
JOBS_LOOKED_AT = 200


@operation(
    "POST",
    "/deliveries",
    permission="deliveries:create",
    summary="Stuur een levering in",
    description=(
        "Een bestand (CSV, XLSX, XLS, ODS of JSON) of rijen als JSON. Dezelfde bytes nog een keer "
        "veranderen niets. Een groot bestand wordt op de achtergrond verwerkt: antwoord 202, met "
        "in Location het adres waar de stand te lezen is."
    ),
    parameters=(
        Parameter("aanbieder", "query", CODE, "de code van de aanbieder; niet nodig bij een token "
                  "van een aanbieder"),
        Parameter("month", "query", MONTH, "neem alleen deze maand in (JJJJ-MM)"),
        Parameter("replace", "query", MONTH, "vervang de rijen van deze maand (JJJJ-MM); nodig als "
                  "het antwoord status needs_consent heeft"),
        Parameter("again", "query", {"type": "boolean"}, "true: neem een bekend bestand weer in"),
    ),
    body={
        "application/json": ROWS,
        "text/csv": BINARY,
        XLSX: BINARY,
        XLS: BINARY,
        ODS: BINARY,
        "application/octet-stream": BINARY,
        FILE: {
            "type": "object",
            "required": ["file"],
            "properties": {"file": BINARY},
        },
    },
    answers={
        200: ("Deze bytes waren al aangeleverd; er is niets veranderd.", "Receipt"),
        201: ("De levering is verwerkt; dit is het ontvangstbewijs.", "Receipt"),
        202: ("De levering staat in de rij.", "Delivery"),
    },
    problems=(413, 415, 422),
)  # fmt: skip
def create_delivery(call: Call) -> Answer:
    """Receive a file, and take it in now or from the queue."""
    provider = _provider(call)
    source, name = source_of_request()
    delivery, received_before = receive(
        source,
        file_name=name,
        provider=provider,
        storage=Storage(current_app.config["TAALINKOOP_DATA_DIR"]),
        by=call.account.email,
        at=now(),
        again=bool(call["again"]),
        at_most=current_app.config["MAX_CONTENT_LENGTH"],
    )
    where = {"Location": f"/api/v1/deliveries/{delivery.id}"}
    if received_before:
        known_before = already_delivered(delivery, file_name=name, narrow=_narrow(call.account))
        return Answer(known_before.document(), headers=where)
    waiting = _job_of(delivery)
    if waiting is not None and waiting.waiting:
        return Answer(_document(delivery, waiting, call.account), 202, where)
    job = submit(
        kind="delivery",
        title=f"{delivery.file_name} verwerken",
        arguments={
            "delivery": delivery.id,
            "month": call["month"],
            "replace": [call["replace"]] if call["replace"] else [],
        },
        large=is_large(delivery),
        settings=current_app.config,
        by=call.account.email,
        clock=now,
        provider_code=provider.code,
    )
    delivery = Delivery.get_by_id(delivery.id)
    if job.waiting:
        return Answer(_document(delivery, job, call.account), 202, where)
    # What became of the delivery itself counts, whatever went wrong after it.
    if job.state == FAILED and delivery.state == RECEIVED:
        raise ApiError(500, job.message)
    receipt = _receipt(delivery, call.account)
    if receipt["status"] == Status.NEEDS_CONSENT:
        months = ", ".join(one["month"] for one in receipt["replaces"])
        detail = f"Dit vervangt rijen van {months}. Stuur het opnieuw met replace om te bevestigen."
        raise ApiError(422, detail, code="needs_consent", receipt=receipt)
    if receipt["status"] == Status.REFUSED:
        detail = " ".join(p["message"] for p in receipt["problems"])
        raise ApiError(422, detail, code="delivery_refused", receipt=receipt)
    return Answer(receipt, 201, where)


def _provider(call: Call) -> Provider:
    code = call["aanbieder"] or call.account.provider_code
    if not code:
        raise ApiError(400, "Geef ook aanbieder: de code van de aanbieder.", code="no_provider")
    provider: Provider | None = (
        visible(Provider, call.account).where(Provider.code == code).get_or_none()
    )
    if provider is None:
        raise ApiError(
            403, f"Aanbieder {code} bestaat niet, of dit token mag er niet voor insturen."
        )
    return provider


def source_of_request() -> tuple[IO[bytes], str]:
    """Give the bytes of a request and the name of its file; nothing is read of them here."""
    if request.mimetype == FILE:
        file = request.files.get("file")
        if file is None:
            raise ApiError(400, "Stuur het bestand mee als onderdeel met de naam file.")
        return file.stream, file.filename or "levering"
    suffix = SUFFIXES.get(request.mimetype)
    if suffix is None:
        raise ApiError(415)
    try:
        content = request.get_data()
    except ClientDisconnected:
        raise ApiError(400, "Het bestand kwam niet helemaal aan. Stuur het opnieuw.") from None
    if not content:
        raise ApiError(400, "Er zat geen bestand in de aanvraag.", code="empty")
    return io.BytesIO(content), f"api-{now():%Y-%m-%d-%H%M%S}.{suffix}"


@operation(
    "GET",
    "/deliveries/{id}",
    permission="deliveries:read",
    summary="Lees de stand en het ontvangstbewijs van een levering",
    description="Zolang de levering nog niet klaar is, is receipt leeg.",
    parameters=(Parameter("id", "path", NUMBER, "het nummer van de levering"),),
    answers={200: ("De stand, en het ontvangstbewijs als het er is.", "Delivery")},
    problems=(404,),
)
def get_delivery(call: Call) -> Answer:
    """Tell how a delivery stands."""
    delivery = visible(Delivery, call.account).where(Delivery.id == call["id"]).get_or_none()
    if delivery is None:
        raise ApiError(404)
    access_log.record(call.account, "receipt", delivery.rows, at=now(), about=delivery.id)
    return Answer(_document(delivery, _job_of(delivery), call.account))


def _job_of(delivery: Delivery) -> Job | None:
    """The newest job about a delivery, of the latest ones."""
    jobs: Any = (
        Job.select()
        .where(Job.kind == "delivery", Job.state != DONE)
        .order_by(Job.id.desc())
        .limit(JOBS_LOOKED_AT)
    )
    return next((j for j in jobs if j.arguments.get("delivery") == delivery.id), None)


def _document(delivery: Delivery, job: Job | None, account: Account) -> dict[str, Any]:
    undecided = delivery.state == RECEIVED
    document = {
        "delivery": delivery.id,
        "aanbieder": delivery.provider.code,
        "state": job.state if undecided and job is not None else delivery.state,
        "received_at": delivery.received_at.isoformat(),
        "receipt": None if undecided else _receipt(delivery, account),
    }
    if undecided and job is not None and job.message:
        document["message"] = job.message
    return document


def _receipt(delivery: Delivery, account: Account) -> dict[str, Any]:
    return outcome_of(delivery, narrow=_narrow(account)).document()


def _narrow(account: Account) -> Callable[[Any, Any], Any]:
    """What of a query this account may see."""

    def narrow(model: Any, query: Any) -> Any:
        return visible(model, account, query)

    return narrow
