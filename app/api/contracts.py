"""What a contract promised and what was given, and whether agreements worked, through the API."""

from typing import Any

import procurement.scopes  # noqa: F401  registers who sees what
import quality.scopes  # noqa: F401
from app.api.declaration import Answer, Call, Parameter, operation
from app.api.problems import ApiError
from app.api.schemas import CODE
from core.accounts import visible
from core.dates import today
from procurement.promises.queries import (
    Ledger,
    ledger,
    rows_removed,
    settled_year,
    years_of,
)
from procurement.promises.words import promise_rows
from providers.models import Contract, Provider
from quality.agreements.models import Agreement
from quality.agreements.queries import EffectReport, effect_text, effects_of, unit_of
from quality.cards.inputs import newest_month_of
from quality.cards.queries import ROUTE_CODES
from quality.method.criteria import CRITERIA

CONTRACT = Parameter(
    "contract", "query", {"type": "string", "pattern": "^[^\\x00-\\x1f]{1,40}$"},
    "het contractnummer", required=True,
)  # fmt: skip
YEAR = Parameter(
    "jaar", "query", {"type": "integer", "minimum": 1, "maximum": 99},
    "het contractjaar; anders het nieuwste dat heel is",
)  # fmt: skip
PROMISE_KEYS = ("promise", "route", "bid", "contract", "given", "kept")


@operation(
    "GET",
    "/ledger",
    permission="promises:read",
    summary="Lees wat een contract beloofde, en wat er is gegeven",
    description=(
        "Dezelfde beloften en bedragen als op de pagina Beloften, zonder cursisten. Bedragen zijn "
        "eurocenten zonder btw, een korting is negatief; samen zijn zij cents. Gaat een bedrag "
        "over minder dan vijf cursisten, dan ziet wie geen cursisten mag zien geen enkel bedrag."
    ),
    parameters=(CONTRACT, YEAR),
    answers={200: ("Het contractjaar.", "Ledger")},
    problems=(404,),
)
def get_ledger(call: Call) -> Answer:
    """Give the ledger of a contract year."""
    contract = (
        visible(Contract, call.account).where(Contract.number == call["contract"]).get_or_none()
    )
    if contract is None:
        raise ApiError(404)
    year = settled_year(years_of(contract, newest_month_of(contract.provider.id)), call["jaar"])
    if year is None or rows_removed(contract, year):
        raise ApiError(404)
    return Answer(_ledger(ledger(contract, year, call.account)))


def _ledger(figures: Ledger) -> dict[str, Any]:
    hidden = figures.hides_amounts
    return {
        "contract": figures.contract.number,
        "aanbieder": figures.contract.provider.code,
        "year": figures.year.number,
        "first": f"{figures.year.first:%Y-%m}",
        "last": f"{figures.year.last:%Y-%m}",
        "complete": figures.year.complete,
        "hidden": hidden,
        "cents": figures.cents() if figures.has_price and not hidden else None,
        "invoiced_cents": figures.invoiced_cents if figures.invoiced else None,
        "promises": [dict(zip(PROMISE_KEYS, row, strict=True)) for row in promise_rows(figures)],
        "amounts": [
            {
                "article": line.clause.article,
                "kind": line.clause.kind,
                "route": ROUTE_CODES[line.route],
                "month": None if line.month is None else f"{line.month:%Y-%m}",
                "cents": line.cents,
            }
            for line in (figures.lines if figures.exact else ())
        ],
    }


@operation(
    "GET",
    "/agreements",
    permission="agreements:read",
    summary="Lees afspraken, en of ze werkten",
    description=(
        "Wat er na de afspraak meer of minder veranderde dan bij vergelijkbare aanbieders zonder "
        "afspraak, met 90%-interval. Leeg zolang dat niet te zeggen is; de zin zegt waarom."
    ),
    parameters=(Parameter("aanbieder", "query", CODE, "alleen deze aanbieder"),),
    answers={200: ("De afspraken.", "Agreements")},
)
def get_agreements(call: Call) -> Answer:
    """Give the agreements that may be seen, each with its effect."""
    query = (
        visible(Agreement, call.account, Agreement.select(Agreement, Provider))
        .join(Provider)
        .order_by(Agreement.agreed_on.desc(), Agreement.id)
    )
    if call["aanbieder"]:
        query = query.where(Provider.code == call["aanbieder"])
    listed = list(query)
    reports = effects_of(listed, today())
    return Answer({"agreements": [_agreement(one, reports[one.id]) for one in listed]})


def _agreement(one: Agreement, report: EffectReport) -> dict[str, Any]:
    first = report.effects[0] if report.effects else None
    return {
        "aanbieder": one.provider.code,
        "route": None if one.route is None else ROUTE_CODES[one.route],
        "criterion": one.criterion,
        "agreed_on": one.agreed_on.isoformat(),
        "due_on": one.due_on.isoformat(),
        "state": one.state,
        "sentence": effect_text(one, report),
        "effect": None if first is None else first.effect,
        "interval": None if first is None else list(first.interval),
        "unit": None if first is None else unit_of(CRITERIA[one.criterion or ""]),
        "placebos": len(report.placebos),
        "placebos_outside": sum(placebo.sign != 0 for placebo in report.placebos),
    }
