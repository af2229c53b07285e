"""Pages of the award: lots, bids, checks, scores, ranking, decision and letters."""

from decimal import Decimal
from typing import Any

from flask import abort, flash, g, redirect, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from core.admin import needs
from core.errors import DomainError
from core.formats import euro_text, read_decimal
from procurement.admin.awards import AwardPages
from procurement.admin.base import crumbs
from procurement.admin.bids_shown import lot_state, shown_ranking
from procurement.award import operations as bid_operations, queries as bid_queries
from procurement.award.forms import (
    FAILED,
    NO_ANSWER,
    PASSED,
    BidForm,
    LotForm,
    OpenForm,
    checks_form,
    scores_form,
)
from procurement.award.models import Bid
from procurement.award.operations import BidDraft, Judgement, LotDraft
from procurement.award.queries import KNOCK_OUTS, LotFile
from procurement.award.rules import METHOD_NAMES, Criterion, Method
from procurement.models import ContractingProcess
from procurement.plan.validity import ROUTES


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
            files=files,
            states=[lot_state(file) for file in files],
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
            assessors=bid_queries.assessors(file),
            ranking=shown_ranking(file),
            joining=bid_queries.joining(process, file.lot.route),
            form=OpenForm(),
        )

    @expose("/<lot>/inschrijving/", methods=("GET", "POST"))
    @needs("create")
    def add_bid(self, code: str, lot: str) -> Response | str:
        """Enter a bid."""
        _, file = self._file(code, lot)
        form: Any = BidForm()
        if form.validate_on_submit():
            draft = BidDraft(
                form.tenderer.data, form.received_at.data, form.price_cents.data,
                form.chamber_number.data or None, form.email.data,
            )  # fmt: skip
            done = self._kept(
                code, lot, form, lambda: bid_operations.receive_bid(file.lot, draft, **self._who())
            )
            if done:
                return done
        return self._entry(form, f"Nieuwe inschrijving op {lot}", code, lot)

    @expose("/<lot>/<int:number>/toets/", methods=("GET", "POST"))
    @needs("change")
    def check(self, code: str, lot: str, number: int) -> Response | str:
        """Say whether a bid passes the knock-out checks."""
        _, file = self._file(code, lot)
        bid = _bid(file, number)
        held = file.checks.get(bid.id, {})
        values: dict[str, str] = {}
        for rule, check in held.items():
            values |= {f"passed_{rule}": PASSED if check.passed else FAILED, rule: check.evidence}
        form = checks_form([(rule, KNOCK_OUTS[rule]) for rule in file.rules])(data=values)
        if form.validate_on_submit():
            given = {
                rule: (form[f"passed_{rule}"].data == PASSED, form[rule].data)
                for rule in file.rules
            }
            done = self._kept(
                code, lot, form, lambda: bid_operations.put_checks(bid, given, **self._who())
            )
            if done:
                return done
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
        held = file.consensus.get(bid.id, {})
        return self._scores(code, file, bid, held, bid_operations.put_consensus, motivated=True)

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
        form: Any = LotForm(data={"suppliers": 1, "price_weight": 30})
        if file is not None:
            form = LotForm(data=_lot_values(file))
        if form.validate_on_submit():
            code = file.lot.code if file else form.code.data

            def save() -> Any:
                method = Method(form.method.data)
                draft = LotDraft(
                    code, form.title.data, form.route.data, form.closes_at.data,
                    _criteria(form.criteria.data or "", method), method,
                    form.price_weight.data or 0, form.suppliers.data,
                )  # fmt: skip
                return bid_operations.put_lot(process, draft, new=file is None, **self._who())

            done = self._kept(process.code, code, form, save)
            if done:
                return done
        title = f"Perceel {file.lot.code}" if file else "Nieuw perceel"
        return self._entry(form, title, process.code, file.lot.code if file else None)

    def _scores(
        self, code: str, file: LotFile, bid: Bid, held: Any, keep: Any, *, motivated: bool
    ) -> Response | str:
        values: dict[str, str] = {}
        for key, row in held.items():
            values[f"score_{key}"] = NO_ANSWER if row.score is None else str(row.score)
            values[f"motivation_{key}"] = row.motivation
        titles = [(c.code, f"{c.code} {c.title}") for c in file.criteria]
        form = scores_form(titles, motivated=motivated)(data=values)
        lot = str(file.lot.code)
        if form.validate_on_submit():
            given = {
                c.code: Judgement(
                    None if (score := form[f"score_{c.code}"].data) == NO_ANSWER else int(score),
                    form[f"motivation_{c.code}"].data or "",
                )
                for c in file.criteria
            }
            done = self._kept(code, lot, form, lambda: keep(bid, given, **self._who()))
            if done:
                return done
        kind = "Consensus over" if motivated else "Mijn scores voor"
        note = "" if motivated else "Alleen jij ziet dit, tot de consensus open is."
        return self._entry(form, f"{kind} {bid.tenderer}", code, lot, note=note)


def _bid(file: LotFile, number: int) -> Bid:
    found_bid = next((bid for bid in file.bids if bid.number == number), None)
    return found_bid or abort(404)


def _lot_values(file: LotFile) -> dict[str, Any]:
    names = ("code", "title", "route", "closes_at", "suppliers", "method", "price_weight")
    worth = file.lot.method == Method.VALUE_BASED

    def last(row: Any) -> str:
        return euro_text(row.value_cents).lstrip("€\N{NO-BREAK SPACE}") if worth else row.weight

    lines = [f"{c.code}; {c.title}; {last(c)}" for c in file.criteria]
    return {name: getattr(file.lot, name) for name in names} | {"criteria": "\n".join(lines)}


def _criteria(text: str, method: Method) -> tuple[Criterion, ...]:
    """Criteria from their lines; what is wrong names its line."""
    rows = []
    for place, line in enumerate(text.splitlines(), start=1):
        parts = [part.strip() for part in line.split(";")]
        if not any(parts):
            continue
        try:
            name, title, typed = parts
            worth = read_decimal(typed.removeprefix("€").removesuffix("%"))
        except ValueError:
            raise DomainError(
                "criteria", f"Regel {place}: schrijf code; criterium; weging.", field="criteria"
            ) from None
        if method is Method.VALUE_BASED:
            rows.append(Criterion(name, title, 0, _whole(worth * 100, place)))
        else:
            rows.append(Criterion(name, title, _whole(worth, place)))
    return tuple(rows)


def _whole(value: Decimal, place: int) -> int:
    if value % 1 or not 0 <= value <= 2_000_000_000:
        raise DomainError(
            "criteria", f"Regel {place}: vul een heel getal in vanaf 0.", field="criteria"
        )
    return int(value)
