"""Every page of a region of five million rows, per role, in processor time of the server."""

import re
from collections import deque
from collections.abc import Iterator

from flask.testing import FlaskClient

from core.accounts import Role
from tests.benchmarks import Ratio, region, timing

LIMIT_MS = 200
OF_ONE_KIND = 2
"""Pages that differ in their numbers and codes only; more of them measure the same again."""
FILE = re.compile(r"/origineel/|\.(csv|ics|json|ods|pdf|png|svg|xlsx|xml|zip)(/|\?|$)")
LINK = re.compile(rb'href="(/[^"#]*)')
NOT_PAGES = ("/static/", "/account/", "/api/")


def measure() -> Iterator[Ratio]:
    """The page at nineteen twentieths, per role, after each was asked for once."""
    with region.filled() as folder:
        rows = region.rows_held()
        region.judge_every_month()
        app = region.application(folder)
        for role in (Role.CONTRACT_MANAGER, Role.MUNICIPALITY, Role.PROVIDER):
            spent = sorted(_walk(region.client_of(app, role)))
            nearly_all = spent[int(len(spent) * 0.95) - 1][0]
            slowest = ", ".join(f"{path} {1000 * taken:.0f} ms" for taken, path in spent[:-6:-1])
            yield Ratio(
                f"{len(spent)} pagina's als {role} bij {rows} rijen, 95 %",
                1000 * nearly_all, LIMIT_MS, "de processor", "ms",
                note=f"de traagste: {slowest}",
            )  # fmt: skip


def _walk(client: FlaskClient) -> Iterator[tuple[float, str]]:
    """Every page that can be reached from the start, and the processor time of asking again."""
    seen, kinds, waiting = {"/"}, dict[str, int](), deque(["/"])
    while waiting:
        path = waiting.popleft()
        answer = client.get(path)
        if answer.status_code in {301, 302, 303, 308}:
            continue
        if answer.status_code != 200:
            raise RuntimeError(f"{path} gives {answer.status_code}")
        if answer.mimetype != "text/html":
            continue
        yield timing.processor_of(lambda asked=path: client.get(asked).close(), 2), path
        for result in LINK.findall(answer.data):
            link = result.decode().replace("&amp;", "&")
            kind = _kind(link)
            skip = link in seen or kinds.get(kind, 0) >= OF_ONE_KIND
            if skip or FILE.search(link) or link.startswith(NOT_PAGES):
                continue
            seen.add(link)
            kinds[kind] = kinds.get(kind, 0) + 1
            waiting.append(link)


def _kind(path: str) -> str:
    """The address without the query, codes and numbers in it."""
    return re.sub(r"/[^/]*\d[^/]*", "/x", path.partition("?")[0]) + ("?" if "?" in path else "")
