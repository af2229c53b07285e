"""A list page, at any depth, against an empty page of the same server."""

import re
from collections.abc import Iterator
from typing import Any

from flask.testing import FlaskClient

from core.accounts import Role
from core.admin import SafeModelView
from core.lists import choice_filter
from providers.models import CURRENT, CourseTrack, ProgressRecord, Provider
from tests.benchmarks import Ratio, region, timing

DEPTH_MARK = re.compile(r"[?&;]na=([\w-]+)")
REPEATS = 15
# Per list: a filter, a column that sorts, and the first letters of a name in it.
LISTS = {
    "/leveringen/": ("stand=held", "received_at", "zoek=levering-77"),
    "/rijen/": ("aanbieder=P077&maand=24321", "id", "zoek=B77-"),
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
    with region.held() as folder:
        rows = region.rows_held()
        app = region.application(folder)
        app.extensions["admin"][0].add_view(RowsView(ProgressRecord, "Rijen", url="/rijen"))
        client = region.client_of(app, Role.CONTRACT_MANAGER)
        empty = _spent(client, "/healthz")
        for address, parts in LISTS.items():
            yield from _of_list(client, address, parts, empty, rows)


def _of_list(
    client: FlaskClient, address: str, parts: tuple[str, str, str], empty: float, rows: int
) -> Iterator[Ratio]:
    narrowed, sort, search = parts
    pages = {
        "eerste bladzijde": "",
        "gefilterd": f"?{narrowed}",
        "gesorteerd": f"?sorteer={sort}",
        "gezocht": f"?{search}",
    }
    first = 0.0
    for name, query in pages.items():
        page = _spent(client, address + query)
        first = first or page
        yield Ratio(
            f"{address}, {name}, bij {rows} rijen", page / empty, 15, "een lege pagina",
            note=f"{1000 * page:.1f} ms processor",
        )  # fmt: skip
    # The far end of the list: what comes before the mark of the second page in reverse order.
    reverse = client.get(f"{address}?sorteer=-{sort}").get_data(as_text=True)
    mark = DEPTH_MARK.search(reverse)
    assert mark is not None, "a list of one page"
    deep = _spent(client, f"{address}?sorteer={sort}&na={mark[1]}")
    deep = max(deep, _spent(client, f"{address}?sorteer={sort}&voor={mark[1]}"))
    sorted_first = _spent(client, f"{address}?sorteer={sort}")
    yield Ratio(
        f"{address}, aan het einde", deep / sorted_first, 1.5, "de eerste bladzijde",
        note=f"{1000 * deep:.1f} ms processor",
    )  # fmt: skip


def _spent(client: FlaskClient, address: str) -> float:
    assert client.get(address).status_code == 200, address
    return timing.processor_of(lambda: client.get(address).close(), REPEATS)
