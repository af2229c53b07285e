"""Pages of the scores: a month, one judgement with its explanation, fixing a month."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import abort, flash, g, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

import quality.scopes  # noqa: F401  registers who sees what
from core.accounts import may, visible
from core.admin import NothingThereError, Page, needs
from core.dates import add_months, month_end, now, parse_month, today
from core.export import download
from core.formats import month_text
from core.pages.fields import SafeForm
from core.small_numbers import hide_small
from providers.codes import LearningRoute
from providers.models import Provider
from quality.cards import operations, queries as cards, words as score_words
from quality.cards.comparison import Comparison, compare
from quality.cards.words import QUEUE_LABELS, queue_cell
from quality.charts import gallery, scores as scores_chart
from quality.charts.words import SHORT_MARKS
from quality.method import words as method_words
from quality.method.criteria import CRITERIA, MARK, WAITING
from quality.method.model import is_outdated
from quality.method.words import FEW_GROUPS, border_text, step_word
from quality.models import FIXED, Invitation, Reaction, ScoreCard

Tree = dict[str, Any]
ROUTES = {route.code: route for route in LearningRoute}


def mark_is_outdated(tree: Tree) -> bool:
    """Whether the newest check of the mark is too long ago, on the day that one looks."""
    mark = tree["criteria"].get(MARK.code)
    if mark is None or not mark["judged"]:
        return False
    checked = mark.get("checked_on")
    model = cards.model_named(tree["model"])
    return is_outdated(date.fromisoformat(checked) if checked else None, today(), model)


def month_or_404(text: str) -> date:
    """Read the month of an address."""
    try:
        return parse_month(text)
    except ValueError:
        abort(404)


def card_or_404(month: date, code: str, route: str) -> ScoreCard:
    """The card of an address, when the account may see it; who may see the school hears why not."""
    if route not in ROUTES:
        abort(404)
    card = visible(
        ScoreCard, g.account, cards.cards_of(month, route=route).where(Provider.code == code)
    ).first()
    if card is not None:
        return card
    provider = visible(Provider, g.account).where(Provider.code == code).first()
    if provider is None or not may(g.account, "read", "scores"):
        abort(404)
    when = month_text(month)
    raise NothingThereError(
        f"Er is geen oordeel over {when}",
        f"Van {provider.name}, {ROUTES[route].label}, zijn er geen rijen over {when}. Stond hier "
        "eerder een oordeel, dan is het weg omdat de levering is ingetrokken of vervangen. Kijk "
        "bij Leveringen wat er over die maand is.",
    )


def visible_cards(month: date, **narrow: Any) -> list[ScoreCard]:
    """Cards of a month that the signed-in account may see."""
    return list(visible(ScoreCard, g.account, cards.cards_of(month, **narrow)))


def visible_months() -> list[date]:
    """Months of which the account may see something, oldest first."""
    query: Any = visible(ScoreCard, g.account, ScoreCard.select(ScoreCard.month).distinct())
    return sorted(month for (month,) in query.tuples())


@dataclass(frozen=True)
class Line:
    """One provider on one route, in the table of a month."""

    name: str
    provider_id: int
    tree: Tree
    change: str
    url: str
    fixed: bool

    @property
    def unsure(self) -> str:
        """What makes the word unsure: near a border, or too few groups; empty when neither."""
        return FEW_GROUPS if self.tree.get("few_groups") else border_text(self.tree)

    @property
    def outdated(self) -> bool:
        """Whether the newest check of the quality mark is too long ago."""
        return mark_is_outdated(self.tree)


SORTS = ("naam", *CRITERIA, "score")
WITH_RANK = "score"


class ScorePage(Page):
    """Scores of a month."""

    thing = "scores"

    @expose("/")
    def index(self) -> Response | str:
        """Go to the newest month."""
        months = visible_months()
        if not months:
            return self.render("quality/scores_empty.html")
        newest = cards.newest_judged_month(today(), months) or months[-1]
        return redirect(url_for(".month", month=f"{newest:%Y-%m}"))

    @expose("/<month>/")
    def month(self, month: str) -> str:
        """Show all judgements of a month, by route and name."""
        day = month_or_404(month)
        month_cards, before = visible_cards(day), _outlines(add_months(day, -1))
        months = visible_months()
        if not month_cards and day not in months:
            abort(404)
        narrowed = Narrowed.read()
        lines = _lines(month_cards, before)
        chosen = narrowed.apply(lines)
        trees = [line.tree for line in lines]
        return self.render(
            "quality/month.html",
            month=day,
            reference_day=month_end(day),
            may_see_regions=may(g.account, "read", "regions"),
            complete=cards.is_complete(day, today()),
            sentence=score_words.month_sentence(
                trees, _fallen(day, lines, before), _names(month_cards)
            ),
            steps=_steps(day, months),
            routes=_route_tabs(day, month_cards, narrowed.route),
            groups=_groups(chosen),
            narrowed=narrowed,
            lines=lines,
            chosen=chosen,
            criteria=_columns(trees),
            words=score_words,
            method_words=method_words,
            short_marks=SHORT_MARKS,
            fixed=_fixed_words(month_cards),
            talks=_talks(chosen),
            **_charts(day, chosen, month_cards, narrowed.route),
            model=cards.model_named(month_cards[0].model)
            if month_cards
            else cards.model_in_force(day),
            comparison=_comparison(month_cards, narrowed),
            measures=CRITERIA,
            may_fix=self.may("fix") and any(card.status != FIXED for card in month_cards),
        )

    @expose("/<month>/scores.<any(csv, xlsx):kind>")
    def download(self, month: str, kind: str) -> Response:
        """Give the scores of a month as a file."""
        day = month_or_404(month)
        lines = Narrowed.read().apply(_lines(visible_cards(day), {}))
        return download(f"kwaliteit-{month}", kind, DOWNLOAD_HEADER, _download_rows(day, lines))

    @expose("/<month>/vaststellen/", methods=("GET", "POST"))
    @needs("fix")
    def fix(self, month: str) -> Response | str:
        """Ask, then make the scores of a month vastgesteld."""
        day = month_or_404(month)
        month_cards = visible_cards(day)
        if not month_cards:
            abort(404)
        form = SafeForm()
        if form.validate_on_submit():
            codes = sorted({card.provider.code for card in month_cards})
            fixed = operations.fix_month(day, codes=codes, by=g.account.email, at=now())
            flash(f"{len(fixed)} scores van {month_text(day)} zijn vastgesteld.", "success")
            return redirect(url_for(".month", month=month))
        concept = sum(card.status != FIXED for card in month_cards)
        return self.render(
            "quality/fix.html", month=day, concept=concept, form=form, **_still_open(day)
        )

    @expose("/<month>/<code>/")
    def provider(self, month: str, code: str) -> Response:
        """Go to the first route of a provider in a month."""
        day = month_or_404(month)
        own = [card for card in visible_cards(day) if card.provider.code == code]
        if not own:
            abort(404)
        route = own[0].result["route"]
        return redirect(url_for("judgement.one", month=month, code=code, route=route))


def _still_open(month: date) -> dict[str, int]:
    """What the contract manager may want to wait for before a month is fixed."""
    invited = visible(Invitation, g.account).where(
        Invitation.month == month, Invitation.until >= today()
    )
    unanswered = visible(Reaction, g.account).where(
        Reaction.month == month, Reaction.answered_at.is_null()
    )
    return {"running": invited.count(), "unanswered": unanswered.count()}


@dataclass(frozen=True)
class Narrowed:
    """What the address asks to see: route, search, standing and order."""

    route: str = ""
    search: str = ""
    standing: str = ""
    sort: str = "naam"

    @classmethod
    def read(cls) -> "Narrowed":
        """Read the address; what cannot be is left out."""
        arguments = request.args
        route, sort = arguments.get("route", ""), arguments.get("sorteer", "")
        return cls(
            route=route if route in cards.ROUTE_NUMBERS else "",
            search=arguments.get("zoek", "").strip()[:100],
            standing=arguments.get("oordeel", ""),
            sort=sort if sort in SORTS else "naam",
        )

    def apply(self, lines: Sequence[Line]) -> list[Line]:
        """Filter and sort the lines; by name unless asked otherwise."""
        chosen = [
            line
            for line in lines
            if self.route in ("", line.tree["route"])
            and self.search.casefold() in f"{line.name} {line.tree['aanbieder']}".casefold()
            and self.standing in ("", line.tree["standing"])
        ]
        chosen.sort(key=lambda line: (line.name.casefold(), line.tree["aanbieder"]))
        if self.sort != "naam":
            chosen.sort(key=lambda line: -_sort_value(line.tree, self.sort))
        return chosen

    @property
    def narrowed(self) -> bool:
        """Whether not everything of the route is shown."""
        return bool(self.search or self.standing)

    @property
    def query(self) -> dict[str, str]:
        """As arguments of an address."""
        pairs = {
            "route": self.route,
            "zoek": self.search,
            "oordeel": self.standing,
            "sorteer": "" if self.sort == "naam" else self.sort,
        }
        return {name: value for name, value in pairs.items() if value}


def _sort_value(tree: Tree, sort: str) -> float:
    item = tree if sort == "score" else tree["criteria"].get(sort, {})
    value = item.get("score" if sort == "score" else "points")
    return -1.0 if value is None else float(value)


def _names(month_cards: Sequence[ScoreCard]) -> dict[str, str]:
    return {card.provider.code: card.provider.name for card in month_cards}


def _outlines(month: date) -> dict[tuple[int, int], Tree]:
    """Standing, score and interval of every card of a month, by provider and route."""
    query: Any = ScoreCard.select(
        ScoreCard.provider, ScoreCard.route, ScoreCard.standing, ScoreCard.score,
        ScoreCard.interval_low, ScoreCard.interval_high,
    ).where(ScoreCard.month == month, ScoreCard.revision == 0)  # fmt: skip
    rows = visible(ScoreCard, g.account, query).tuples()
    return {
        (provider, route): {"standing": standing, "score": score, "interval": high and [low, high]}
        for provider, route, standing, score, low, high in rows
    }


def _fallen(
    month: date, lines: Sequence[Line], before: Mapping[tuple[int, int], Tree]
) -> list[Tree]:
    """The judgements of the month before of who fell a class since: only these are read in full."""
    keys = {
        line.provider_id
        for line in lines
        if (old := before.get((line.provider_id, cards.ROUTE_NUMBERS[line.tree["route"]])))
        and step_word(line.tree, old).startswith("zakte")
    }
    earlier = visible_cards(add_months(month, -1), provider_ids=sorted(keys)) if keys else []
    return [cards.tree_of(card) for card in earlier]


def _lines(month_cards: Sequence[ScoreCard], before: Mapping[tuple[int, int], Tree]) -> list[Line]:
    return [
        Line(
            name=card.provider.name,
            provider_id=card.provider.id,
            tree=(tree := cards.shown_tree(card, g.account)),
            change=score_words.change_word(tree, before.get((card.provider.id, card.route))),
            url=url_for(
                "judgement.one",
                month=f"{card.month:%Y-%m}",
                code=card.provider.code,
                route=card.result["route"],
            ),
            fixed=card.status == FIXED,
        )
        for card in month_cards
    ]


def _groups(lines: Sequence[Line]) -> list[tuple[LearningRoute, list[Line]]]:
    groups = [
        (route, [line for line in lines if line.tree["route"] == route.code])
        for route in LearningRoute
    ]
    return [(route, members) for route, members in groups if members]


def _columns(trees: Sequence[Tree]) -> list[tuple[str, str]]:
    codes = dict.fromkeys(code for tree in trees for code in tree["criteria"])
    return [(code, CRITERIA[code].label) for code in codes]


def _steps(day: date, months: Sequence[date]) -> dict[str, Any]:
    def link(month: date | None) -> tuple[str, str] | None:
        if month is None:
            return None
        return month_text(month), url_for(".month", month=f"{month:%Y-%m}")

    return {
        "previous": link(max((m for m in months if m < day), default=None)),
        "next": link(min((m for m in months if m > day), default=None)),
    }


def _route_tabs(
    day: date, month_cards: Sequence[ScoreCard], current: str
) -> list[tuple[str, str, bool]]:
    month = f"{day:%Y-%m}"
    here = {card.result["route"] for card in month_cards}
    return [
        ("Alle leerroutes", url_for(".month", month=month), not current),
        *(
            (route.label, url_for(".month", month=month, route=route.code), current == route.code)
            for route in LearningRoute
            if route.code in here
        ),
    ]


def _fixed_words(month_cards: Sequence[ScoreCard]) -> dict[str, Any]:
    fixed = [card for card in month_cards if card.status == FIXED]
    newest = max(fixed, key=lambda card: card.fixed_at) if fixed else None
    return {"count": len(fixed), "of": len(month_cards), "newest": newest}


def _comparison(month_cards: Sequence[ScoreCard], narrowed: Narrowed) -> Comparison | None:
    """How sure the order is; only where somebody asks for an order, on one route."""
    own = [card for card in month_cards if card.result["route"] == narrowed.route]
    if not own or narrowed.sort != WITH_RANK:
        return None
    return compare(own, cards.model_named(own[0].model))


@dataclass(frozen=True)
class TalkNeeded:
    """A provider that asks for a talk: its first judgement that does, and on what by route."""

    line: Line
    routes: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def url(self) -> str:
        """The sheet of the talk; the judgement itself for who has no talks."""
        if may(g.account, "read", "agreements"):
            return url_for("talk.index", code=self.line.tree["aanbieder"])
        return self.line.url


def _talks(lines: Sequence[Line]) -> list[TalkNeeded]:
    """Who falls short or clearly goes down, and on which criteria; in the order of the table."""
    asking: dict[str, list[Line]] = {}
    for line in lines:
        if score_words.asks_a_talk(line.tree):
            asking.setdefault(line.tree["aanbieder"], []).append(line)
    return [
        TalkNeeded(
            own[0],
            tuple(
                (
                    LearningRoute.from_code(line.tree["route"]).label,
                    score_words.talk_reasons(line.tree),
                )
                for line in own
            ),
        )
        for own in asking.values()
    ]


def _charts(
    day: date, lines: Sequence[Line], month_cards: Sequence[ScoreCard], route: str
) -> dict[str, Any]:
    """The picture that leads, as far as every row fits in it, and funnels of a chosen route.

    What stands in the table is not drawn once more: the charts page has the map of criteria.
    """
    if not lines:
        return {"lead": None, "funnels": []}
    listed = {line.provider_id for line in lines}
    history = gallery.History(
        day,
        today(),
        tuple({c.provider.id: c.provider for c in month_cards if c.provider.id in listed}.values()),
        {day: tuple(hide_small(line.tree) for line in lines)},
        cards.model_in_force(day),
    )
    fits = len(lines) <= gallery.MOST_ROWS
    return {
        "lead": gallery.in_parts(history, scores_chart)[0] if fits else None,
        "funnels": gallery.funnels(history, route) if route else [],
    }


PARTS = ("waarde", "van", "tot", "aantal", "groepen", "punten", "gewicht", "verandering")
DOWNLOAD_HEADER = (
    "Maand", "Aanbiedercode", "Aanbieder", "Leerroute", "Status", "Oordeel", "Score",
    "Score van", "Score tot", "Hoe zeker", "Plaats van", "Plaats tot", "Toegangseis", "Dekking",
    "Klein aantal", "Rekenmodel",
    *(
        f"{measure.label}: {part}"
        for measure in CRITERIA.values()
        for part in PARTS
    ),
    *(f"Wachttijd: {label}" for label in QUEUE_LABELS.values()),
)  # fmt: skip


def _download_rows(day: date, lines: Sequence[Line]) -> Iterator[tuple[Any, ...]]:
    for line in lines:
        tree = line.tree
        low, high = tree["interval"] or (None, None)
        rank = tree["rank"] or {"lo": None, "hi": None}
        cells: list[Any] = []
        for code in CRITERIA:
            item = tree["criteria"].get(code) or tree["beside"].get(code)
            if item is None:
                cells += [None] * 8
                continue
            few = item["state"] == "te_weinig"
            value, n = ("< 5", "< 5") if few else (item["value"], item["n"])
            low_high = item.get("interval") or (None, None)
            word = method_words.change_text(item.get("change"))
            points, weight = item["points"], item["weight"]
            cells += [value, *low_high, n, item.get("groups"), points, weight, word]
        waiting = tree["criteria"].get(WAITING.code, {})
        cells += [queue_cell(waiting, name) for name in QUEUE_LABELS]
        yield (
            f"{day:%Y-%m}", tree["aanbieder"], line.name, tree["route"], tree["status"],
            tree["standing"].replace("_", " "), tree["score"], low, high,
            method_words.sure_text(tree), rank["lo"], rank["hi"],
            tree["gate"]["reason"] or "voldoet", tree["coverage"], tree["small"], tree["model"],
            *cells,
        )  # fmt: skip
