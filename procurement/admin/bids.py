"""Pages of the award: lots, bids, checks, scores, ranking, decision and letters."""

from typing import Any

from flask import abort, flash, g, redirect, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from core.accounts import visible
from core.admin import needs
from core.errors import DomainError
from core.export import download
from core.pages.fields import SafeForm
from procurement.admin.base import PlanningBase, crumbs
from procurement.admin.bid_rows import letters, lot_state, price_lines, ranking_rows
from procurement.award import (
    decision_operations as awards,
    operations as bid_operations,
    queries as bid_queries,
)
from procurement.award.decision_operations import Case
from procurement.award.forms import (
    FAILED,
    NO_ANSWER,
    PASSED,
    AwardForm,
    BidForm,
    FinalForm,
    LotForm,
    OpenForm,
    ProceedingsForm,
    WithdrawForm,
    checks_form,
    scores_form,
)
from procurement.award.models import Bid, Lot
from procurement.award.operations import THING, BidDraft, Judgement, LotDraft, open_prices
from procurement.award.queries import KNOCK_OUTS, LotFile
from procurement.award.rules import METHOD_NAMES, Criterion, Method
from procurement.models import ContractingProcess
from procurement.plan.forms import filled_rows
from procurement.plan.steps import COURT_SOURCE, Verdict
from procurement.plan.validity import ROUTES


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

    def _to_lot(self, code: str, lot: str) -> Response:
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


class AwardPages(LotBase):
    """Gunning of one lot: a part of the pages of inschrijvingen."""

    @expose("/<lot>/prijzen/", methods=("GET", "POST"))
    @needs("change")
    def open_prices(self, code: str, lot: str) -> Response | str:
        """Open the envelopes with the prices."""
        _, file = self._file(code, lot)
        form = OpenForm()
        if self.saved(form, lambda _: open_prices(file.lot, **self._who())):
            return self._to_lot(code, lot)
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
        if self.saved(
            form,
            lambda _: awards.decide_award(
                file.lot,
                form.chosen.data or [],
                sent_on=form.sent_on.data,
                motivation=form.motivation.data,
                **self._who(),
            ),
        ):
            return self._to_lot(code, lot)
        note = "Daarna veranderen inschrijvingen en scores van dit perceel niet meer."
        return self._entry(form, f"Gunningsbeslissing {lot}", code, lot, note=note)

    @expose("/<lot>/definitief/", methods=("GET", "POST"))
    @needs("change")
    def make_final(self, code: str, lot: str) -> Response | str:
        """Make the award final after the standstill period."""
        _, file = self._file(code, lot)
        form: Any = FinalForm()
        if self.saved(
            form,
            lambda _: awards.award_finally(
                file.lot, awarded_on=form.awarded_on.data, **self._who()
            ),
        ):
            return self._to_lot(code, lot)
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
        if self.saved(
            form, lambda _: awards.withdraw_award(file.lot, form.reason.data, **self._who())
        ):
            return self._to_lot(code, lot)
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
        case_row = next((p for p in file.proceedings if p.id == key), None)
        if key is not None and case_row is None:
            abort(404)
        form: Any = ProceedingsForm(obj=case_row)
        form.is_about(THING, f"{code} {lot}", action="kort geding")

        def change(data: dict[str, Any]) -> object:
            case = Case(
                data["party"], data["lodged_on"], data["reference"], data["expected_on"],
                Verdict(data["outcome"]), data["decided_on"],
            )  # fmt: skip
            return awards.put_proceedings(file.lot, case, case_row, **self._who())

        if self.saved(form, change):
            return self._to_lot(code, lot)
        note = (
            f"Zolang het loopt, wordt perceel {lot} niet definitief gegund. Bron: {COURT_SOURCE}."
        )
        return self._entry(form, f"Kort geding over {lot}", code, lot, note=note)


class BidPages(AwardPages):
    """Inschrijvingen of one traject: for the region, and to read for the auditor."""

    @expose("/")
    def index(self, code: str) -> str:
        """Show the lots and how far each is."""
        files = bid_queries.lots(self._process(code), g.account)
        return self.render(
            "procurement/bids.html",
            code=code,
            crumbs=crumbs(code),
            lots=[(file, lot_state(file)) for file in files],
            methods=METHOD_NAMES,
            routes=ROUTES,
        )

    @expose("/nieuw/", methods=("GET", "POST"))
    @needs("create")
    def add_lot(self, code: str) -> Response | str:
        """Add a lot."""
        return self._lot_form(self._process(code), None)

    @expose("/<lot>/wijzig/", methods=("GET", "POST"))
    @needs("change")
    def change_lot(self, code: str, lot: str) -> Response | str:
        """Change a lot for which nobody bid yet."""
        process, file = self._file(code, lot)
        return self._lot_form(process, file)

    @expose("/<lot>/")
    def lot(self, code: str, lot: str) -> str:
        """Show one lot: bids, checks, scores, ranking, award."""
        process, file = self._file(code, lot)
        return self.render(
            "procurement/lot.html",
            code=code,
            crumbs=[*crumbs(code), ("Inschrijvingen", url_for("bids.index", code=code))],
            file=file,
            lot=file.lot,
            state=lot_state(file),
            method=METHOD_NAMES[Method(file.lot.method)],
            route=ROUTES[file.lot.route],
            knock_outs=KNOCK_OUTS,
            scores=bid_queries.scores_seen(file, g.account),
            consensus=[
                (bid, criterion, given)
                for bid in file.admitted
                for criterion in file.criteria
                if (given := file.consensus.get(bid.id, {}).get(criterion.code)) is not None
            ],
            assessors=bid_queries.assessors(file),
            ranking=ranking_rows(file),
            joining=bid_queries.joining(process, file.lot.route),
            form=OpenForm(),
        )

    @expose("/<lot>/inschrijving/", methods=("GET", "POST"))
    @needs("create")
    def add_bid(self, code: str, lot: str) -> Response | str:
        """Enter a bid."""
        _, file = self._file(code, lot)
        form: Any = BidForm()

        def change(data: dict[str, Any]) -> object:
            draft = BidDraft(
                data["tenderer"], data["received_at"], data["price_cents"],
                data["chamber_number"] or None, data["email"],
            )  # fmt: skip
            return bid_operations.receive_bid(file.lot, draft, **self._who())

        if self.saved(form, change):
            return self._to_lot(code, lot)
        return self._entry(form, f"Nieuwe inschrijving op {lot}", code, lot)

    @expose("/<lot>/<int:number>/toets/", methods=("GET", "POST"))
    @needs("change")
    def check(self, code: str, lot: str, number: int) -> Response | str:
        """Say whether a bid passes the knock-out checks."""
        _, file = self._file(code, lot)
        bid = _bid(file, number)
        checks = file.checks.get(bid.id, {})
        values: dict[str, str] = {}
        for rule, check in checks.items():
            values |= {f"passed_{rule}": PASSED if check.passed else FAILED, rule: check.evidence}
        form = checks_form([(rule, KNOCK_OUTS[rule]) for rule in file.rules])(data=values)

        def change(data: dict[str, Any]) -> None:
            given = {rule: (data[f"passed_{rule}"] == PASSED, data[rule]) for rule in file.rules}
            bid_operations.put_checks(bid, given, **self._who())

        if self.saved(form, change):
            return self._to_lot(code, lot)
        return self._entry(form, f"Toetsen van {bid.tenderer}", code, lot)

    @expose("/<lot>/<int:number>/scores/", methods=("GET", "POST"))
    @needs("change")
    def score(self, code: str, lot: str, number: int) -> Response | str:
        """Give one's own scores, apart from the others."""
        _, file = self._file(code, lot)
        bid = _bid(file, number)
        own = {
            s.criterion.code: s
            for s in bid_queries.scores_seen(file, g.account)
            if s.bid == bid and s.assessor == g.account.email
        }
        return self._scores(code, file, bid, own, bid_operations.put_scores, motivated=False)

    @expose("/<lot>/<int:number>/consensus/", methods=("GET", "POST"))
    @needs("change")
    def consensus(self, code: str, lot: str, number: int) -> Response | str:
        """Give the scores of the panel together."""
        _, file = self._file(code, lot)
        bid = _bid(file, number)
        scores = file.consensus.get(bid.id, {})
        return self._scores(code, file, bid, scores, bid_operations.put_consensus, motivated=True)

    @expose("/<lot>/consensus/", methods=("POST",))
    @needs("change")
    def open_consensus(self, code: str, lot: str) -> Response:
        """Let the assessors see each other's scores."""
        _, file = self._file(code, lot)
        if not OpenForm().validate_on_submit():
            abort(400)
        try:
            bid_operations.open_consensus(file.lot, **self._who())
            flash("De consensus is geopend. Iedereen ziet nu alle scores.", "success")
        except DomainError as error:
            flash(error.message, "error")
        return redirect(url_for("bids.lot", code=code, lot=lot))

    def _lot_form(self, process: ContractingProcess, file: LotFile | None) -> Response | str:
        values: dict[str, Any] = {"suppliers": 1, "price_weight": 30, "criteria": []}
        if file is not None:
            values = _lot_values(file)
        form: Any = LotForm(data=values | {"criteria": [*values["criteria"], *[{}] * 4]})

        def change(data: dict[str, Any]) -> object:
            method = Method(data["method"])
            criteria = tuple(_criterion(row, method) for row in filled_rows(form.criteria))
            draft = LotDraft(
                file.lot.code if file else data["code"], data["title"], data["route"],
                data["closes_at"], criteria, method, data["price_weight"] or 0,
                data["suppliers"],
            )  # fmt: skip
            return bid_operations.put_lot(process, draft, new=file is None, **self._who())

        if self.saved(form, change):
            return self._to_lot(process.code, file.lot.code if file else form.code.data)
        title = f"Perceel {file.lot.code}" if file else "Nieuw perceel"
        return self._entry(form, title, process.code, file.lot.code if file else None)

    def _scores(
        self, code: str, file: LotFile, bid: Bid, scores: Any, keep: Any, *, motivated: bool
    ) -> Response | str:
        values: dict[str, str] = {}
        for key, row in scores.items():
            values[f"score_{key}"] = NO_ANSWER if row.score is None else str(row.score)
            values[f"motivation_{key}"] = row.motivation
        titles = [(c.code, f"{c.code} {c.title}") for c in file.criteria]
        form = scores_form(titles, motivated=motivated)(data=values)
        lot = str(file.lot.code)

        def change(data: dict[str, Any]) -> object:
            given = {
                c.code: Judgement(
                    None if (score := data[f"score_{c.code}"]) == NO_ANSWER else int(score),
                    data[f"motivation_{c.code}"] or "",
                )
                for c in file.criteria
            }
            return keep(bid, given, **self._who())

        if self.saved(form, change):
            return self._to_lot(code, lot)
        kind = "Consensus over" if motivated else "Mijn scores voor"
        note = "" if motivated else "Alleen jij ziet dit, tot de consensus open is."
        return self._entry(form, f"{kind} {bid.tenderer}", code, lot, note=note)


def _bid(file: LotFile, number: int) -> Bid:
    return next((bid for bid in file.bids if bid.number == number), None) or abort(404)


def _lot_values(file: LotFile) -> dict[str, Any]:
    names = ("code", "title", "route", "closes_at", "suppliers", "method", "price_weight")
    by_value = file.lot.method == Method.VALUE_BASED
    rows = [
        {
            "code": c.code,
            "title": c.title,
            "weight": None if by_value else c.weight,
            "value_cents": c.value_cents if by_value else None,
        }
        for c in file.criteria
    ]
    return {name: getattr(file.lot, name) for name in names} | {"criteria": rows}


def _criterion(row: dict[str, Any], method: Method) -> Criterion:
    if method is Method.VALUE_BASED:
        return Criterion(row["code"], row["title"], 0, row["value_cents"] or 0)
    return Criterion(row["code"], row["title"], row["weight"] or 0)
