"""The page of one row of a file: every version of it, and every attempt."""

from typing import Any

from flask import abort, g
from flask_admin import BaseView, expose

from core import access_log
from core.accounts import may, visible
from core.admin import Page
from core.dates import now
from providers.deliveries.history_queries import Event, Happening, history_of, key_of, values_of
from providers.feed.table import read_sheets, row_text
from providers.feed.tell.display import SHOWN, changed, held_text
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


def views() -> list[BaseView]:
    """Make the page; it belongs to one application."""
    url = "/leveringen/<int:number>/rij/<int:row>"
    return [RowHistoryPage("Rij", url=url, endpoint="row_history")]
