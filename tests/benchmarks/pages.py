"""Every page of the demo on a running server, one request at a time."""

import re
import tempfile
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from core.accounts import Account, Role
from core.db import database, open_database
from tests.benchmarks import Ratio
from tests.browser.site import Site, email, fill
from tests.crowd import Answer, ask, cookie_of

LIMIT_MS = 200
OF_ONE_KIND = 2
"""Pages that differ in their numbers and codes only; more of them measure the same again."""
FILE = re.compile(r"\.(csv|ics|json|ods|pdf|png|svg|xlsx|xml|zip)(\?|$)")
LINK = re.compile(rb'href="(/[^"#]*)')
NOT_PAGES = ("/static/", "/account/", "/api/")


def _kind(path: str) -> str:
    """The address without the query, codes and numbers in it."""
    return re.sub(r"/[^/]*\d[^/]*", "/x", path.partition("?")[0]) + ("?" if "?" in path else "")


def _walk(site: Site, cookie: str) -> Iterator[Answer]:
    """Every page that can be reached from the start, each asked for a second time."""
    seen, kinds, waiting = {"/"}, dict[str, int](), deque(["/"])
    while waiting:
        path = waiting.popleft()
        first = ask(site.url, path, {"Cookie": cookie})
        if first.status != 200:
            raise RuntimeError(f"{path} gives {first.status}")
        if not first.body.lstrip().startswith(b"<!doctype html") and b"<html" not in first.body:
            continue
        yield min(
            (ask(site.url, path, {"Cookie": cookie}) for _ in range(2)), key=lambda a: a.seconds
        )
        for found in LINK.findall(first.body):
            link = found.decode().replace("&amp;", "&")
            kind = _kind(link)
            known = link in seen or kinds.get(kind, 0) >= OF_ONE_KIND
            if known or FILE.search(link) or link.startswith(NOT_PAGES):
                continue
            seen.add(link)
            kinds[kind] = kinds.get(kind, 0) + 1
            waiting.append(link)


def _cookies(folder: Path) -> dict[Role, str]:
    database.initialize(open_database(f"sqlite:///{folder / 'taalinkoop.sqlite'}"))
    with database.connection_context():
        return {
            role: cookie_of(Account.get(Account.email == email(role)), folder)
            for role in (Role.CONTRACT_MANAGER, Role.MUNICIPALITY, Role.PROVIDER)
        }


def measure() -> Iterator[Ratio]:
    """The page at nineteen twentieths, per role, after each was asked for once."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill(folder)
        site = Site.start(folder)
        try:
            empty = min(ask(site.url, "/healthz", {}).seconds for _ in range(30))
            for role, cookie in _cookies(folder).items():
                answers = sorted(_walk(site, cookie), key=lambda answer: answer.seconds)
                slowest = answers[-1]
                nearly_all = answers[int(len(answers) * 0.95) - 1].seconds
                yield Ratio(
                    f"{len(answers)} pagina's als {role}, 95 %",
                    1000 * nearly_all, LIMIT_MS, "de server", "ms",
                    note=f"{nearly_all / empty:.0f} x een lege pagina; de traagste is "
                    f"{slowest.path} met {1000 * slowest.seconds:.0f} ms",
                )  # fmt: skip
        finally:
            site.stop()
