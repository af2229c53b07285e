"""The page between an award and the register: prefilled, and confirmed by a person."""

from typing import Any

from flask import abort, flash, g, redirect, url_for
from flask_admin import BaseView, expose
from werkzeug.wrappers import Response
from wtforms import SelectMultipleField

from app.awarding import Signed, known_provider, register_contract
from core.accounts import may
from core.admin import needs
from core.errors import DomainError
from core.fields import DutchDateField, Required, SafeForm, TextField
from core.formats import euro_text
from core.municipalities import name as municipality_name
from procurement.admin.base import PlanningBase, crumbs
from procurement.bid_metrics import find_award
from procurement.bid_models import Award
from procurement.metrics import load
from procurement.models import ContractingProcess
from procurement.validity import ROUTES


class ContractForm(SafeForm):
    """The contract of an award."""

    provider = TextField(
        "Aanbiedercode", [Required("Vul de code van de aanbieder in, bijvoorbeeld TA012.")],
        description="Een code die er al is, of een nieuwe: dan komt de aanbieder in het register.",
    )  # fmt: skip
    number = TextField("Contractnummer", [Required("Vul het contractnummer in.")])
    municipalities = SelectMultipleField(
        "Gemeenten", choices=[], render_kw={"size": 8},
        description="Kies er geen, dan geldt het contract voor de hele regio.",
    )  # fmt: skip
    signed_on = DutchDateField("Getekend op", [Required("Vul in wanneer is getekend.")])
    starts_on = DutchDateField("Contract van", [Required("Vul in wanneer het contract begint.")])
    ends_on = DutchDateField("Contract tot en met")


class ContractPage(PlanningBase):
    """Put the contract of one award in the register."""

    thing = "bids"

    @expose("/", methods=("GET", "POST"))
    @needs("change")
    def index(self, code: str, key: int) -> Response | str:
        """Ask for the contract, with what the award already says."""
        if not may(g.account, "create", "register"):
            abort(403)
        process = self._process(code)
        award = find_award(process, key, g.account)
        if award is None:
            abort(404)
        lot = award.bid.lot
        form = _form(process, award)
        back = url_for("bids.lot", code=code, lot=lot.code)
        if form.validate_on_submit():
            signed = Signed(
                form.provider.data.upper(), form.number.data, tuple(form.municipalities.data or ()),
                form.signed_on.data, form.starts_on.data, form.ends_on.data,
            )  # fmt: skip
            try:
                register_contract(award, signed, **self._who())
            except DomainError as error:
                form.fill_errors(error)
            else:
                flash(f"Contract {signed.number} staat in het register.", "success")
                return redirect(back)
        return self.render(
            "procurement/form.html",
            form=form,
            title=f"Contract met {award.bid.tenderer}",
            crumbs=[*crumbs(code), (lot.code, back)],
            submit="Zet in het register",
            cancel=back,
            note=f"{ROUTES[lot.route]}, {euro_text(award.bid.price_cents)} per traject.",
        )


def _form(process: ContractingProcess, award: Award) -> Any:
    lot, known = award.bid.lot, known_provider(award)
    joining = sorted(
        {p.municipality for p in load(process).participations if p.route == lot.route},
        key=municipality_name,
    )
    form: Any = ContractForm(
        data={
            "provider": known.code if known else "",
            "number": f"{process.code}-{lot.code}-{award.bid.number}",
            "municipalities": joining,
            "starts_on": process.go_live,
            "ends_on": process.contract_until,
        }
    )
    form.municipalities.choices = [(code, municipality_name(code)) for code in joining]
    return form


def views() -> list[BaseView]:
    """Make the page; it belongs to one application."""
    url = "/planning/<code>/contract/<int:key>"
    return [ContractPage("Contract", url=url, endpoint="award_contract")]
