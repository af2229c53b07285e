"""What every page about a lot does: find it for this account, keep a form, go back to it."""

from collections.abc import Callable
from typing import Any

from flask import abort, flash, g, redirect, url_for
from werkzeug.wrappers import Response

from core.accounts import visible
from core.errors import DomainError
from core.pages.fields import SafeForm
from procurement.admin.base import PlanningBase, crumbs
from procurement.award import queries as bid_queries
from procurement.award.models import Lot
from procurement.award.queries import LotFile
from procurement.models import ContractingProcess


class LotBase(PlanningBase):
    """Inschrijvingen and gunning: for the region, and to read for the auditor."""

    thing = "bids"

    def _file(self, code: str, lot: str) -> tuple[ContractingProcess, LotFile]:
        process = self._process(code)
        query = visible(Lot, g.account).where(Lot.process == process, Lot.code == lot)
        file = bid_queries.lot_file(process, lot) if query.exists() else None
        if file is None:
            abort(404)
        return process, file

    def _kept(
        self, code: str, lot: str, form: SafeForm, save: Callable[[], Any]
    ) -> Response | None:
        try:
            save()
        except DomainError as error:
            form.fill_errors(error)
            return None
        flash("Bewaard.", "success")
        return redirect(url_for("bids.lot", code=code, lot=lot))

    def _entry(
        self,
        form: SafeForm,
        title: str,
        code: str,
        lot: str | None,
        *,
        note: str = "",
        submit: str = "Bewaar",
    ) -> str:
        trail = [*crumbs(code), ("Inschrijvingen", url_for("bids.index", code=code))]
        back = url_for("bids.index", code=code)
        if lot is not None:
            back = url_for("bids.lot", code=code, lot=lot)
            trail.append((lot, back))
        return self.render(
            "procurement/form.html", form=form, title=title, crumbs=trail, submit=submit,
            cancel=back, note=note,
        )  # fmt: skip
