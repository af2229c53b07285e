"""What the drift alarm asks attention for: deliveries that differ from what came before."""

from datetime import date, timedelta
from typing import Any

import providers.scopes  # noqa: F401  registers who sees what
from core.accounts import Account, may, visible
from core.attention import Attention, Urgency
from core.dates import parse_month
from providers.deliveries.queries import missing_rows
from providers.models import Delivery, Provider

TOLD_FOR = timedelta(days=31)
NEWEST = 200


def attention(account: Account, today: date) -> list[Attention]:
    """Held deliveries of the last month with an alarm, newest per provider."""
    if not may(account, "read", "deliveries"):
        return []
    query: Any = visible(
        Delivery, account, Delivery.select(Delivery, Provider).join(Provider)
    ).where(Delivery.state == "held")
    told: dict[str, Attention] = {}
    for delivery in query.order_by(Delivery.id.desc()).limit(NEWEST):
        provider = delivery.provider
        if provider.code in told or delivery.received_at.date() < today - TOLD_FOR:
            continue
        found = [alarm for alarm in delivery.findings.get("drift", []) if _stands(provider, alarm)]
        if found:
            count = "1 ding is" if len(found) == 1 else f"{len(found)} dingen zijn"
            told[provider.code] = Attention(
                f"{provider.name}: {count} anders dan in eerdere leveringen.",
                f"/leveringen/{delivery.id}/",
                Urgency.SOON,
                more=found[0]["text"],
                needs=("create", "deliveries"),
            )
    return list(told.values())


def _stands(provider: Provider, alarm: dict[str, Any]) -> bool:
    """Whether an alarm still holds: who was missing may have come in a later delivery."""
    if alarm["kind"] != "vanished":
        return True
    return missing_rows(provider.id, parse_month(alarm["month"]), _all_rows).exists()


def _all_rows(_model: Any, query: Any) -> Any:
    return query
