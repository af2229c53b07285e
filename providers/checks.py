"""Whether deliveries still add up: every row of every file is somewhere, and only once."""

from core.checks import check
from providers.feed.staging import rows_of


@check
def receipts_add_up() -> list[str]:
    """Every row of a file was accepted, unchanged, rejected or skipped."""
    wrong = rows_of(
        "SELECT id FROM delivery "
        "WHERE rows <> accepted + unchanged + rejected + skipped ORDER BY id"
    )
    return [
        f"De tellingen van levering {number} kloppen niet: de rijen zijn niet samen aangenomen, "
        "ongewijzigd, teruggestuurd en overgeslagen."
        for (number,) in wrong
    ]


@check
def accepted_rows_are_held() -> list[str]:
    """What a delivery says it brought is held, or was removed by the retention rules.

    A row that it repeated becomes its own when the delivery that brought it first is withdrawn:
    it then holds more than it brought, at most what it repeated.
    """
    wrong = rows_of(
        "SELECT d.id, d.accepted, COALESCE(h.held, 0) + COALESCE(m.removed, 0) FROM delivery d "
        "LEFT JOIN (SELECT delivery_id, COUNT(*) AS held FROM progress_record "
        "GROUP BY delivery_id) h ON h.delivery_id = d.id "
        "LEFT JOIN (SELECT delivery_id, SUM(removed) AS removed FROM delivery_month "
        "GROUP BY delivery_id) m ON m.delivery_id = d.id "
        "WHERE COALESCE(h.held, 0) + COALESCE(m.removed, 0) NOT BETWEEN d.accepted "
        "AND d.accepted + d.unchanged ORDER BY d.id"
    )
    return [
        f"Levering {number} bracht {accepted} rijen, maar daarvan zijn er {held} te vinden."
        for number, accepted, held in wrong
    ]


@check
def repeated_rows_are_held() -> list[str]:
    """Every row that a delivery repeated is there; only the first of a stretch is a foreign key."""
    wrong = rows_of(
        "SELECT c.delivery_id, COUNT(*) FROM confirmation c WHERE c.length > 1 AND c.length <> "
        "(SELECT COUNT(*) FROM progress_record p "
        "WHERE p.id >= c.record_id AND p.id < c.record_id + c.length) "
        "GROUP BY c.delivery_id ORDER BY c.delivery_id"
    )
    return [
        f"Levering {number} herhaalde rijen die er niet meer zijn: {stretches} keer."
        for number, stretches in wrong
    ]
