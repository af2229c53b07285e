"""Whether deliveries still add up: every row of every file is somewhere, and only once."""

from core.checks import check
from core.dates import month_from_number
from core.formats import month_text
from providers.feed.hold.staging import rows_of


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
        f"Levering {number} bracht {accepted} rijen, maar daarvan zijn er {counted} te vinden."
        for number, accepted, counted in wrong
    ]


@check
def open_tracks_are_counted_right() -> list[str]:
    """The kept number of open trajecten of a month is that of the rows."""
    wrong = rows_of(
        "SELECT DISTINCT p.code, o.month FROM open_tracks o "
        "JOIN provider p ON p.id = o.provider_id "
        "LEFT JOIN (SELECT provider_id, month, route, COUNT(*) AS number FROM progress_record "
        "WHERE superseded_by_id IS NULL AND status < 4 GROUP BY provider_id, month, route) r "
        "ON r.provider_id = o.provider_id AND r.month = o.month AND r.route = o.route "
        "WHERE o.waiting + o.active + o.paused <> COALESCE(r.number, 0) ORDER BY p.code, o.month"
    )
    return [
        f"Het bewaarde aantal lopende trajecten van aanbieder {code} in "
        f"{month_text(month_from_number(month))} klopt niet met de rijen."
        for code, month in wrong
    ]
