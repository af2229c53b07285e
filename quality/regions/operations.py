"""Make the file of this region, and take in those of others."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core import audit
from core.dates import add_months, month_end, parse_month
from core.db import transaction
from core.errors import DomainError
from core.formats import month_text
from core.personal_data import refuse
from providers.codes import LearningRoute
from providers.models import Provider
from quality.cards import inputs
from quality.method.criteria import CRITERIA
from quality.models import FIXED, RegionTable, ScoreCard
from quality.passport.seal import REGION, opened, sealed
from quality.regions.rules import (
    FEWEST_PEOPLE,
    FEWEST_PROVIDERS,
    HOURS_STEP,
    Curve,
    RouteTable,
    read_table,
)

LONGEST_NAME = 60
MOST_BYTES = 200_000
WINDOW_MONTHS = 12


def own_tables(month: date) -> dict[str, RouteTable]:
    """The tables of this region in a fixed month, by route, from what was known when it was fixed.

    A route with fewer than three aanbieders, or with too few people, has none.
    """
    from quality.method.waiting import stays  # noqa: PLC0415  numpy, once it is needed

    cards: list[Any] = list(
        ScoreCard.select(ScoreCard, Provider).join(Provider).where(
            ScoreCard.month == month, ScoreCard.revision == 0, ScoreCard.status == FIXED
        )
    )  # fmt: skip
    if not cards:
        raise DomainError(
            "not_fixed",
            f"{month_text(month)} is nog niet vastgesteld. Kies een maand die vaststaat: zo is er "
            "van een maand maar één bestand.",
            field="month",
        )
    start = add_months(month, 1 - WINDOW_MONTHS).toordinal()
    reference = month_end(month).toordinal()
    people: dict[str, list[tuple[int, int, int]]] = {}
    taking_part: dict[str, set[int]] = {}
    hours: dict[str, dict[str, list[tuple[float, float]]]] = {}
    for provider_id in sorted({card.provider_id for card in cards}):
        known_on = max(card.fixed_at for card in cards if card.provider_id == provider_id)
        rows, queue = inputs.queue(provider_id, month, known_on)
        for route in {row[0] for row in rows}:
            chosen = [place for place, row in enumerate(rows) if row[0] == route]
            of_route = type(queue)(
                queue.registered[chosen], queue.started[chosen], queue.left[chosen]
            )
            followed = stays(of_route, window_start=start, reference=reference).tolist()
            if followed:
                code = LearningRoute(route).code
                people.setdefault(code, []).extend(map(tuple, followed))
                taking_part.setdefault(code, set()).add(provider_id)
    for card in cards:
        _add_hours(hours.setdefault(LearningRoute(card.route).code, {}), card.result["criteria"])
    tables = {}
    for code, followed in sorted(people.items()):
        curve = Curve.of(followed)
        if curve.people >= FEWEST_PEOPLE and len(taking_part[code]) >= FEWEST_PROVIDERS:
            sums = {
                criterion: _rounded(pairs)
                for criterion, pairs in hours.get(code, {}).items()
                if len(pairs) >= FEWEST_PROVIDERS
            }
            tables[code] = RouteTable(len(taking_part[code]), curve.rounded(), sums)
    return tables


def _add_hours(pairs: dict[str, list[tuple[float, float]]], criteria: Mapping[str, Any]) -> None:
    """Add the hours of one aanbieder on a route; a criterion without a judgement adds nothing."""
    for code, item in criteria.items():
        measure = CRITERIA[code]
        if item.get("judged") and not (measure.counts_people or measure.is_status):
            top, bottom = item.get("numerator"), item.get("denominator")
            if top is not None and bottom:
                pairs.setdefault(code, []).append((top, bottom))


def _rounded(pairs: list[tuple[float, float]]) -> tuple[int, int]:
    top, bottom = (HOURS_STEP * round(sum(part) / HOURS_STEP) for part in zip(*pairs, strict=True))
    return top, bottom


def make_own(month: date, *, name: str, by: str, at: datetime) -> RegionTable:
    """Make and keep the tables of this region in a fixed month; made once, it stays the same."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise DomainError(
            "name", f"Vul de naam van de regio in, hoogstens {LONGEST_NAME} tekens.", field="name"
        )
    refuse(name, field="name")
    kept = RegionTable.get_or_none(RegionTable.own, RegionTable.month == month)
    if kept is not None:
        return kept
    content = {
        "region": name,
        "month": f"{month:%Y-%m}",
        "routes": {code: table.data for code, table in own_tables(month).items()},
    }
    if not content["routes"]:
        raise DomainError(
            "too_few", "Op geen enkele leerroute zijn er genoeg aanbieders en cursisten.",
            field="month",
        )  # fmt: skip
    return _keep(content, own=True, action="export", by=by, at=at)


def signed_file(table: RegionTable, key: Ed25519PrivateKey) -> bytes:
    """The file for other regions: nobody can change it unseen."""
    return sealed(table.content, key, REGION)


def take_in(data: bytes, *, by: str, at: datetime) -> RegionTable:
    """Check and keep the file of another region; an earlier one of that month is replaced."""
    if len(data) > MOST_BYTES:
        raise DomainError("too_large", "Dit bestand is te groot voor een regio.", field="file")
    try:
        content = opened(data, expected_kind=REGION)
    except DomainError as error:
        raise DomainError(error.code, error.message, field="file") from None
    checked = _checked(content)
    own = RegionTable.get_or_none(RegionTable.own)
    if own is not None and own.region == checked["region"]:
        raise DomainError("own", "Dit is het bestand van je eigen regio.", field="file")
    return _keep(checked, own=False, action="load", by=by, at=at)


def _checked(content: Mapping[str, Any]) -> dict[str, Any]:
    """Only what we know of a file, in the shape that we write ourselves."""
    region, routes = content.get("region"), content.get("routes")
    our_routes = {route.code for route in LearningRoute}
    if not isinstance(region, str) or not isinstance(routes, dict) or not set(routes) <= our_routes:
        raise DomainError("not_a_region", "In het bestand ontbreekt de regio of de leerroute.",
                          field="file")  # fmt: skip
    refuse(region, field="file")
    try:
        month = parse_month(str(content.get("month")))
    except ValueError:
        raise DomainError("month", "In het bestand staat geen maand.", field="file") from None
    tables = {code: read_table(table).data for code, table in routes.items()}
    return {"region": region.strip()[:LONGEST_NAME], "month": f"{month:%Y-%m}", "routes": tables}


def _keep(content: dict[str, Any], *, own: bool, action: str, by: str, at: datetime) -> RegionTable:
    month, region = parse_month(content["month"]), content["region"]
    with transaction():
        RegionTable.delete().where(
            RegionTable.region == region, RegionTable.month == month
        ).execute()
        row = RegionTable.create(
            region=region, month=month, own=own, content=content, entered_by=by, entered_at=at
        )
        audit.record(
            at=at, actor=by, action=action, thing="region_table",
            thing_id=f"{region} {month:%Y-%m}",
        )  # fmt: skip
    return row
