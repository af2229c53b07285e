"""What two deliveries of one month say differently: a page, and the same as a file."""

from collections.abc import Iterator
from typing import Any

from flask import Response, abort, g, request, url_for
from flask_admin import BaseView, expose

from core.accounts import may, visible
from core.admin import Page
from core.dates import parse_month
from core.export import download
from providers.admin.history import contract_numbers, narrow
from providers.deliveries.difference_queries import (
    DIFFERENT,
    Difference,
    Kind,
    Pair,
    differences,
    summary_of,
)
from providers.deliveries.history_queries import values_of
from providers.feed.table import read_sheets, row_text
from providers.feed.tell.display import changed
from providers.models import Delivery

PAGE_SIZE = 50
HEADER = ("Trajectnummer", "Verschil", "Rij", "Kolom", "Was", "Werd")


class DifferencesPage(Page):
    """Two deliveries of one provider, for those who may see the rows in them."""

    thing = "progress"

    def _pair(self, number: int, earlier: int, month: str) -> Pair:
        if not may(g.account, "read", "deliveries"):
            abort(403)
        mine = visible(Delivery, g.account).where(Delivery.id.in_((number, earlier)))
        found = {delivery.id: delivery for delivery in mine}
        if not earlier < number or len(found) != 2:
            abort(404)
        if found[number].provider != found[earlier].provider:
            abort(404)
        try:
            return Pair(found[number], found[earlier], parse_month(month))
        except ValueError:
            abort(404)

    @expose("/")
    def index(self, number: int, earlier: int, month: str) -> str:
        """Show how many rows differ, in which columns, and which."""
        pair = self._pair(number, earlier, month)
        chosen = request.args.get("soort", "")
        kinds = [kind for kind in DIFFERENT if kind == chosen] or list(DIFFERENT)
        after = request.args.get("na", "")
        start = int(after) if after.isascii() and after.isdigit() and len(after) < 10 else 0
        found = list(differences(pair, narrow, kinds=kinds, after=start, limit=PAGE_SIZE + 1))
        contracts = contract_numbers(pair.later.provider)
        address: dict[str, Any] = {"number": number, "earlier": earlier, "month": month}
        only: dict[str, Any] = {"soort": chosen} if len(kinds) == 1 else {}
        more = len(found) > PAGE_SIZE
        return self.render(
            "providers/differences.html",
            pair=pair,
            summary=summary_of(pair, narrow),
            kind=Kind,
            rows=[(one, _changes(one, contracts)) for one in found[:PAGE_SIZE]],
            address=address,
            tabs=[
                ("Alle verschillen", url_for(".index", **address), len(kinds) > 1),
                *(
                    (one.capitalize(), url_for(".index", soort=one, **address), [one] == kinds)
                    for one in DIFFERENT
                ),
            ],
            first=url_for(".index", **address, **only) if start else None,
            next=url_for(".index", na=found[PAGE_SIZE - 1].key, **address, **only)
            if more
            else None,
        )

    @expose("/verschillen.<any(csv, xlsx):kind>")
    def download(self, number: int, earlier: int, month: str, kind: str) -> Response:
        """Give every difference as a file, a changed column a line."""
        pair = self._pair(number, earlier, month)
        name = f"verschillen-{number}-{earlier}-{month}"
        return download(name, kind, HEADER, _lines(pair))


def _changes(one: Difference, contracts: dict[int, str]) -> list[tuple[str, str, str]]:
    if one.before is None or one.after is None:
        return []
    return changed(values_of(one.before), values_of(one.after), contracts)


def _lines(pair: Pair) -> Iterator[tuple[Any, ...]]:
    contracts = contract_numbers(pair.later.provider)
    sheets = read_sheets(pair.later.findings)
    for one in differences(pair, narrow):
        row = one.after.row if one.after else one.sent_back
        place = (one.number, str(one.kind), row and row_text(row, sheets))
        for change in _changes(one, contracts) or [("", "", "")]:
            yield (*place, *change)


def views() -> list[BaseView]:
    """Make the page; it belongs to one application."""
    url = "/leveringen/<int:number>/verschillen/<int:earlier>/<month>"
    return [DifferencesPage("Verschillen", url=url, endpoint="differences")]
