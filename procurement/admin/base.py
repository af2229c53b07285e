"""What every planning page does first: find the traject that this account may see."""

from collections.abc import Iterable
from typing import Any

from flask import abort, g, redirect, url_for
from werkzeug.wrappers import Response

from core.accounts import may
from core.admin import Page
from core.charts.pictures import Chart
from core.dates import now, today
from core.export import download
from procurement.models import ContractingProcess
from procurement.plan import queries
from procurement.plan.outlook import Outlook, look


class PlanningBase(Page):
    """Inkooptrajecten; the region changes them, a gemeente enters its own decisions."""

    thing = "planning"

    @property
    def sees_bids(self) -> bool:
        """Whether the tabs lead to the bids."""
        return may(g.account, "read", "bids")

    def _process(self, code: str) -> ContractingProcess:
        process = queries.find(code, g.account)
        if process is None:
            abort(404)
        return process

    def _outlook(self, process: ContractingProcess) -> Outlook:
        return look(queries.load(process), today())

    def _who(self) -> dict[str, Any]:
        return {"by": g.account.email, "at": now()}

    def _to(self, code: str, place: str = "", page: str = "planning.one") -> Response:
        return redirect(url_for(page, code=code, _anchor=place or None))


def crumbs(code: str | None = None) -> Iterable[tuple[str, str]]:
    """From the portfolio to where the page hangs."""
    trail = [("Planning", url_for("planning.index"))]
    if code is not None:
        trail.append((code, url_for("planning.one", code=code)))
    return trail


def chart_file(chart: Chart, kind: str) -> Response:
    """A picture as a file, or its table."""
    if kind == "csv":
        return download(chart.name, "csv", chart.headers, chart.rows)
    content = chart.png() if kind == "png" else chart.svg_file()
    response = Response(content, mimetype="image/png" if kind == "png" else "image/svg+xml")
    response.headers.set("Content-Disposition", "attachment", filename=f"{chart.name}.{kind}")
    return response
