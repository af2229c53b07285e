"""What the start page says about deliveries and quality marks."""

from datetime import date, timedelta
from typing import Any

import providers.scopes  # noqa: F401  registers which rows of the register an account may see
from core.accounts import Account, may, visible
from core.attention import MOST_UPCOMING, Attention, Figure, Upcoming, Urgency
from core.dates import NATIONAL, add_months, parse_month
from core.formats import counted, day_text, month_text
from providers.codes import MarkStatus
from providers.deliveries.calendar_queries import (
    CalendarCell,
    DeliveryState,
    delivery_calendar,
    last_closed_month,
)
from providers.deliveries.queries import missing_rows
from providers.models import Delivery, Provider
from providers.register.queries import troubled_marks

LOOK_BACK_MONTHS = 3
SOON_WORKING_DAYS = 3


def attention(account: Account, today: date) -> list[Attention]:
    """Deliveries that are missing, due or faulty, and marks that are not in order."""
    items: list[Attention] = []
    mine = list(visible(Provider, account).order_by(Provider.name))
    if may(account, "read", "deliveries"):
        items.extend(_deliveries(account, mine, today))
    if may(account, "read", "register"):
        items.extend(_marks(account, today))
    items.extend(_unusual(account, today))
    return items


def upcoming(account: Account, today: date) -> list[Upcoming]:
    """Until when the deliveries of the last month and of this one may come."""
    if not may(account, "read", "deliveries"):
        return []
    names = {one.id: one.name for one in visible(Provider, account)}
    last = last_closed_month(today)
    waited: dict[tuple[date, date], list[str]] = {}
    for cell in delivery_calendar(list(names), last, add_months(last, 1), today):
        if cell.state == DeliveryState.EXPECTED and cell.due:
            waited.setdefault((cell.due, cell.month), []).append(names[cell.provider_id])
    return [
        Upcoming(
            due,
            f"Levering over {month_text(month)} van "
            f"{mine[0] if len(mine) == 1 else f'{len(mine)} aanbieders'}",
            "/leveringen/",
        )
        for (due, month), mine in sorted(waited.items())[:MOST_UPCOMING]
    ]


def figures(account: Account, today: date) -> list[Figure]:
    """How many deliveries over the last closed month are in, of those that had to come."""
    if not may(account, "read", "deliveries"):
        return []
    last = last_closed_month(today)
    keys = [one.id for one in visible(Provider, account, Provider.select(Provider.id))]
    cells = [
        cell
        for cell in delivery_calendar(keys, last, last, today)
        if cell.state != DeliveryState.NOT_OWED
    ]
    missing = (DeliveryState.MISSING, DeliveryState.EXPECTED)
    received = sum(cell.state not in missing for cell in cells)
    label = f"leveringen binnen over {month_text(last)}"
    return [Figure(label, f"{received} van {len(cells)}", "/leveringen/")] if cells else []


def _deliveries(account: Account, providers: list[Provider], today: date) -> list[Attention]:
    last = last_closed_month(today)
    first = add_months(last, 1 - LOOK_BACK_MONTHS)
    names = {provider.id: provider.name for provider in providers}
    cells = delivery_calendar(list(names), first, last, today)
    sends = may(account, "create", "deliveries")
    items = []
    for cell in cells:
        if cell.state == DeliveryState.MISSING:
            items.append(_missing(cell, names[cell.provider_id]))
        elif cell.state == DeliveryState.FAULTS:
            items.append(_faulty(cell, names[cell.provider_id]))
        elif cell.state == DeliveryState.EXPECTED and sends and cell.due:
            soon = NATIONAL.working_days_between(today, cell.due) <= SOON_WORKING_DAYS
            if soon:
                items.append(_due(cell, names[cell.provider_id]))
    return items


def _missing(cell: CalendarCell, name: str) -> Attention:
    return Attention(
        f"De levering van {name} over {month_text(cell.month)} ontbreekt.",
        "/leveringen/",
        Urgency.NOW,
        cell.due,
        more=f"Die moest er zijn op {day_text(cell.due)}.",
        needs=("create", "deliveries"),
        together=f"{{n}} leveringen van {name} ontbreken",
    )


def _faulty(cell: CalendarCell, name: str) -> Attention:
    rows = counted(cell.to_mend, "rij", "rijen")
    return Attention(
        f"In de levering van {name} over {month_text(cell.month)} "
        f"{'moet' if cell.to_mend == 1 else 'moeten'} nog {rows} worden verbeterd.",
        f"/leveringen/{cell.delivery_id}/",
        Urgency.SOON,
        needs=("create", "deliveries"),
    )


def _due(cell: CalendarCell, name: str) -> Attention:
    return Attention(
        f"Stuur de levering van {name} over {month_text(cell.month)} "
        f"uiterlijk op {day_text(cell.due)}.",
        "/leveringen/",
        Urgency.SOON,
        cell.due,
        needs=("create", "deliveries"),
        together="{n} leveringen moeten binnenkort komen",
    )


def _marks(account: Account, today: date) -> list[Attention]:
    keys: Any = visible(Provider, account, Provider.select(Provider.id))
    items = []
    for mark in troubled_marks(today, keys):
        status = MarkStatus(mark.status)
        url = f"/aanbieders/{mark.provider.code}/keurmerk/"
        if not status.valid:
            items.append(
                Attention(
                    f"Het keurmerk van {mark.provider.name} is {status.label} "
                    f"sinds {day_text(mark.valid_from)}.",
                    url,
                    Urgency.NOW,
                    more="Koop hier geen lessen in voor de B1-route en de Z-route.",
                    needs=("change", "register"),
                )
            )
        else:
            checked = (
                "nog niet gecontroleerd"
                if mark.checked_on is None
                else f"voor het laatst gecontroleerd op {day_text(mark.checked_on)}"
            )
            items.append(
                Attention(
                    f"Het keurmerk van {mark.provider.name} is {checked}.",
                    url,
                    Urgency.LATER,
                    more="Kijk in het register van Blik op Werk en vul de datum in.",
                    needs=("change", "register"),
                    together="{n} keurmerken zijn lang niet gecontroleerd",
                )
            )
    return items


DAYS_SHOWN = timedelta(days=31)
NEWEST = 200


def _unusual(account: Account, today: date) -> list[Attention]:
    """Held deliveries of the last month that differ from those before, newest per provider."""
    if not may(account, "read", "deliveries"):
        return []
    query: Any = visible(
        Delivery, account, Delivery.select(Delivery, Provider).join(Provider)
    ).where(Delivery.state == "held")
    by_provider: dict[str, Attention] = {}
    for delivery in query.order_by(Delivery.id.desc()).limit(NEWEST):
        provider = delivery.provider
        if provider.code in by_provider or delivery.received_at.date() < today - DAYS_SHOWN:
            continue
        alarms = [alarm for alarm in delivery.findings.get("drift", []) if _stands(provider, alarm)]
        if alarms:
            count = "1 ding is" if len(alarms) == 1 else f"{len(alarms)} dingen zijn"
            by_provider[provider.code] = Attention(
                f"{provider.name}: {count} anders dan in eerdere leveringen.",
                f"/leveringen/{delivery.id}/",
                Urgency.SOON,
                more=alarms[0]["text"],
                needs=("create", "deliveries"),
            )
    return list(by_provider.values())


def _stands(provider: Provider, alarm: dict[str, Any]) -> bool:
    """Whether an alarm still holds: who was missing may have come in a later delivery."""
    if alarm["kind"] != "vanished":
        return True
    return missing_rows(provider.id, parse_month(alarm["month"]), _all_rows).exists()


def _all_rows(_model: Any, query: Any) -> Any:
    return query
