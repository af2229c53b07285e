"""What the page of one aanbieder tells about its scores: the judgements and their history."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import g, request, url_for

from core.accounts import may, visible
from core.charts.pictures import Chart
from core.dates import today
from providers.codes import LearningRoute
from providers.models import Provider
from quality.admin.judgement import alike_texts
from quality.agreements.queries import latest_cards
from quality.cards import words as score_words
from quality.cards.queries import history_of, model_named, shown_tree
from quality.charts import gallery
from quality.method.criteria import CRITERIA
from quality.method.explain import needed_for_good, sentence
from quality.models import ScoreCard

TABLE_MONTHS = 12
CHART_MONTHS = 24
PICTURED = ("score", *(code for code, measure in CRITERIA.items() if measure.picture))


@dataclass(frozen=True)
class RouteScores:
    """One route: its judgement in the newest month, the working, and the months before."""

    route: LearningRoute
    month: date
    url: str
    tree: dict[str, Any]
    working: str
    needed: list[str]
    rows: list[dict[str, Any]]


@dataclass(frozen=True)
class Scores:
    """All routes, and the charts of the route that is looked at."""

    routes: list[RouteScores]
    chosen: RouteScores
    charts: list[Chart]
    words: Any = score_words

    @property
    def columns(self) -> list[tuple[str, str]]:
        """Criteria of the chosen route, with their names."""
        return [(code, CRITERIA[code].label) for code in self.chosen.tree["criteria"]]


def score_panels(provider: Provider) -> dict[str, Scores | None]:
    """What this account may see of the scores of an aanbieder; nothing before there are any.

    The charts are of the route that the address asks for, or of the first.
    """
    return {"scores": _scores(provider, request.args.get("leerroute", ""))}


def _scores(provider: Provider, wanted: str) -> Scores | None:
    account = g.account
    if not may(account, "read", "scores"):
        return None
    newest: Any = (
        visible(ScoreCard, account)
        .where(ScoreCard.provider == provider)
        .order_by(ScoreCard.month.desc())
        .first()
    )
    if newest is None:
        return None
    by_route: dict[str, list[ScoreCard]] = {}
    for card in history_of(provider.id, newest.month, CHART_MONTHS):
        by_route.setdefault(card.result["route"], []).append(card)
    trees = {
        code: {card.month: shown_tree(card, account) for card in cards}
        for code, cards in by_route.items()
    }
    routes = [_route(provider, code, route_trees) for code, route_trees in trees.items()]
    chosen = next((one for one in routes if one.route.code == wanted), routes[0])
    # The same charts as everywhere else: drawn ahead, and with norm and suspensions.
    history = gallery.history(chosen.month, [provider.id], today=today())
    of_route = {chosen.route.code: PICTURED}
    charts = gallery.provider_charts(history, provider, of_route).get(chosen.route.code, [])
    return Scores(routes, chosen, charts)


def _route(provider: Provider, code: str, trees: dict[date, dict[str, Any]]) -> RouteScores:
    def address(month: date) -> str:
        return url_for("judgement.one", month=f"{month:%Y-%m}", code=provider.code, route=code)

    month = max(trees)
    tree = trees[month]
    rows = [
        {"month": day, "tree": trees[day], "url": address(day)}
        for day in sorted(trees, reverse=True)[:TABLE_MONTHS]
    ]
    return RouteScores(
        LearningRoute.from_code(code),
        month,
        address(month),
        tree,
        sentence(tree) or "",
        _needed(tree),
        rows,
    )


def _needed(tree: dict[str, Any]) -> list[str]:
    """Per criterion the value that alone would lift the score to goed."""
    needed = []
    for code, need in needed_for_good(tree, model_named(tree["model"])).items():
        if need["possible"] and not need["met"]:
            item = {**tree["criteria"][code], "value": need["value"]}
            needed.append(f"{CRITERIA[code].label} {score_words.criterion_text(code, item)}")
    return needed


def alike_lines(provider: Provider, tab: str) -> list[tuple[str, str]]:
    """Per route the criterion of a tab against learners alike, where that may be told."""
    about = [code for code, measure in CRITERIA.items() if measure.details[0] == f"providers.{tab}"]
    if not about or not may(g.account, "read", "scores"):
        return []
    lines = []
    for card in latest_cards(provider):
        tree, model = shown_tree(card, g.account), model_named(card.model)
        label = LearningRoute(card.route).label
        lines += [
            (label, text)
            for code in about
            for text in alike_texts(card, tree, model, code).values()
        ]
    return lines
