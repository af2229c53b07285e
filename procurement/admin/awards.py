"""Pages of the award of one lot: prices, decision, kort geding, final award, letters, ranking."""

from typing import Any

from flask import abort
from flask_admin import expose
from werkzeug.wrappers import Response

from core.admin import needs
from core.export import download
from procurement.admin.bids_shown import letters, price_lines
from procurement.admin.lot_base import LotBase
from procurement.award import decision_operations as awards
from procurement.award.decision_operations import Case
from procurement.award.forms import (
    AwardForm,
    FinalForm,
    OpenForm,
    ProceedingsForm,
    WithdrawForm,
)
from procurement.award.operations import open_prices
from procurement.plan.court import SOURCE, Verdict


class AwardPages(LotBase):
    """Gunning of one lot: a part of the pages of inschrijvingen."""

    @expose("/<lot>/prijzen/", methods=("GET", "POST"))
    @needs("change")
    def open_prices(self, code: str, lot: str) -> Response | str:
        """Open the envelopes with the prices."""
        _, file = self._file(code, lot)
        form = OpenForm()
        if form.validate_on_submit():
            done = self._kept(code, lot, form, lambda: open_prices(file.lot, **self._who()))
            if done:
                return done
        return self._entry(
            form, f"Prijzen openen van {lot}", code, lot, submit="Open de prijzen",
            note="De cijfers voor kwaliteit staan daarna vast. Wie opende en wanneer, komt in het "
            "logboek.",
        )  # fmt: skip

    @expose("/<lot>/gunning/", methods=("GET", "POST"))
    @needs("change")
    def decide(self, code: str, lot: str) -> Response | str:
        """Keep the award decision."""
        _, file = self._file(code, lot)
        ranked = [r for r in file.ranking() if r.rank is not None] if file.complete else []
        best = [r.name for r in ranked if (r.rank or 0) <= file.lot.suppliers]
        form: Any = AwardForm(data={"chosen": best})
        form.chosen.choices = [(r.name, f"{r.rank}. {r.name}") for r in ranked]
        if form.validate_on_submit():
            done = self._kept(
                code, lot, form,
                lambda: awards.decide_award(
                    file.lot, form.chosen.data or [], sent_on=form.sent_on.data,
                    motivation=form.motivation.data, **self._who(),
                ),
            )  # fmt: skip
            if done:
                return done
        note = "Daarna veranderen inschrijvingen en scores van dit perceel niet meer."
        return self._entry(form, f"Gunningsbeslissing {lot}", code, lot, note=note)

    @expose("/<lot>/definitief/", methods=("GET", "POST"))
    @needs("change")
    def make_final(self, code: str, lot: str) -> Response | str:
        """Make the award final after the standstill period."""
        _, file = self._file(code, lot)
        form: Any = FinalForm()
        if form.validate_on_submit():
            done = self._kept(
                code, lot, form,
                lambda: awards.award_finally(
                    file.lot, awarded_on=form.awarded_on.data, **self._who()
                ),
            )  # fmt: skip
            if done:
                return done
        return self._entry(form, f"Definitieve gunning {lot}", code, lot)

    @expose("/<lot>/kort-geding/", methods=("GET", "POST"))
    @needs("change")
    def add_proceedings(self, code: str, lot: str) -> Response | str:
        """Enter a kort geding against the decision."""
        return self._proceedings_form(code, lot, None)

    @expose("/<lot>/kort-geding/<int:key>/", methods=("GET", "POST"))
    @needs("change")
    def change_proceedings(self, code: str, lot: str, key: int) -> Response | str:
        """Enter when the verdict comes, or what it is."""
        return self._proceedings_form(code, lot, key)

    @expose("/<lot>/intrekken/", methods=("GET", "POST"))
    @needs("change")
    def withdraw(self, code: str, lot: str) -> Response | str:
        """Take the decision back before it is final."""
        _, file = self._file(code, lot)
        form: Any = WithdrawForm()
        if form.validate_on_submit():
            done = self._kept(
                code, lot, form,
                lambda: awards.withdraw_award(file.lot, form.reason.data, **self._who()),
            )  # fmt: skip
            if done:
                return done
        note = "De rangorde blijft. Neem daarna een nieuwe beslissing, met een nieuwe termijn."
        title = f"Gunningsbeslissing {lot} intrekken"
        return self._entry(form, title, code, lot, note=note, submit="Trek de beslissing in")

    @expose("/<lot>/brieven/<any(csv, xlsx):kind>/")
    def download_letters(self, code: str, lot: str, kind: str) -> Response:
        """Give what the letters to the tenderers say, one row per tenderer."""
        _, file = self._file(code, lot)
        header, rows = letters(file)
        return download(f"gunningsbrieven-{code}-{lot}", kind, header, rows)

    @expose("/<lot>/rangorde/<any(csv, xlsx):kind>/")
    def download_ranking(self, code: str, lot: str, kind: str) -> Response:
        """Give the ranking with its working."""
        _, file = self._file(code, lot)
        header = ("Plaats", "Inschrijver", "Totaal", "Onderdeel", "Berekening", "Opmerking")
        return download(f"rangorde-{code}-{lot}", kind, header, price_lines(file))

    def _proceedings_form(self, code: str, lot: str, key: int | None) -> Response | str:
        _, file = self._file(code, lot)
        held = next((p for p in file.proceedings if p.id == key), None)
        if key is not None and held is None:
            abort(404)
        form: Any = ProceedingsForm(obj=held)
        if form.validate_on_submit():
            case = Case(
                form.party.data, form.lodged_on.data, form.reference.data, form.expected_on.data,
                Verdict(form.outcome.data), form.decided_on.data,
            )  # fmt: skip
            done = self._kept(
                code, lot, form,
                lambda: awards.put_proceedings(file.lot, case, held, **self._who()),
            )  # fmt: skip
            if done:
                return done
        note = f"Zolang het loopt, wordt perceel {lot} niet definitief gegund. Bron: {SOURCE}."
        return self._entry(form, f"Kort geding over {lot}", code, lot, note=note)
