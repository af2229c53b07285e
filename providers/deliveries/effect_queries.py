"""What withdrawing a delivery would change, told before somebody does it."""

from dataclasses import dataclass

from providers.feed.hold.confirming import covers
from providers.feed.hold.staging import rows_of


@dataclass(frozen=True)
class Effect:
    """Rows of a delivery that count now, and what would become of each of them."""

    counting: int
    restored: int
    """An earlier row takes their place."""
    kept: int
    """A later delivery has them too."""

    @property
    def gone(self) -> int:
        """Nothing takes their place."""
        return self.counting - self.restored - self.kept


def effect_of_withdrawal(delivery: int) -> Effect:
    """The effect of withdrawing a held delivery as things stand."""
    repeated = (
        f"EXISTS (SELECT 1 FROM confirmation c JOIN delivery d ON d.id = c.delivery_id "
        f"AND d.state = 'held' WHERE {covers('r.id')})"
    )
    earlier = (
        "EXISTS (SELECT 1 FROM progress_record b WHERE b.superseded_by_id = r.delivery_id "
        "AND b.delivery_id <> r.delivery_id AND b.track_id = r.track_id AND b.month = r.month)"
    )
    counting, kept, restored = rows_of(
        f"SELECT COUNT(*), COALESCE(SUM(CASE WHEN {repeated} THEN 1 ELSE 0 END), 0), "
        f"COALESCE(SUM(CASE WHEN NOT {repeated} AND {earlier} THEN 1 ELSE 0 END), 0) "
        "FROM progress_record r WHERE r.delivery_id = ? AND r.superseded_by_id IS NULL",
        delivery,
    )[0]
    return Effect(int(counting), int(restored), int(kept))
