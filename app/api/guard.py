"""Who calls the API: the token, how often it may, and what it may."""

import threading
import time
from collections import Counter

from flask import current_app, request

from app.api.declaration import Call, Operation
from app.api.problems import ApiError
from core.accounts import Account, may
from core.dates import today
from core.identity.api_token_operations import account_of, find_token

REFUSALS_PER_MINUTE = 30
"""Tokens that do not exist, from one address; a token of 256 bits is not guessed, but try."""


class Meter:
    """Counts requests per minute, in this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._minute = 0
        self._counts: Counter[str] = Counter()

    def count(self, who: str, at_most: int) -> None:
        """Count one request; ``ApiError`` 429 over the limit."""
        seconds = time.time()
        with self._lock:
            if self._minute != int(seconds // 60):
                self._minute = int(seconds // 60)
                self._counts.clear()
            self._counts[who] += 1
            over = self._counts[who] > at_most
        if over:
            raise ApiError(429, headers={"Retry-After": str(60 - int(seconds % 60))})


meter = Meter()


def account_of_request(permission: str) -> Account:
    """The account that the token of this request acts as, when it has this permission."""
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    address = request.remote_addr or ""
    token = find_token(text.strip(), today=today()) if kind.lower() == "bearer" else None
    if token is None:
        meter.count(f"refused {address}", REFUSALS_PER_MINUTE)
        raise ApiError(401, headers={"WWW-Authenticate": 'Bearer realm="taalinkoop"'})
    meter.count(f"token {token.id}", current_app.config["TAALINKOOP_API_PER_MINUTE"])
    thing, action = permission.split(":")
    account = account_of(token)
    if permission not in token.permissions or not may(account, action, thing):
        raise ApiError(403)
    return account


def call_of_request(operation: Operation, path: dict[str, str]) -> Call:
    """Check token, permission and values of a request."""
    account = account_of_request(operation.permission)
    accepted = {p.name for p in operation.parameters if p.where == "query"}
    unknown = sorted(set(request.args) - accepted)
    if unknown:
        raise ApiError(
            400, f"Onbekend in het adres: {', '.join(unknown)}.", code="unknown_parameter"
        )
    values = {}
    for parameter in operation.parameters:
        given = path if parameter.where == "path" else request.args
        if parameter.name in given:
            values[parameter.name] = parameter.read(given[parameter.name])
        elif parameter.required:
            raise ApiError(
                400, f"Geef ook {parameter.name}: {parameter.description}", code="missing_parameter"
            )
    return Call(account, values)
