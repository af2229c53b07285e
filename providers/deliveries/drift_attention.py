"""What the drift alarm asks attention for: deliveries that differ from what came before."""

from datetime import date, timedelta
from typing import Any

import providers.scopes  # noqa: F401  registers who sees what
from core.accounts import Account, may, visible
from core.attention import Attention, Urgency
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
        found = delivery.findings.get("drift", [])
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
