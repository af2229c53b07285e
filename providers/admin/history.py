"""Versions compared: every version of one row of a file, and two deliveries of one month."""

from collections.abc import Iterator
from typing import Any

from flask import Response, abort, g, request, url_for
from flask_admin import BaseView, expose

from core import access_log
from core.accounts import may, visible
from core.admin import Page
from core.dates import now, parse_month
from core.export import download
from core.pages.purposes import asks_purpose
from providers.deliveries.difference_queries import (
    DIFFERENT,
    Difference,
    Kind,
    Pair,
    differences,
    summary_of,
)
from providers.deliveries.history_queries import Event, Happening, history_of, key_of, values_of
from providers.feed.columns import SHOWN, changed, held_text
from providers.feed.table import read_sheets, row_text
from providers.models import Contract, Delivery, Provider

WORDS = {
    Happening.BROUGHT: "aangenomen",
    Happening.REPEATED: "opnieuw gestuurd, zonder verschil",
    Happening.SENT_BACK: "teruggestuurd",
    Happening.WITHDRAWN: "ingetrokken",
}


def narrow(model: Any, query: Any) -> Any:
    """What of a query the signed-in account may see."""
    return visible(model, g.account, query)


def contract_numbers(provider: Provider) -> dict[int, str]:
    """Contract numbers of a provider, by key."""
    query: Any = Contract.select(Contract.id, Contract.number).where(Contract.provider == provider)
    return dict(query.tuples())


class RowHistoryPage(Page):
    """One row, for those who may see it."""

    thing = "progress"

    @expose("/")
    def index(self, number: int, row: int) -> str:
        """Show what counts now, and everything that happened."""
        key = key_of(number, row, narrow)
        if key is None:
            abort(404)
        access_log.record(g.account, "row", at=now(), about=number, numbers=[key.number])
        history = history_of(key, narrow)
        contracts = contract_numbers(key.provider)
        current = history.current
        values = values_of(current) if current else {}
        return self.render(
            "providers/row_history.html",
            key=key,
            history=history,
            current=current,
            words=WORDS,
            place=_place,
            happening=Happening,
            events=[(event, _differences(event, contracts)) for event in history.events],
            values=[
                (column.name, held_text(column, values[column.held_as], contracts))
                for column in SHOWN
                if values.get(column.held_as) is not None
            ],
            back=number if may(g.account, "read", "deliveries") else None,
        )


def _place(delivery: Delivery, row: int) -> str:
    """A row of the file of a delivery, as a person looks it up."""
    text = row_text(row, read_sheets(delivery.findings))
    return text if " " in text else f"rij {text}"


def _differences(event: Event, contracts: dict[int, str]) -> list[tuple[str, str, str]]:
    if event.before is None or event.after is None or event.before == event.after:
        return []
    return changed(values_of(event.before), values_of(event.after), contracts)


PAGE_SIZE = 50
HEADER = ("Trajectnummer", "Verschil", "Rij", "Kolom", "Was", "Werd")


class DifferencesPage(Page):
    """Two deliveries of one provider, for those who may see the rows in them."""

    thing = "progress"

    def _pair(self, number: int, earlier: int, month: str) -> Pair:
        if not may(g.account, "read", "deliveries"):
            abort(403)
        mine = visible(Delivery, g.account).where(Delivery.id.in_((number, earlier)))
        by_id = {delivery.id: delivery for delivery in mine}
        if not earlier < number or len(by_id) != 2:
            abort(404)
        if by_id[number].provider != by_id[earlier].provider:
            abort(404)
        try:
            return Pair(by_id[number], by_id[earlier], parse_month(month))
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
        lines = list(differences(pair, narrow, kinds=kinds, after=start, limit=PAGE_SIZE + 1))
        contracts = contract_numbers(pair.later.provider)
        address: dict[str, Any] = {"number": number, "earlier": earlier, "month": month}
        only: dict[str, Any] = {"soort": chosen} if len(kinds) == 1 else {}
        more = len(lines) > PAGE_SIZE
        return self.render(
            "providers/differences.html",
            pair=pair,
            summary=summary_of(pair, narrow),
            kind=Kind,
            rows=[(one, _changes(one, contracts)) for one in lines[:PAGE_SIZE]],
            address=address,
            tabs=[
                ("Alle verschillen", url_for(".index", **address), len(kinds) > 1),
                *(
                    (one.capitalize(), url_for(".index", soort=one, **address), [one] == kinds)
                    for one in DIFFERENT
                ),
            ],
            first=url_for(".index", **address, **only) if start else None,
            next=url_for(".index", na=lines[PAGE_SIZE - 1].key, **address, **only)
            if more
            else None,
        )

    @expose("/verschillen.<any(csv, xlsx):kind>")
    @asks_purpose
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
    """Make the pages; they belong to one application."""
    delivery = "/leveringen/<int:number>"
    of_two = f"{delivery}/verschillen/<int:earlier>/<month>"
    return [
        RowHistoryPage("Rij", url=f"{delivery}/rij/<int:row>", endpoint="row_history"),
        DifferencesPage("Verschillen", url=of_two, endpoint="differences"),
    ]
