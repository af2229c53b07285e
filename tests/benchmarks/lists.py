"""A list page, at any depth, against an empty page of the same server."""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from flask.testing import FlaskClient

from core.accounts import Role
from core.pages.lists import choice_filter
from core.pages.model_view import SafeModelView
from providers.models import CURRENT, CourseTrack, ProgressRecord, Provider
from tests.benchmarks import Ratio, region, timing

DEPTH_MARK = re.compile(r"[?&;]na=([\w-]+)")
REPEATS = 15
# Per list: a filter, a column that sorts, and the first letters of a name in it. Deliveries that
# are not asked for in some order stand under a calendar, which ``pages`` measures.
LISTS = {
    "/leveringen/": ("stand=held", "received_at", "zoek=levering-77"),
    "/rijen/": ("aanbieder=P077&maand=24321", "id", "zoek=B77-12"),
}


class RowsView(SafeModelView):
    """Every row that is held, as the longest list that the list of the product can be given."""

    thing = "progress"
    column_list = ("id", "track.number", "provider.code", "month", "minutes_offered")
    labels = {"id": "Nummer", "track.number": "Traject"}
    joined = (ProgressRecord.provider, ProgressRecord.track)
    search_columns = (CourseTrack.number,)
    search_from_start = True
    list_filters = (
        choice_filter("maand", "Maand", ProgressRecord.month, [(24321, "oktober 2026")]),
        choice_filter("aanbieder", "Aanbieder", Provider.code, [("P077", "School 077")]),
    )

    def get_query(self) -> Any:
        """Current versions only."""
        return super().get_query().where(CURRENT)


def measure() -> Iterator[Ratio]:
    """First, filtered, sorted, searched and deep pages of a list of files and one of all rows."""
    with region.filled() as folder:
        rows = region.rows_held()
        app = region.application(folder)
        app.extensions["admin"][0].add_view(RowsView(ProgressRecord, "Rijen", url="/rijen"))
        client = region.client_of(app, Role.CONTRACT_MANAGER)
        for address, parts in LISTS.items():
            yield from _of_list(client, address, parts, rows)


def _of_list(
    client: FlaskClient, address: str, parts: tuple[str, str, str], rows: int
) -> Iterator[Ratio]:
    narrowed, sort, search = parts
    first = f"{address}?sorteer=-{sort}"
    mark = DEPTH_MARK.search(client.get(first).get_data(as_text=True))
    assert mark is not None, "a list of one page"
    # The far end of the list: what comes before the mark of the second page in reverse order.
    deep = f"{address}?sorteer={sort}&voor={mark[1]}"
    pages = {
        "eerste bladzijde": first,
        "gefilterd": f"{address}?{narrowed}",
        "gesorteerd": f"{address}?sorteer={sort}",
        "gezocht": f"{address}?{search}",
        "aan het einde": deep,
    }
    spent = _in_turns(client, ["/healthz", *pages.values()])
    for name, page in pages.items():
        yield Ratio(
            f"{address}, {name}, bij {rows} rijen", spent[page] / spent["/healthz"], 15,
            "een lege pagina", note=f"{1000 * spent[page]:.1f} ms processor",
        )  # fmt: skip
    yield Ratio(f"{address}, aan het einde", spent[deep] / spent[first], 1.5, "de eerste bladzijde")


def _in_turns(client: FlaskClient, addresses: list[str]) -> dict[str, float]:
    """The smallest processor time of each, asked for one after the other, many times."""

    def ask(address: str) -> None:
        assert client.get(address).status_code == 200, address

    rounds = [
        [timing.processor_of(partial(ask, address), 1) for address in addresses]
        for _ in range(REPEATS)
    ]
    return dict(zip(addresses, map(min, zip(*rounds, strict=True)), strict=True))
