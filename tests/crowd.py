"""Many people and systems at one server: sessions without a form, pages read, files delivered."""

import json
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from core.accounts import Account
from core.dates import now
from core.identity.session_operations import begin

PATIENCE = 180


@dataclass(frozen=True)
class Answer:
    """What came back, and how long it took."""

    path: str
    status: int
    seconds: float
    body: bytes


def cookie_of(account: Account, folder: Path) -> str:
    """The cookie of somebody who signed in on the installation in this folder."""
    bare = Flask("crowd")
    bare.secret_key = (folder / "secret_key").read_text(encoding="ascii")
    signer = SecureCookieSessionInterface().get_signing_serializer(bare)
    assert signer is not None
    session = {"token": begin(account, at=now())}
    return f"taalinkoop={signer.dumps(session)}"


def ask(url: str, path: str, headers: dict[str, str], data: bytes | None = None) -> Answer:
    """Ask for a page, or send a file; any answer of the server is an answer."""
    asked = urllib.request.Request(url + path, data=data, headers=headers)
    start = time.perf_counter()
    try:
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
            status, body = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            status, body = error.code, error.read()
    return Answer(path, status, time.perf_counter() - start, body)


def wait_until_ready(url: str) -> None:
    """Return once the server answers and its database is ready."""
    for _ in range(600):
        try:
            if ask(url, "/readyz", {}).status == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise TimeoutError(url)


def send(url: str, token: str, content: bytes) -> dict[str, Any]:
    """Deliver a file by the API; return the receipt."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "text/csv"}
    answer = ask(url, "/api/v1/deliveries", headers, content)
    assert answer.status == 201, answer.body.decode()
    return dict(json.loads(answer.body))


def together(
    url: str,
    deliveries: list[tuple[str, list[bytes]]],
    readers: list[tuple[str, list[str]]],
) -> tuple[list[dict[str, Any]], list[Answer]]:
    """Every token sends its files in turn while every cookie reads its pages, round and round."""
    with ThreadPoolExecutor(len(deliveries) + len(readers)) as pool:

        def deliver(one: tuple[str, list[bytes]]) -> list[dict[str, Any]]:
            token, files = one
            return [send(url, token, content) for content in files]

        busy = [pool.submit(deliver, one) for one in deliveries]

        def read(one: tuple[str, list[str]]) -> list[Answer]:
            cookie, paths = one
            answers: list[Answer] = []
            for path in cycle(paths):
                answers.append(ask(url, path, {"Cookie": cookie}))
                if len(answers) >= len(paths) and all(job.done() for job in busy):
                    break
            return answers

        reading = [pool.submit(read, one) for one in readers]
        receipts = [receipt for job in busy for receipt in job.result()]
        return receipts, [answer for job in reading for answer in job.result()]
