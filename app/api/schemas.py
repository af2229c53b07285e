"""The JSON shapes of the API."""

from typing import Any

Schema = dict[str, Any]

MONTH: Schema = {"type": "string", "pattern": "^2[0-9]{3}-(0[1-9]|1[0-2])$", "example": "2026-10"}
CODE: Schema = {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,10}$", "example": "TA001"}
PLAN_CODE: Schema = {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,40}$", "example": "ZWO-2027"}
NUMBER: Schema = {"type": "integer", "minimum": 1, "maximum": 2_147_483_647}
MUNICIPALITY: Schema = {"type": "string", "pattern": "^(GM)?[0-9]{4}$", "example": "0148"}
BINARY: Schema = {"type": "string", "format": "binary"}


def _object(required: dict[str, Schema], **optional: Schema) -> Schema:
    return {
        "type": "object",
        "required": list(required),
        "properties": required | optional,
    }


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _or_nothing(kind: str) -> Schema:
    return {"type": [kind, "null"]}


TEXT: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer", "minimum": 0}
ROW: Schema = {
    "type": "object",
    "description": "Een rij van de voortgangsrapportage: veldnaam en waarde.",
    "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
}
ROWS: Schema = {
    "oneOf": [_object({"leveringen": _list(ROW)}), _list(ROW)],
    "description": "Rijen van de voortgangsrapportage, zoals in een bestand.",
}

FACT_ROW: Schema = ROW | {
    "description": "Wat de gemeente van een cursist weet: veldnaam en waarde.",
    "required": ["trajectnummer"],
}
FACT_ROWS: Schema = _list(FACT_ROW)

SCHEMAS: dict[str, Schema] = {
    "Problem": _object(
        {
            "type": {"type": "string", "description": "stabiele code van de fout"},
            "title": TEXT,
            "status": {"type": "integer"},
            "detail": TEXT,
        },
        receipt={
            "anyOf": [
                {"$ref": "#/components/schemas/Receipt"},
                {"$ref": "#/components/schemas/FactsReceipt"},
            ]
        },
    ),
    "RowProblem": _object(
        {
            "row": _or_nothing("integer"),
            "sheet": _or_nothing("string"),
            "column": _or_nothing("string"),
            "code": TEXT,
            "severity": {"enum": ["error", "warning"]},
            "value": _or_nothing("string"),
            "message": TEXT,
        }
    ),
    "Receipt": _object(
        {
            "file": TEXT,
            "sha256": TEXT,
            "delivery": _or_nothing("integer"),
            "status": {
                "enum": [
                    "accepted", "accepted_with_warnings", "partly_accepted", "refused",
                    "already_delivered", "dry_run", "needs_consent",
                ]
            },
            "rows": COUNT,
            "accepted": COUNT,
            "unchanged": COUNT,
            "rejected": COUNT,
            "skipped": COUNT,
            "months": _list(MONTH),
            "missing_columns": _list(TEXT),
            "ignored_columns": _list(TEXT),
            "skipped_rows": _list(
                _object(
                    {
                        "row": {"type": "integer"},
                        "sheet": _or_nothing("string"),
                        "why": TEXT,
                        "text": TEXT,
                    }
                )
            ),
            "sheets": _list(
                _object({"name": TEXT, "rows": COUNT, "read": {"type": "boolean"}})
            ),
            "problems": _list({"$ref": "#/components/schemas/RowProblem"}),
            "problem_count": COUNT,
            "replaces": _list(_object({"month": MONTH, "rows": COUNT})),
            "provisional": _list(MONTH),
            "sent_back": _list(
                _object(
                    {
                        "delivery": _or_nothing("integer"),
                        "mended": {"type": "boolean"},
                        "inferred": {"type": "boolean"},
                        "rows": _list({"type": "integer"}),
                    }
                )
            ),
            "completes": _list(
                _object({"delivery": {"type": "integer"}, "rows": _list({"type": "integer"})})
            ),
            "superseded_by": _or_nothing("integer"),
            "seconds": {"type": "number"},
        }
    ),
    "FactsReceipt": _object(
        {
            "file": TEXT,
            "sha256": TEXT,
            "import": _or_nothing("integer"),
            "status": {
                "enum": [
                    "accepted", "accepted_with_warnings", "partly_accepted", "refused",
                    "already_delivered", "dry_run",
                ]
            },
            "rows": COUNT,
            "accepted": COUNT,
            "unchanged": COUNT,
            "rejected": COUNT,
            "skipped": COUNT,
            "ignored_columns": _list(TEXT),
            "problems": _list({"$ref": "#/components/schemas/RowProblem"}),
            "problem_count": COUNT,
            "seconds": {"type": "number"},
        }
    ),
    "Delivery": _object(
        {
            "delivery": {"type": "integer"},
            "aanbieder": TEXT,
            "state": {
                "enum": ["received", "queued", "running", "interrupted", "failed", "held",
                         "refused", "withdrawn"],
                "description": "received, queued en running: nog niet klaar",
            },
            "received_at": {"type": "string", "format": "date-time"},
            "receipt": {"oneOf": [{"$ref": "#/components/schemas/Receipt"}, {"type": "null"}]},
        },
        message={"type": "string", "description": "wat er mis ging, als er iets mis ging"},
    ),
    "Scores": _object(
        {
            "month": MONTH,
            "model": TEXT,
            "peildatum": {"type": "string", "format": "date"},
            "scores": _list(
                _object(
                    {
                        "aanbieder": TEXT,
                        "route": {"enum": ["B", "O", "Z"]},
                        "status": TEXT,
                        "standing": {
                            "enum": ["goed", "voldoende", "onvoldoende", "geen_oordeel",
                                     "geen_levering", "geen_trajecten"]
                        },
                        "score": _or_nothing("number"),
                        "interval": _or_nothing("array"),
                        "chances": _or_nothing("object"),
                        "border": {"type": "boolean", "description": "het gegeven oordeel is "
                                   "minder dan 80 % zeker"},
                        "rank": _or_nothing("object"),
                        "criteria": {"type": "object"},
                    }
                )
            ),
        }
    ),
    "Ledger": _object(
        {
            "contract": TEXT,
            "aanbieder": TEXT,
            "year": {"type": "integer"},
            "first": MONTH,
            "last": MONTH,
            "complete": {"type": "boolean"},
            "hidden": {"type": "boolean", "description": "een bedrag gaat over minder dan vijf "
                       "cursisten: geen enkel bedrag staat erin"},
            "cents": _or_nothing("integer"),
            "invoiced_cents": _or_nothing("integer"),
            "promises": _list(
                _object({"promise": TEXT, "route": TEXT, "bid": TEXT, "contract": TEXT,
                         "given": TEXT, "kept": TEXT})
            ),
            "amounts": _list(
                _object({"article": TEXT, "kind": TEXT, "route": {"enum": ["B", "O", "Z"]},
                         "month": _or_nothing("string"), "cents": {"type": "integer"}})
            ),
        }
    ),
    "Agreements": _object(
        {
            "agreements": _list(
                _object(
                    {
                        "aanbieder": TEXT,
                        "route": _or_nothing("string"),
                        "criterion": _or_nothing("string"),
                        "agreed_on": {"type": "string", "format": "date"},
                        "due_on": {"type": "string", "format": "date"},
                        "state": {"enum": ["open", "closed", "cancelled"]},
                        "sentence": TEXT,
                        "effect": _or_nothing("number"),
                        "interval": _or_nothing("array"),
                        "unit": _or_nothing("string"),
                        "placebos": COUNT,
                        "placebos_outside": COUNT,
                    }
                )
            )
        }
    ),
    "Plan": {"type": "object", "description": "Het traject met elke mijlpaal: gepland, verwacht, "
             "werkelijk, speling en stand."},
    "OcdsPackage": _object(
        {"uri": TEXT, "version": TEXT, "publishedDate": TEXT, "publisher": {"type": "object"},
         "releases": _list({"type": "object"})}
    ),
    "OcdsRecords": _object(
        {"uri": TEXT, "version": TEXT, "publishedDate": TEXT, "publisher": {"type": "object"},
         "records": _list({"type": "object"})}
    ),
}  # fmt: skip
