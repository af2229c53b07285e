"""What a gemeente adds about its own learners, through the API."""

import tempfile
from pathlib import Path

from flask import current_app

from app.api.declaration import Answer, Call, Parameter, operation
from app.api.deliveries import FILE, ODS, XLS, XLSX, source_of_request
from app.api.problems import ApiError
from app.api.schemas import BINARY, FACT_ROWS, MUNICIPALITY
from core.dates import now, today
from core.municipalities import current, with_merged
from core.storage import CHUNK
from providers.feed.tell.outcome import Status
from quality.learners.fact_operations import document, import_facts, municipality_of


@operation(
    "POST",
    "/learners",
    permission="learners:create",
    summary="Stuur wat de gemeente van haar cursisten weet",
    description=(
        "Een rij per trajectnummer, als bestand (CSV, XLSX, XLS, ODS) of als JSON. Een kolom die "
        "er niet is, laat staan wat bekend is; een lege cel maakt het leeg. Dezelfde bytes nog "
        "een keer veranderen niets. Het bestand zelf wordt niet bewaard."
    ),
    parameters=(
        Parameter("gemeente", "query", MUNICIPALITY, "de code van de gemeente; niet nodig bij een "
                  "token van één gemeente"),
        Parameter("again", "query", {"type": "boolean"}, "true: neem een bekend bestand weer in"),
    ),
    body={
        "application/json": FACT_ROWS,
        "text/csv": BINARY,
        XLSX: BINARY,
        XLS: BINARY,
        ODS: BINARY,
        FILE: {"type": "object", "required": ["file"], "properties": {"file": BINARY}},
    },
    answers={
        200: ("Deze bytes waren al aangeleverd; er is niets veranderd.", "FactsReceipt"),
        201: ("De rijen zijn verwerkt; dit is het ontvangstbewijs.", "FactsReceipt"),
    },
    problems=(413, 415, 422),
)  # fmt: skip
def create_learners(call: Call) -> Answer:
    """Take a file with facts in."""
    own = {current(code) for code in with_merged(call.account.municipalities)}
    asked = call["gemeente"]
    if asked is None and len(own) != 1:
        raise ApiError(400, "Geef ook gemeente: de code van de gemeente.", code="no_municipality")
    municipality = next(iter(own)) if asked is None else municipality_of(asked)
    if municipality not in own:
        raise ApiError(403, f"Dit token mag niet insturen voor gemeente {asked}.")
    source, name = source_of_request()
    at_most = current_app.config["MAX_CONTENT_LENGTH"]
    with tempfile.NamedTemporaryFile() as file:
        while chunk := source.read(CHUNK):
            file.write(chunk)
            if file.tell() > at_most:
                raise ApiError(413)
        file.flush()
        outcome = import_facts(
            Path(file.name), file_name=name, municipality=municipality, by=call.account.email,
            at=now(), today=today(), again=bool(call["again"]),
        )  # fmt: skip
    receipt = document(outcome)
    if outcome.status is Status.REFUSED:
        detail = " ".join(problem.message for problem in outcome.problems)
        raise ApiError(422, detail, code="delivery_refused", receipt=receipt)
    return Answer(receipt, 200 if outcome.status is Status.ALREADY_DELIVERED else 201)
