"""The OpenAPI 3.1 document, made from the declarations."""

from typing import Any

from app.api.declaration import OPERATIONS, Operation, Parameter
from app.api.problems import MEDIA_TYPE, TITLES
from app.api.schemas import SCHEMAS

VERSION = "1.0"


def document() -> dict[str, Any]:
    """Describe every operation."""
    paths: dict[str, Any] = {}
    for one in OPERATIONS:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Taalinkoop",
            "version": VERSION,
            "description": "Leveringen insturen, scores en inkooptrajecten lezen.",
            "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        },
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": SCHEMAS,
            "responses": {
                str(status): {
                    "description": title,
                    "content": {MEDIA_TYPE: {"schema": _reference("Problem")}},
                }
                for status, (_, title, _) in TITLES.items()
            },
        },
    }


def _reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _operation(one: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.summary,
        "description": one.description,
        "parameters": [_parameter(p) for p in one.parameters],
        "responses": {
            str(status): {
                "description": sentence,
                "content": {"application/json": {"schema": _reference(schema)}},
            }
            for status, (sentence, schema) in one.answers.items()
        }
        | {str(s): {"$ref": f"#/components/responses/{s}"} for s in one.all_problems},
    }
    if one.body:
        content = {media: {"schema": schema} for media, schema in one.body.items()}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _parameter(one: Parameter) -> dict[str, Any]:
    return {
        "name": one.name,
        "in": one.where,
        "required": one.required or one.where == "path",
        "description": one.description,
        "schema": one.schema,
    }
