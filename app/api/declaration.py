"""What each operation of the API is, declared once: routing, checking and documents read this."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.api.problems import ApiError
from core.accounts import Account


@dataclass(frozen=True)
class Parameter:
    """A value in the path or the query, with its JSON schema and a sentence."""

    name: str
    where: str
    schema: Mapping[str, Any]
    description: str
    required: bool = False

    def read(self, text: str) -> Any:
        """Read a value; ``ApiError`` says what it must be (404 in a path, 400 in a query)."""
        try:
            return _read(text, self.schema)
        except ValueError:
            if self.where == "path":
                raise ApiError(404) from None
            raise ApiError(
                400, f"Kijk {self.name} na: {self.description}", code="bad_parameter"
            ) from None


def _read(text: str, schema: Mapping[str, Any]) -> Any:
    if schema["type"] == "boolean":
        if text not in ("true", "false"):
            raise ValueError(text)
        return text == "true"
    if schema["type"] == "integer":
        if not re.fullmatch(r"-?[0-9]{1,12}", text):
            raise ValueError(text)
        if not schema["minimum"] <= int(text) <= schema["maximum"]:
            raise ValueError(text)
        return int(text)
    if "enum" in schema and text not in schema["enum"]:
        raise ValueError(text)
    if "pattern" in schema and not re.fullmatch(schema["pattern"].strip("^$"), text):
        raise ValueError(text)
    if len(text) > schema.get("maxLength", 200):
        raise ValueError(text)
    return text


@dataclass(frozen=True)
class Answer:
    """What an operation gives back."""

    document: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """A request that may be done: who asks, and with what values."""

    account: Account
    values: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        """A value, or ``None`` when it was not given."""
        return self.values.get(name)


Function = Callable[[Call], Answer]


@dataclass(frozen=True)
class Operation:
    """One method on one path."""

    method: str
    path: str
    permission: str
    summary: str
    description: str
    function: Function
    answers: Mapping[int, tuple[str, str]]
    parameters: tuple[Parameter, ...] = ()
    body: Mapping[str, Mapping[str, Any]] | None = None
    problems: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """The operationId and the endpoint."""
        return self.function.__name__

    @property
    def all_problems(self) -> tuple[int, ...]:
        """Every error status this can answer with."""
        return tuple(sorted({400, 401, 403, 429, *self.problems}))


OPERATIONS: list[Operation] = []


def operation(
    method: str,
    path: str,
    *,
    permission: str,
    summary: str,
    description: str,
    answers: Mapping[int, tuple[str, str]],
    parameters: tuple[Parameter, ...] = (),
    body: Mapping[str, Mapping[str, Any]] | None = None,
    problems: tuple[int, ...] = (),
) -> Callable[[Function], Function]:
    """Declare an operation; ``answers`` gives per status a sentence and the name of a schema."""

    def declare(function: Function) -> Function:
        OPERATIONS.append(
            Operation(
                method=method,
                path=path,
                permission=permission,
                summary=summary,
                description=description,
                function=function,
                answers=answers,
                parameters=parameters,
                body=body,
                problems=problems,
            )
        )
        return function

    return declare
