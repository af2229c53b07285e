"""Of which months rows are gone by the retention rules."""

from collections.abc import Collection
from datetime import date
from typing import Any

from providers.models import Delivery, DeliveryMonth


def removed_months(provider_ids: Collection[int]) -> set[tuple[int, date]]:
    """Provider and month of which rows were removed: what rests on them is not whole any more."""
    query: Any = (
        DeliveryMonth.select(DeliveryMonth, Delivery)
        .join(Delivery)
        .where(Delivery.provider.in_(provider_ids), DeliveryMonth.removed > 0)
    )
    return {(one.delivery.provider_id, one.month) for one in query}
