"""Pages of charts: those of a month, those of one provider, and some providers side by side."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from flask import Response, abort, g, request, url_for
from flask_admin import expose

import quality.agreement_scopes  # noqa: F401  registers who sees what
from core.accounts import visible
from core.admin import Page
from core.dates import month_of, today
from core.export import BYTE_ORDER_MARK, CSV_TYPE
from core.pictures import Chart
from providers.codes import LearningRoute
from providers.models import Provider
from quality import charts, gallery
from quality.admin.scores import month_or_404, visible_months
from quality.agreement_models import Agreement
from quality.charts.compare import MOST
from quality.charts.words import CRITERIA

TYPES = {"svg": "image/svg+xml", "png": "image/png", "csv": CSV_TYPE}
LENGTHS = (6, 12, 24, 36)
MEASURES = {"score": "Score", **{k: v for k, v in CRITERIA.items() if k != "keurmerk"}}


class ChartPage(Page):
    """All charts of a month, each with its table and downloads."""

    thing = "scores"

    @expose("/")
    def index(self, month: str) -> str:
        """Show the charts of all providers together."""
        known = known_or_404(month)
        return self.render(
            "quality/charts.html",
            month=known.month,
            providers=_with_cards(known),
            groups={"": [(one, _links(month, "regio", one)) for one in _region(known)]},
            provider=None,
        )

    @expose("/<code>/")
    def provider(self, month: str, code: str) -> str:
        """Show the charts of one provider, by route."""
        known = known_or_404(month)
        provider = next((p for p in known.providers if p.code == code), None) or abort(404)
        found = gallery.provider_charts(known, provider)
        return self.render(
            "quality/charts.html",
            month=known.month,
            providers=_with_cards(known),
            groups={
                LearningRoute.from_code(route).label: [
                    (one, _links(month, code, one)) for one in listed
                ]
                for route, listed in found.items()
            },
            provider=provider,
        )

    @expose("/<code>/<chart>.<any(svg, png, csv):kind>")
    def download(self, month: str, code: str, chart: str, kind: str) -> Response:
        """Give one chart as a picture or as its data."""
        known = known_or_404(month)
        found = next((c for c in _of(known, code) if c.name == chart), None) or abort(404)
        if kind == "csv":
            content = (BYTE_ORDER_MARK + found.csv()).encode()
        else:
            content = found.png() if kind == "png" else found.svg_file()
        response = Response(content, content_type=TYPES[kind])
        response.headers.set("Content-Disposition", "attachment", filename=f"{chart}.{kind}")
        return response


def known_or_404(month: str, months: int = gallery.HISTORY) -> gallery.History:
    """The score cards that the account may see, up to a month that has some."""
    day = month_or_404(month)
    mine: Any = visible(Provider, g.account, Provider.select(Provider.id))
    known = gallery.history(day, mine, today=today(), months=months)
    return known if known.trees else abort(404)


def _with_cards(known: gallery.History) -> list[Provider]:
    codes = {tree["aanbieder"] for tree in known.trees}
    return [provider for provider in known.providers if provider.code in codes]


def _region(known: gallery.History) -> list[Chart]:
    return gallery.region_charts(known)


def _of(known: gallery.History, code: str) -> Iterable[Chart]:
    if code == "regio":
        return _region(known)
    provider = next((p for p in known.providers if p.code == code), None)
    if provider is None:
        return ()
    return [one for listed in gallery.provider_charts(known, provider).values() for one in listed]


def _links(month: str, code: str, chart: Chart) -> list[tuple[str, str]]:
    def link(kind: str) -> str:
        return url_for("charts.download", month=month, code=code, chart=chart.name, kind=kind)

    return [(kind.upper(), link(kind)) for kind in TYPES]


class ComparePage(Page):
    """Two to four providers side by side, in one month and over time."""

    thing = "scores"

    @expose("/")
    def index(self) -> str:
        """Show what the address asks for; without a choice, the form."""
        months = visible_months()
        if not months:
            return self.render("quality/compare.html", months=[], chosen=Choice.nothing())
        chosen = Choice.read(request.args, months)
        known = known_or_404(f"{chosen.month:%Y-%m}", chosen.length)
        codes = [p.code for p in known.providers if p.code in chosen.codes][:MOST]
        return self.render(
            "quality/compare.html",
            months=months,
            chosen=chosen,
            measures=MEASURES,
            lengths=LENGTHS,
            routes=list(LearningRoute),
            providers=_with_cards(known),
            charts=_compared(known, codes, chosen) if codes else [],
        )


class Choice:
    """What to compare, as the address says it; what cannot be is left out."""

    def __init__(
        self, month: date | None, *, codes: Sequence[str], route: str, measure: str, length: int
    ) -> None:
        self.month = month
        self.codes = codes
        self.route = route
        self.measure = measure
        self.length = length

    @classmethod
    def nothing(cls) -> "Choice":
        """Before there is anything to choose."""
        return cls(None, codes=(), route="B", measure="score", length=12)

    @classmethod
    def read(cls, arguments: Any, months: Sequence[date]) -> "Choice":
        """Read the address."""
        by_text = {f"{month:%Y-%m}": month for month in months}
        route, measure = arguments.get("route", "B"), arguments.get("maat", "score")
        length = arguments.get("maanden", 12, type=int)
        return cls(
            by_text.get(arguments.get("maand", ""), months[-1]),
            codes=arguments.getlist("aanbieder"),
            route=route if route in {r.code for r in LearningRoute} else "B",
            measure=measure if measure in MEASURES else "score",
            length=length if length in LENGTHS else 12,
        )


def _compared(known: gallery.History, codes: Sequence[str], chosen: Choice) -> list[Chart]:
    ids = [provider.id for provider in known.providers if provider.code in codes]
    agreements: Any = visible(Agreement, g.account).where(Agreement.provider.in_(ids))
    moments = agreed(list(agreements), known, chosen)
    return compared(known, codes, chosen.route, chosen.measure, moments)


def agreed(
    agreements: Iterable[Agreement], known: gallery.History, chosen: Choice
) -> list[tuple[date, str]]:
    """When something was agreed about what is compared, so that before and after show."""
    names = {provider.id: provider.name for provider in known.providers}
    route = LearningRoute.from_code(chosen.route)
    found = {
        (month_of(one.agreed_on), f"afspraak {names[one.provider_id]}")  # type: ignore[attr-defined]
        for one in agreements
        if one.route in (None, route) and chosen.measure in {"score", one.criterion}
    }
    return sorted(moment for moment in found if min(known.by_month) <= moment[0] <= known.month)


def compared(
    known: gallery.History,
    codes: Sequence[str],
    route: str,
    measure: str,
    moments: Sequence[tuple[date, str]] = (),
) -> list[Chart]:
    """The chosen providers on every criterion, and over time beside the region's middle."""
    trees = [t for t in known.trees if t["aanbieder"] in codes and t["route"] == route]
    series = {}
    for code in codes:
        by_month = known.of(code).get(route, {})
        if by_month:
            series[known.names[code]] = charts.score_points(by_month, measure)
    if len(series) < MOST:
        series["midden van de regio"] = region_middle(known, route, measure)
    name = f"{measure}-{route}-{known.month:%Y-%m}"
    return [
        charts.compare(known.month, trees, known.names),
        charts.compare_over_time(f"verloop-vergeleken-{name}", measure, series, moments=moments),
    ]


def region_middle(known: gallery.History, route: str, measure: str) -> list[charts.Point]:
    """Per month the median of the providers that may be shown, from five providers on.

    With fewer, the middle would tell one provider's figure.
    """
    found = []
    for month, trees in sorted(known.by_month.items()):
        values = sorted(_values(trees, route, measure))
        middle = None
        if len(values) >= 5:
            half = len(values) // 2
            middle = values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2
        found.append(charts.Point(month, middle, reason="minder dan vijf aanbieders"))
    return found


def _values(trees: Iterable[Mapping[str, Any]], route: str, measure: str) -> Iterable[float]:
    for tree in trees:
        item = tree["criteria"].get(measure, {})
        value = tree["score"] if measure == "score" else item.get("value")
        if tree["route"] == route and value is not None:
            yield float(value)
