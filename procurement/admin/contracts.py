"""The page between an award and the register: prefilled, and confirmed by a person."""

from typing import Any

from flask import abort, g, redirect, url_for
from flask_admin import expose
from werkzeug.wrappers import Response
from wtforms import SelectMultipleField

from core.accounts import may
from core.admin import needs
from core.formats import euro_text
from core.municipalities import name as municipality_name
from core.pages.fields import DutchDateField, Required, SafeForm, TextField
from procurement.admin.base import PlanningBase, crumbs
from procurement.award.contract_operations import add_signatures, known_provider, register_contract
from procurement.award.decision_operations import Signed
from procurement.award.models import Award
from procurement.award.queries import find_award, joining, lot_file, price_of
from procurement.models import ContractingProcess
from procurement.plan.validity import ROUTES


class ContractForm(SafeForm):
    """The contract of an award."""

    provider = TextField(
        "Aanbiedercode", [Required("Vul de code van de aanbieder in, bijvoorbeeld TA012.")],
        description="Een code die er al is, of een nieuwe: dan komt de aanbieder in het register.",
    )  # fmt: skip
    number = TextField("Contractnummer", [Required("Vul het contractnummer in.")])
    municipalities = SelectMultipleField(
        "Gemeenten die tekenden", choices=[], render_kw={"size": 8},
        description="Kies er geen, dan geldt het contract voor de hele regio. Wie later tekent, "
        "voeg je later toe.",
    )  # fmt: skip
    signed_on = DutchDateField("Getekend op", [Required("Vul in wanneer is getekend.")])
    starts_on = DutchDateField("Contract van", [Required("Vul in wanneer het contract begint.")])
    ends_on = DutchDateField("Contract tot en met")


class SignaturesForm(SafeForm):
    """Gemeenten that signed a contract later than others."""

    municipalities = SelectMultipleField(
        "Gemeenten die nu tekenden", [Required("Kies minstens één gemeente.")], choices=[],
        render_kw={"size": 8},
    )  # fmt: skip
    signed_on = DutchDateField("Getekend op", [Required("Vul in wanneer is getekend.")])


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
        if self.saved(
            form,
            lambda _: _register(process, award, form, **self._who()),
            "Het contract en de handtekeningen staan in het register.",
        ):
            return redirect(back)
        route, price = ROUTES[lot.route], euro_text(price_of(award))
        return self.render(
            "procurement/form.html",
            form=form,
            title=f"Contract met {award.bid.tenderer}",
            crumbs=[*crumbs(code), (lot.code, back)],
            submit="Leg vast" if award.contract_number else "Zet in het register",
            cancel=back,
            note=f"{route}, {price} per traject. Het plan neemt over welke gemeenten tekenden.",
        )


def _register(process: ContractingProcess, award: Award, form: Any, **who: Any) -> None:
    places = tuple(form.municipalities.data or ())
    if award.contract_number is not None:
        signed_award: Any = award
        signed = Signed(
            signed_award.contract_number,
            places,
            form.signed_on.data,
            signed_award.starts_on,
            signed_award.ends_on,
        )
        add_signatures(award, signed, **who)
        return
    signed = Signed(
        form.number.data, places, form.signed_on.data, form.starts_on.data, form.ends_on.data
    )
    register_contract(
        award, form.provider.data.upper(), signed, joining(process, award.bid.lot.route), **who
    )


def _form(process: ContractingProcess, award: Award) -> Any:
    lot = award.bid.lot
    places = joining(process, lot.route)
    form: Any
    if award.contract_number is not None:
        file = lot_file(process, lot.code)
        done = file.signatures.get(award.id, {}) if file else {}
        places = [code for code in places if code not in done]
        form = SignaturesForm()
    else:
        provider = known_provider(award)
        form = ContractForm(
            data={
                "provider": provider.code if provider else "",
                "number": f"{process.code}-{lot.code}-{award.bid.number}",
                "municipalities": places,
                "starts_on": process.go_live,
                "ends_on": process.contract_until,
            }
        )
    form.municipalities.choices = [(code, municipality_name(code)) for code in places]
    return form
