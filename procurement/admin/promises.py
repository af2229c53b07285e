"""Promised and given: the ledger of a contract year, its letter, rows and invoices."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response as FlaskResponse, abort, g, redirect, request, send_file, url_for
from flask_admin import expose
from flask_wtf.file import FileField
from werkzeug.wrappers import Response

import procurement.scopes  # noqa: F401  registers who sees what
from core import access_log
from core.accounts import visible
from core.admin import Page, needs
from core.dates import now, today
from core.errors import DomainError
from core.export import XLSX_TYPE
from core.pages.fields import Required, SafeForm
from core.pages.lists import choice_filter, day_filters
from core.pages.model_view import SafeModelView
from core.pages.purposes import asks_purpose
from procurement.promises import words
from procurement.promises.invoices import COLUMNS, MOST_BYTES
from procurement.promises.letter import appendix, facts, file_name, letter, parcel
from procurement.promises.models import ContractClause, ContractPromise, Invoice, InvoiceLine
from procurement.promises.operations import record_letter, take_in_invoices
from procurement.promises.queries import (
    Ledger,
    contracts_of,
    ledger,
    numbers_of,
    rows_behind,
    rows_removed,
    sees_persons,
    sees_whole_contract,
    settled_year,
    years_of,
)
from procurement.promises.rules import (
    BASES,
    HOURS,
    KINDS,
    MEASURES,
    PERIODS,
    START,
    check_clause,
)
from providers.codes import LearningRoute
from providers.models import Contract, Provider
from quality.admin.providers import tabs_of
from quality.cards.inputs import newest_month_of
from quality.report.pdf import pdf

ROWS_ON_A_PAGE = 25
"""Rows behind an amount that one page shows; the workbook has all."""


class InvoiceForm(SafeForm):
    """A file with invoices."""

    file = FileField(
        "Bestand met facturen (tabel of UBL)",
        [Required("Kies een bestand.")],
        description=f"CSV, XLSX of ODS met de kolommen {', '.join(COLUMNS)}; of een e-factuur "
        "(XML). Bedragen zonder btw.",
    )


@dataclass(frozen=True)
class Chosen:
    """What an address asks for; no ledger before the first delivery under a contract."""

    provider: Provider
    contracts: list[Contract]
    contract: Contract | None
    years: list[Any]
    ledger: Ledger | None
    removed: bool = False
    """Whether rows of the year are gone by the retention rules."""

    def address(self, endpoint: str, **more: Any) -> str:
        """The same contract and year on another page."""
        where: dict[str, Any] = {"code": self.provider.code}
        if self.contract is not None:
            where["contract"] = self.contract.number
        if self.ledger is not None:
            where["jaar"] = self.ledger.year.number
        return url_for(endpoint, **where | more)


def _chosen(code: str) -> Chosen:
    provider = visible(Provider, g.account).where(Provider.code == code).get_or_none()
    if provider is None:
        abort(404)
    contracts = contracts_of(provider.id, g.account)
    number = request.args.get("contract", "")
    contract = next((one for one in contracts if number in ("", one.number)), None)
    if number and contract is None:
        abort(404)
    years = [] if contract is None else years_of(contract, newest_month_of(provider.id))
    asked = request.args.get("jaar", "")
    if asked and not asked.isdecimal():
        abort(404)
    year = settled_year(years, int(asked[:4]) if asked else None)
    if asked and year is None:
        abort(404)
    if contract is None or year is None:
        return Chosen(provider, contracts, contract, years, None)
    removed = rows_removed(contract, year)
    year_ledger = None if removed else ledger(contract, year, g.account)
    return Chosen(provider, contracts, contract, years, year_ledger, removed=removed)


def _for_letter(code: str) -> tuple[Chosen, Ledger]:
    """The ledger for who may see the learners of the whole contract: a letter is about all."""
    if not (sees_persons(g.account) and sees_whole_contract(g.account)):
        abort(403)
    chosen = _chosen(code)
    return chosen, chosen.ledger or abort(404)


def _look(ledger: Ledger, count: int, *, action: str, about: str = "", numbers: Any = ()) -> None:
    about = f"{ledger.contract.number} jaar {ledger.year.number}{about}"
    access_log.record(
        g.account, "promises", count, at=now(), action=action, about=about, numbers=numbers,
        purpose=g.get("purpose", ""),
    )  # fmt: skip


def _rows(ledger: Ledger) -> tuple[Any, dict[int, str]]:
    rows = rows_behind(ledger, g.account, ledger.lines)
    return rows, numbers_of({row.track for behind in rows for row in behind})


def _part(rows: Sequence[Any]) -> tuple[Sequence[Any], int, int]:
    """The rows of the part that the address asks for, its number, and how many parts there are."""
    parts = max(-(-len(rows) // ROWS_ON_A_PAGE), 1)
    part = min(max(request.args.get("deel", 1, type=int), 1), parts)
    return rows[(part - 1) * ROWS_ON_A_PAGE : part * ROWS_ON_A_PAGE], part, parts


class PromisePage(Page):
    """What one aanbieder promised and gave, per contract and contract year."""

    thing = "promises"

    @expose("/")
    def index(self, code: str) -> str:
        """Show promises, months, amounts and invoices of a year."""
        chosen = _chosen(code)
        year_ledger = chosen.ledger
        whole = sees_whole_contract(g.account)
        invoices, part, parts = _part([] if year_ledger is None else year_ledger.invoices)
        return self.render(
            "procurement/promises.html",
            chosen=chosen,
            ledger=year_ledger,
            invoices=invoices,
            part=part,
            parts=parts,
            words=words,
            facts=() if year_ledger is None else facts(year_ledger),
            whole=whole,
            may_have_letter=whole and year_ledger is not None and year_ledger.exact,
            may_enter=whole and self.may("create"),
            tabs=tabs_of(code, "promises.index"),
        )

    @expose("/bedrag/")
    def amount(self, code: str) -> str:
        """Show the learners behind one amount; they add up to it."""
        chosen = _chosen(code)
        year_ledger = chosen.ledger
        number = request.args.get("nr", "")
        if year_ledger is None or not (
            number.isdecimal() and 0 < int(number[:6]) <= len(year_ledger.lines)
        ):
            abort(404)
        if not year_ledger.exact:
            abort(403)
        line = year_ledger.lines[int(number) - 1]
        (rows,) = rows_behind(year_ledger, g.account, [line])
        listed, part, parts = _part(rows)
        numbers = numbers_of([row.track for row in listed])
        seen = list(numbers.values())
        _look(year_ledger, len(listed), action="look", about=f" nr. {number}", numbers=seen)
        return self.render(
            "procurement/promise_rows.html", chosen=chosen, line=line, words=words,
            rows=listed, total=len(rows), numbers=numbers, number=number, part=part, parts=parts,
            by_days=line.clause.measure == START,
        )  # fmt: skip

    @expose("/brief/")
    def letter(self, code: str) -> str:
        """Show the letter as a page."""
        chosen, year_ledger = _for_letter(code)
        return self.render(
            "procurement/promise_letter.html",
            chosen=chosen,
            sheet=letter(year_ledger, provider=chosen.provider.name, today=today()),
        )

    @expose("/brief.<any(pdf, xlsx, zip):kind>")
    @asks_purpose
    def download(self, code: str, kind: str) -> FlaskResponse:
        """Give the letter, its appendix, or both in one file."""
        chosen, year_ledger = _for_letter(code)
        at, name = now(), file_name(year_ledger)
        sheet = letter(year_ledger, provider=chosen.provider.name, today=today())
        rows, numbers = ([], {}) if kind == "pdf" else _rows(year_ledger)
        if kind == "pdf":
            made, content_type = pdf(sheet, at=at), "application/pdf"
        elif kind == "xlsx":
            made, content_type = appendix(year_ledger, rows, numbers), XLSX_TYPE
        else:
            made = parcel(sheet, appendix(year_ledger, rows, numbers), name=name, at=at)
            content_type = "application/zip"
        record_letter(year_ledger.contract, year_ledger.year.number, by=g.account.email, at=at)
        if rows:
            _look(year_ledger, len(numbers), action="download")
        title = {"pdf": "brief", "xlsx": "bijlage", "zip": "afrekening"}[kind]
        return send_file(
            io.BytesIO(made), content_type, as_attachment=True,
            download_name=f"{title}-{name}.{kind}",
        )  # fmt: skip

    @expose("/facturen/", methods=("GET", "POST"))
    @needs("create")
    def invoices(self, code: str) -> Response | str:
        """Take in a file with invoices under a contract."""
        if not sees_whole_contract(g.account):
            abort(403)
        chosen = _chosen(code)
        contract = chosen.contract or abort(404)
        form = InvoiceForm()

        def change(given: dict[str, Any]) -> None:
            content = given["file"].read(MOST_BYTES + 1)
            self.tell_ignored(take_in_invoices(contract, content, by=g.account.email, at=now()))

        if self.saved(form, change, "De facturen zijn ingelezen."):
            return redirect(chosen.address(".index"))
        return self.render("procurement/promise_invoices.html", chosen=chosen, form=form)


ROUTES = [(int(route), route.label) for route in LearningRoute]


class _OfContract(SafeModelView):
    """A table about contracts; who manages some gemeenten changes nothing of the whole."""

    thing = "promises"
    foreign_labels = {"contract": "number"}
    removable = True

    def may(self, action: str) -> bool:
        """Whether the account has this action; changes are for the whole contract."""
        whole = action == "read" or sees_whole_contract(g.account)
        return whole and super().may(action)


class PromiseTable(_OfContract):
    """Beloften: what the bid and the contract say."""

    about = "Wat een aanbieder bij de inschrijving beloofde."
    column_list = ("contract.number", "route", "measure", "bid_value", "value", "source")
    brief_columns = ("contract.number", "measure", "bid_value", "value")
    form_columns = ("contract", "measure", "route", "bid_value", "value", "source")
    joined = (ContractPromise.contract,)
    choices = {"measure": list(MEASURES.items()), "route": ROUTES}
    list_filters = (
        choice_filter("belofte", "Belofte", ContractPromise.measure, list(MEASURES.items())),
    )
    column_descriptions = {
        "route": "Leeg: elke leerroute van het contract.",
        "bid_value": "Uren per week, procenten van de lesuren, of dagen tot de eerste les.",
        "value": "Alleen bij avond en weekend en bij bevoegde docenten. Lesuren per week en dagen "
        "tot de eerste les staan bij het contract zelf.",
        "source": "Bijvoorbeeld: inschrijving G2, bladzijde 4; contract artikel 4.2.",
    }
    default_sort = "source"
    refusals = {
        "contract_promise_contract_id_route_measure": (
            "measure", "Deze belofte staat er al voor dit contract en deze leerroute.",
        ),
    }  # fmt: skip

    def check(self, row: Any) -> None:
        """Refuse what the register says already."""
        if row.measure in (HOURS, START) and row.value is not None:
            raise DomainError(
                "in_register",
                "Dit staat bij het contract in het register. Laat dit leeg en wijzig het daar.",
                field="value",
            )


class ClauseTable(_OfContract):
    """Clausules: one step of a price, malus or bonus a row."""

    about = "Wat het contract zegt over geld."
    column_list = (
        "contract.number", "article", "kind", "measure", "route", "period", "threshold", "amount",
        "basis",
    )  # fmt: skip
    brief_columns = ("contract.number", "article", "threshold", "amount")
    form_columns = (
        "contract", "article", "kind", "measure", "basis", "period", "route", "threshold", "amount",
    )  # fmt: skip
    joined = (ContractClause.contract,)
    choices = {
        "kind": [(word, word) for word in KINDS],
        "measure": list(MEASURES.items()),
        "basis": list(BASES.items()),
        "period": [(word, word) for word in PERIODS],
        "route": ROUTES,
    }
    list_filters = (
        choice_filter("soort", "Soort", ContractClause.kind, [(word, word) for word in KINDS]),
    )
    column_descriptions = {
        "article": "Rijen met hetzelfde artikel en dezelfde leerroute zijn samen een staffel.",
        "route": "Leeg: elke leerroute van het contract, elk apart.",
        "threshold": "Vanaf hoeveel uur de prijs geldt. Bij een korting of toeslag: vanaf hoeveel "
        "procentpunt of dagen verschil met de belofte, of vanaf hoeveel uur.",
        "amount": "Euro, of procenten van de waarde van de uren.",
    }
    default_sort = "article"
    refusals = {
        "contract_clause_contract_id_article_route_threshold": (
            "threshold", "Deze trede van de staffel staat er al.",
        ),
    }  # fmt: skip

    def check(self, row: Any) -> None:
        """Refuse what cannot be computed, and a step that differs from the others in kind."""
        check_clause(row.kind, row.measure, row.basis, row.period)
        other = (
            ContractClause.select()
            .where(
                ContractClause.contract == row.contract,
                ContractClause.article == row.article,
                ContractClause.route == row.route
                if row.route is not None
                else ContractClause.route.is_null(),
                ContractClause.id != (row.id or 0),
            )
            .first()
        )
        words = ("kind", "measure", "basis", "period")
        if other is not None and any(getattr(other, w) != getattr(row, w) for w in words):
            raise DomainError(
                "other_kind",
                "Dit artikel heeft al een trede met een andere soort. Kies hetzelfde, of een ander "
                "artikel.",
                field="article",
            )


class InvoiceTable(_OfContract):
    """Facturen: a wrong one is removed here; its lines go along."""

    about = "Wat aanbieders in rekening brachten."
    column_list = ("contract.number", "number", "invoiced_on", "entered_by", "entered_at")
    brief_columns = ("contract.number", "number", "invoiced_on")
    form_columns = ("number", "invoiced_on")
    joined = (Invoice.contract,)
    can_create = False
    owned = (InvoiceLine,)
    search_columns = (Invoice.number,)
    list_filters = (*day_filters("datum", "Factuurdatum", Invoice.invoiced_on),)
    default_sort = "-invoiced_on"
    refusals = {
        "invoice_contract_id_number": ("number", "Dit factuurnummer staat er al bij dit contract."),
    }
