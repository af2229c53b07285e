"""Pages of charts: those of a month, those of one provider, and some providers side by side."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import abort, g, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

import quality.scopes  # noqa: F401  registers who sees what
from core.accounts import visible
from core.admin import Page
from core.charts.pictures import Chart
from core.dates import add_months, month_of, months_between, today
from core.export import BYTE_ORDER_MARK, CSV_TYPE
from providers.codes import LearningRoute
from providers.models import Provider
from quality import charts
from quality.admin.scores import month_or_404, visible_months
from quality.agreements.models import Agreement
from quality.cards.comparison import MONTHS_BESIDE, BeforeAfter, before_and_after
from quality.charts import gallery
from quality.charts.compare import MOST
from quality.charts.gallery import HISTORY
from quality.method.criteria import CRITERIA
from quality.models import ScoreCard

TYPES = {"svg": "image/svg+xml", "png": "image/png", "csv": CSV_TYPE}
REGION = "regio"
MEASURES = {"score": "Score", **{c: m.label for c, m in CRITERIA.items() if m.picture}}


class ChartPage(Page):
    """All charts of a month, each with its table and downloads."""

    thing = "scores"

    @expose("/")
    def index(self, month: str) -> Response | str:
        """Show the charts of all providers together, one subject at a time."""
        if code := request.args.get("aanbieder"):
            return redirect(url_for(".provider", month=month, code=code))
        asked = request.args.get("over", "")
        subject = asked if asked in gallery.SUBJECTS else next(iter(gallery.SUBJECTS))
        history = _of_region_or_404(month, gallery.SUBJECTS[subject].months)
        parts = gallery.parts_of(history, subject)
        part = min(max(request.args.get("deel", 1, type=int), 1), parts)
        drawn = gallery.region_charts(history, subject, part)

        def address(over: str, deel: int | None = None) -> str:
            return url_for(".index", month=month, over=over, deel=deel)

        return self.render(
            "quality/charts.html",
            month=history.month,
            providers=_with_cards(history.month),
            drawn=[(one, _links(month, REGION, one)) for one in drawn],
            provider=None,
            subjects=[
                (subject_of.label, address(one), one == subject)
                for one, subject_of in gallery.SUBJECTS.items()
            ],
            part=part,
            parts=parts,
            previous=("Vorig deel", address(subject, part - 1)) if part > 1 else None,
            following=("Volgend deel", address(subject, part + 1)) if part < parts else None,
        )

    @expose("/<code>/")
    def provider(self, month: str, code: str) -> str:
        """Show the charts of one provider, one route at a time."""
        history, provider = _of_one_or_404(month, code)
        drawn = {
            route: list(listed)
            for route, listed in gallery.provider_charts(history, provider).items()
        }
        asked = request.args.get("route", "")
        route = asked if asked in drawn else next(iter(drawn), "")
        return self.render(
            "quality/charts.html",
            month=history.month,
            providers=_with_cards(history.month),
            drawn=[(one, _links(month, code, one)) for one in drawn.get(route, [])],
            subjects=[
                (
                    LearningRoute.from_code(one).label,
                    url_for(".provider", month=month, code=code, route=one),
                    one == route,
                )
                for one in drawn
            ],
            provider=provider,
        )

    @expose("/<code>/<chart>.<any(svg, png, csv):kind>")
    def download(self, month: str, code: str, chart: str, kind: str) -> Response:
        """Give one chart as a picture or as its data."""
        picture = next((c for c in _of(month, code, chart) if c.name == chart), None) or abort(404)
        if kind == "csv":
            content = (BYTE_ORDER_MARK + picture.csv()).encode()
        else:
            content = picture.png() if kind == "png" else picture.svg_file()
        response = Response(content, content_type=TYPES[kind])
        response.headers.set("Content-Disposition", "attachment", filename=f"{chart}.{kind}")
        return response


def _mine(*codes: str) -> Any:
    """Ids of the providers that the account may see; with codes, of those."""
    query: Any = visible(Provider, g.account, Provider.select(Provider.id))
    return query.where(Provider.code.in_(codes)) if codes else query


def _of_region_or_404(month: str, months: int = HISTORY) -> gallery.History:
    """A month that has score cards the account may see; earlier months in outline."""
    day = month_or_404(month)
    history = gallery.history(day, _mine(), today=today(), months=months, full_from=day)
    return history if history.trees else abort(404)


def _of_one_or_404(month: str, code: str) -> tuple[gallery.History, Provider]:
    """The score cards of one provider, when the account may see it."""
    history = gallery.history(month_or_404(month), _mine(code), today=today())
    return (history, history.providers[0]) if history.providers else abort(404)


def _with_cards(month: date) -> list[Provider]:
    """Providers that have a score card in a month."""
    judged = ScoreCard.select(ScoreCard.provider).where(ScoreCard.month == month)
    query = Provider.select().where(Provider.id.in_(_mine()), Provider.id.in_(judged))
    return list(query.order_by(Provider.name))


def _of(month: str, code: str, name: str) -> Iterable[Chart]:
    """The charts among which the one of this name is; of a provider those of its kind alone."""
    if code == REGION:
        return gallery.region_charts(_of_region_or_404(month))
    kind = name.partition("-")[0]
    drawn = gallery.provider_charts(
        *_of_one_or_404(month, code), {route.code: (kind,) for route in LearningRoute}
    )
    return [one for listed in drawn.values() for one in listed]


def _links(month: str, code: str, chart: Chart) -> list[tuple[str, str]]:
    def link(kind: str) -> str:
        return url_for("charts.download", month=month, code=code, chart=chart.name, kind=kind)

    return [(kind.upper(), link(kind)) for kind in TYPES]


class ComparePage(Page):
    """Up to four providers side by side, or one beside the region, over any period."""

    thing = "scores"

    @expose("/")
    def index(self) -> str:
        """Show what the address asks for; without a choice, the form."""
        months = visible_months()
        if not months:
            return self.render("quality/compare.html", months=[])
        chosen = Choice.read(request.args, months)
        region = chosen.history(_mine(), full_from=chosen.last)
        codes = [p.code for p in region.providers if p.code in chosen.codes]
        history = chosen.history(_mine(*codes[:MOST])) if codes else region
        agreements = _agreements(history, chosen) if codes else []
        return self.render(
            "quality/compare.html",
            months=months,
            chosen=chosen,
            measures=MEASURES,
            routes=list(LearningRoute),
            providers=region.providers,
            most=MOST,
            left_out=len(codes) - MOST,
            charts=compared(history, region, chosen, agreements) if codes else [],
            effects=[_effect(one, history, region, chosen) for one in agreements],
            months_beside=MONTHS_BESIDE,
        )


@dataclass(frozen=True)
class Choice:
    """What to compare, as the address says it; what cannot be is left out."""

    first: date
    last: date
    codes: tuple[str, ...]
    route: str
    measure: str

    @classmethod
    def read(cls, arguments: Any, months: Sequence[date]) -> "Choice":
        """Read the address; a period that ends before it begins is turned round."""
        by_text = {f"{month:%Y-%m}": month for month in months}
        last = by_text.get(arguments.get("tot", ""), months[-1])
        first = by_text.get(arguments.get("van", ""), max(months[0], add_months(last, -11)))
        route, measure = arguments.get("route", "B"), arguments.get("maat", "score")
        return cls(
            min(first, last),
            max(first, last),
            codes=tuple(arguments.getlist("aanbieder")),
            route=route if route in {r.code for r in LearningRoute} else "B",
            measure=measure if measure in MEASURES else "score",
        )

    @property
    def is_score(self) -> bool:
        """Whether the score itself is compared, not a criterion."""
        return self.measure == "score"

    def history(self, ids: Any, full_from: date | None = None) -> gallery.History:
        """The score cards of some providers over the period."""
        count = len(months_between(self.first, self.last))
        measure = "" if self.is_score else self.measure
        return gallery.history(
            self.last, ids, today=today(), months=count, full_from=full_from, measure=measure
        )

    def points(self, history: gallery.History, code: str) -> list[charts.Point]:
        """The measure of one provider over the period."""
        return charts.score_points(history.of(code).get(self.route, {}), self.measure)


def _agreements(history: gallery.History, chosen: Choice) -> list[Agreement]:
    """What was agreed in the period about what is compared, as far as the account may see."""
    ids = [provider.id for provider in history.providers]
    query: Any = visible(Agreement, g.account).where(Agreement.provider.in_(ids))
    return agreed(query.order_by(Agreement.agreed_on, Agreement.id), chosen)


def agreed(agreements: Iterable[Agreement], chosen: Choice) -> list[Agreement]:
    """Those about the route and the measure that are compared, made in the period."""
    route = LearningRoute.from_code(chosen.route)
    return [
        one
        for one in agreements
        if one.route in (None, route)
        and (chosen.is_score or one.criterion == chosen.measure)
        and chosen.first <= month_of(one.agreed_on) <= chosen.last
    ]


def compared(
    history: gallery.History,
    region: gallery.History,
    chosen: Choice,
    agreements: Sequence[Agreement] = (),
) -> list[Chart]:
    """The chosen providers on every criterion, and over time beside the region's middle."""
    names = {provider.id: provider for provider in history.providers}
    series = {
        provider.name: points
        for provider in history.providers
        if (points := chosen.points(history, provider.code))
    }
    if len(series) < MOST:
        series["het midden van de regio"] = region_middle(region, chosen.route, chosen.measure)
    trees = [tree for tree in history.trees if tree["route"] == chosen.route]
    name = f"{chosen.measure}-{chosen.route}-{chosen.first:%Y-%m}-{chosen.last:%Y-%m}"
    moments = sorted(
        {
            (month_of(one.agreed_on), f"afspraak {names[one.provider_id].name}")  # type: ignore[attr-defined]
            for one in agreements
        }
    )
    return [
        charts.compare(history.month, trees, history.names),
        charts.compare_over_time(
            f"verloop-vergeleken-{name}", chosen.measure, series, moments=moments
        ),
    ]


@dataclass(frozen=True)
class Effect:
    """One agreement with the figures before and after it."""

    agreement: Agreement
    provider: Provider
    own: BeforeAfter
    region: BeforeAfter


def _effect(
    agreement: Agreement, history: gallery.History, region: gallery.History, chosen: Choice
) -> Effect:
    provider = next(p for p in history.providers if p.id == agreement.provider_id)  # type: ignore[attr-defined]
    month = month_of(agreement.agreed_on)
    own = [(point.month, point.value) for point in chosen.points(history, provider.code)]
    middle = region_middle(region, chosen.route, chosen.measure)
    return Effect(
        agreement,
        provider,
        before_and_after(own, month),
        before_and_after([(point.month, point.value) for point in middle], month),
    )


def region_middle(history: gallery.History, route: str, measure: str) -> list[charts.Point]:
    """Per month the median of the providers that may be shown, from five providers on.

    With fewer, the middle would tell one provider's figure.
    """
    points = []
    for month, trees in sorted(history.by_month.items()):
        values = sorted(_values(trees, route, measure))
        middle = None
        if len(values) >= 5:
            half = len(values) // 2
            middle = values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2
        points.append(charts.Point(month, middle, reason="minder dan vijf aanbieders"))
    return points


def _values(trees: Iterable[Mapping[str, Any]], route: str, measure: str) -> Iterable[float]:
    for tree in trees:
        if tree["route"] != route:
            continue
        item = {} if measure == "score" else tree["criteria"].get(measure, {})
        value = tree["score"] if measure == "score" else item.get("value")
        if value is not None:
            yield float(value)
