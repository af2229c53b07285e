"""What the tabs of one aanbieder tell about getting in: the wait, and lessons that fit a job."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import g, url_for

from core.accounts import may
from core.charts.pictures import Chart
from core.dates import month_end, today
from core.formats import MISSING, count_text, number_text, percent_text
from core.small_numbers import HIDDEN_TEXT, NOT_SHOWN, count_or_hidden
from providers.codes import LearningRoute
from providers.models import Provider
from quality.admin.judgement import place_rows
from quality.agreements.queries import latest_cards
from quality.cards import queries as cards
from quality.cards.explanation_words import asked_words
from quality.cards.queries import OUTSIDE, shown_tree
from quality.charts import gallery
from quality.charts.words import NOTHING_CAME
from quality.learners.queue import Queue, by_municipality, people, queues
from quality.learners.signals import LONG_WAIT_DAYS, URGENT_WAIT_DAYS
from quality.lessons.access import AccessRow, access_rows
from quality.lessons.queries import evening_access
from quality.method.criteria import CRITERIA, WAITING
from quality.models import ScoreCard

WAITING_HEADER = (
    ("Leerroute", False), ("Mee in de meting", "numeric minor"), ("Norm (dagen)", "numeric minor"),
    ("Binnen de norm begonnen", True), ("Helft binnen (dagen)", True),
    ("9 van 10 binnen (dagen)", "numeric minor"), ("Wacht nu", True),
    ("Langer dan 42 dagen", "numeric minor"), ("Langer dan 70 dagen", "numeric minor"),
    ("Langste (dagen)", "numeric minor"), ("Gewoon gemiddelde (dagen)", "numeric minor"),
)  # fmt: skip


@dataclass(frozen=True)
class RouteWait:
    """The wait on one route: its curve where that may be told, and the gemeenten."""

    route: LearningRoute
    url: str
    reason: str | None
    """Why there is no figure, where there is none."""
    chart: Chart | None
    places: list[tuple[str, ...]]
    few: list[str]
    """Gemeenten with too few learners to show, or whose number would give that of another."""


def waiting(provider: Provider) -> dict[str, Any]:
    """The wait per route, gemeente and learner in the newest month with a judgement."""
    listed = latest_cards(provider)
    if not listed:
        return {"month": None, "rows": [], "routes": [], "waiters": [], "header": WAITING_HEADER}
    month: date = listed[0].month
    model = cards.model_named(listed[0].model)
    items = {c.result["route"]: shown_tree(c, g.account)["criteria"][WAITING.code] for c in listed}
    by_route = queues(provider, month, model)
    charts = _curves(provider, month, items)
    return {
        "month": month,
        "delivered": any(card.standing not in NOTHING_CAME for card in listed),
        "reference_day": month_end(month),
        "header": WAITING_HEADER,
        "rows": [(LearningRoute.from_code(code).label, *_cells(i)) for code, i in items.items()],
        "told": [(LearningRoute.from_code(code).label, i["value"]) for code, i in items.items()],
        "routes": [
            _route(
                card,
                by_route.get(card.route),
                items[card.result["route"]],
                charts.get(card.result["route"]),
            )
            for card in listed
        ],
        "waiters": _waiters(by_route, month) if may(g.account, "read", "progress") else [],
    }


def _cells(item: dict[str, Any]) -> tuple[str, ...]:
    """A row of the table; what is hidden says so, what was never reached too."""
    if item["state"] == "te_weinig" or (item["judged"] and item["n"] is None):
        return (HIDDEN_TEXT, count_text(item["norm_days"]), *(HIDDEN_TEXT,) * 8)
    if not item["judged"]:
        n = MISSING if item["n"] is None else count_text(item["n"])
        return (n, count_text(item["norm_days"]), *(MISSING,) * 8)
    reached = [
        "niet bereikt" if item[name] is None else count_text(item[name])
        for name in ("median_days", "p90_days")
    ]
    waiting = HIDDEN_TEXT if item["waiting"] is None else count_text(item["waiting"])
    queue = [waiting, *(count_or_hidden(item[name]) for name in ("over_42", "over_70"))]
    longest = MISSING if item["waiting"] == 0 else NOT_SHOWN
    return (
        count_text(item["n"]),
        count_text(item["norm_days"]),
        percent_text(item["value"]),
        *reached,
        *queue,
        longest if item["longest_wait"] is None else count_text(item["longest_wait"]),
        number_text(item["naive_mean"]),
    )


def _curves(provider: Provider, month: date, items: Mapping[str, Any]) -> dict[str, Chart]:
    """The curve of every route with enough learners, for who may see it."""
    drawn = [code for code, item in items.items() if item["judged"]]
    if not drawn or g.account.role in OUTSIDE:
        return {}
    history = gallery.history(month, [provider.id], today=today(), months=1)
    made = gallery.provider_charts(history, provider, {code: ["wachtcurve"] for code in drawn})
    return {code: chart for code, of_route in made.items() for chart in of_route}


def _route(
    card: ScoreCard, queue: Queue | None, item: dict[str, Any], chart: Chart | None
) -> RouteWait:
    code, month = card.result["route"], f"{card.month:%Y-%m}"
    listed = () if queue is None else queue.people
    places = by_municipality(listed, card.month, g.account)
    return RouteWait(
        LearningRoute.from_code(code),
        url_for("judgement.one", month=month, code=card.provider.code, route=code) + "#wachttijd",
        None if item["judged"] else item["reason"],
        chart,
        place_rows([place for place in places if place.n is not None]),
        [place.municipality for place in places if place.n is None],
    )


def _waiters(by_route: Mapping[int, Queue], month: date) -> list[tuple[str, ...]]:
    """Who waits, the longest first, as far as the account may see the learners."""
    rows: list[tuple[int, tuple[str, ...]]] = []
    for route, queue in by_route.items():
        label = LearningRoute(route).label
        for one in people(queue.waiting, month, g.account):
            row = (one.number, label, one.municipality, str(one.days), wait_mark(one.days))
            rows.append((one.days, row))
    return [row for _, row in sorted(rows, key=lambda pair: (-pair[0], pair[1]))]


def wait_mark(days: int) -> str:
    """Which border a wait has passed."""
    if days > URGENT_WAIT_DAYS:
        return f"langer dan {URGENT_WAIT_DAYS} dagen"
    return f"langer dan {LONG_WAIT_DAYS} dagen" if days > LONG_WAIT_DAYS else ""


@dataclass(frozen=True)
class RouteAccess:
    """Lessons in the evening or the weekend on one route: who asked, who got them, and where."""

    route: LearningRoute
    share: float | None
    asked: str
    nothing: bool
    places: list[AccessRow]


def access(provider: Provider) -> dict[str, Any]:
    """Per route and gemeente who asked for the evening or the weekend, and who got it."""
    listed = latest_cards(provider)
    if not listed:
        return {"month": None, "access": []}
    month: date = listed[0].month
    by_route = evening_access(provider.id, month)
    routes = []
    for card in listed:
        for code, item in shown_tree(card, g.account)["criteria"].items():
            if not CRITERIA[code].on_request or not item["judged"] or item["value"] is None:
                continue
            places = access_rows(by_route.get(card.result["route"], {}))
            route = LearningRoute.from_code(card.result["route"])
            value = item["value"]
            routes.append(RouteAccess(route, value, asked_words(item), value == 0, places))
    return {"month": month, "access": routes}
