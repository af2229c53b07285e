"""Pages that prepare the tender: scale per leerroute, requirements to measures, questions."""

from collections.abc import Iterable
from typing import Any

from flask import abort, url_for
from flask_admin import expose
from werkzeug.wrappers import Response
from wtforms import SelectField, TextAreaField

from core.admin import needs
from core.errors import DomainError
from core.export import download
from core.pages.fields import DutchDateField, Required, SafeForm
from procurement.admin.base import PlanningBase, crumbs
from procurement.exchange.cells import number as read_number
from procurement.models import ContractingProcess, ExpectedNumber, GroupPlan, Question
from procurement.plan.forms import choices
from procurement.plan.terms import term_on
from procurement.plan.validity import ROUTES
from procurement.preparation import (
    operations as preparation_operations,
    queries as preparation_queries,
)
from procurement.preparation.operations import Asked, Expected, Grouping
from procurement.preparation.trace import KINDS, Item, comes_from, unasked, unmeasured, weights

STAGES = {"marktconsultatie": "marktconsultatie", "nota_van_inlichtingen": "Nota van Inlichtingen"}


class EstimateForm(SafeForm):
    """Expected numbers and groups, one per line."""

    numbers = TextAreaField(
        "Aantallen",
        description="Eén per regel: gemeentecode; leerroute; jaar; trajecten. "
        "Bijvoorbeeld 0193; B; 2027; 120.",
        render_kw={"rows": 16},
    )
    groups = TextAreaField(
        "Groepen",
        description="Eén per regel: leerroute; groepsgrootte; weken tussen starts (0: zodra een "
        "groep vol is); plaatsen per jaar. Bijvoorbeeld B; 15; 0; 180.",
        render_kw={"rows": 4},
    )


class TraceForm(SafeForm):
    """The trace, one item per line."""

    rows = TextAreaField(
        "Regels",
        description=f"Eén per regel: soort ({', '.join(KINDS)}); code; omschrijving; herkomst; "
        "weging; leidt naar (codes met komma's). Bijvoorbeeld eis; E1; Eerste les binnen vier "
        "weken; inbreng statushouders; ; G1, K1.",
        render_kw={"rows": 20},
    )


class QuestionForm(SafeForm):
    """A question with its answer."""

    stage = SelectField("Waar", choices=choices(STAGES.items()))
    asked_on = DutchDateField("Gesteld op", [Required("Vul in wanneer de vraag gesteld is.")])
    question = TextAreaField("Vraag", [Required("Vul de vraag in.")])
    answer = TextAreaField("Antwoord")
    published_on = DutchDateField(
        "Gepubliceerd op", description="Daarna verandert deze vraag niet meer."
    )


class PreparationPages(PlanningBase):
    """Scale, requirements and questions of one traject."""

    @expose("/<code>/schaal/")
    def scale(self, code: str) -> str:
        """Argue the scale of every leerroute with waiting times."""
        process = self._process(code)
        rows = preparation_queries.numbers(process)
        years = sorted({row.year for row in rows})
        total = sum(row.tracks for row in rows)
        return self.render(
            "procurement/scale.html",
            code=code,
            crumbs=crumbs(code),
            scales=preparation_queries.scales(process),
            routes=ROUTES,
            numbers=_by_place(rows),
            years=years,
            total=total,
            value=None if process.price_cents is None else total * process.price_cents,
            price=process.price_cents,
            threshold=term_on("social_threshold", process.starts_on or process.changed_at.date()),
            groups=preparation_queries.groups(process),
        )

    @expose("/<code>/schaal/<any(csv, xlsx):kind>/")
    def download_numbers(self, code: str, kind: str) -> Response:
        """Give the expected numbers as a file."""
        rows = preparation_queries.numbers(self._process(code))
        return download(
            f"raming-{code}", kind, ("Gemeente", "Leerroute", "Jaar", "Trajecten"),
            ((r.municipality, r.route, r.year, r.tracks) for r in rows),
        )  # fmt: skip

    @expose("/<code>/schaal/wijzig/", methods=("GET", "POST"))
    @needs("change")
    def enter_scale(self, code: str) -> Response | str:
        """Enter expected numbers and groups."""
        process = self._process(code)
        form: Any = EstimateForm(data=_estimate_lines(process))
        if form.validate_on_submit():
            done = self._saved(
                code, form,
                lambda: preparation_operations.put_estimate(
                    process, _read(_expected, form.numbers.data, "numbers"),
                    _read(_groupings, form.groups.data, "groups"), **self._who(),
                ),
                said="De raming is bewaard.",
            )  # fmt: skip
            if done:
                return done
        return self._entry(form, f"Raming van {code}", code, "planning.scale")

    @expose("/<code>/eisen/")
    def trace(self, code: str) -> str:
        """Trace requirements to what is measured, both ways."""
        items = preparation_queries.trace(self._process(code))
        return self.render(
            "procurement/trace.html",
            code=code,
            crumbs=crumbs(code),
            items=items,
            kinds=KINDS,
            before={item.code: comes_from(items, item.code) for item in items},
            unmeasured=unmeasured(items),
            unasked=unasked(items),
            weight=weights(items),
        )

    @expose("/<code>/eisen/<any(csv, xlsx):kind>/")
    def download_trace(self, code: str, kind: str) -> Response:
        """Give the trace as a file."""
        items = preparation_queries.trace(self._process(code))
        header = ("Soort", "Code", "Omschrijving", "Herkomst", "Weging", "Leidt naar")
        rows = ((i.kind, i.code, i.text, i.source, i.weight, ", ".join(i.leads_to)) for i in items)
        return download(f"eisen-{code}", kind, header, rows)

    @expose("/<code>/eisen/wijzig/", methods=("GET", "POST"))
    @needs("change")
    def enter_trace(self, code: str) -> Response | str:
        """Enter the trace."""
        process = self._process(code)
        form: Any = TraceForm(data={"rows": _trace_lines(preparation_queries.trace(process))})
        if form.validate_on_submit():
            done = self._saved(
                code, form,
                lambda: preparation_operations.put_trace(
                    process, _read(_items, form.rows.data, "rows"), **self._who()
                ),
                said="De eisen zijn bewaard.",
            )  # fmt: skip
            if done:
                return done
        return self._entry(form, f"Eisen van {code}", code, "planning.trace")

    @expose("/<code>/vragen/")
    def questions(self, code: str) -> str:
        """Show the log of the market dialogue and the Nota van Inlichtingen."""
        rows = preparation_queries.questions(self._process(code))
        return self.render(
            "procurement/questions.html",
            code=code,
            crumbs=crumbs(code),
            questions=rows,
            stages=STAGES,
            waiting=sum(row.published_on is None for row in rows),
        )

    @expose("/<code>/vragen/<any(csv, xlsx):kind>/")
    def download_questions(self, code: str, kind: str) -> Response:
        """Give the questions as a file."""
        rows = preparation_queries.questions(self._process(code))
        header = ("Nummer", "Waar", "Gesteld op", "Vraag", "Antwoord", "Gepubliceerd op")
        values = (
            (q.number, STAGES[q.stage], q.asked_on, q.question, q.answer, q.published_on)
            for q in rows
        )
        return download(f"vragen-{code}", kind, header, values)

    @expose("/<code>/vragen/nieuw/", methods=("GET", "POST"))
    @needs("change")
    def add_question(self, code: str) -> Response | str:
        """Add a question."""
        return self._question(code, None)

    @expose("/<code>/vragen/<int:number>/", methods=("GET", "POST"))
    @needs("change")
    def question(self, code: str, number: int) -> Response | str:
        """Answer a question."""
        return self._question(code, number)

    def _question(self, code: str, number: int | None) -> Response | str:
        process = self._process(code)
        old = next((q for q in preparation_queries.questions(process) if q.number == number), None)
        if number is not None and old is None:
            abort(404)
        form: Any = QuestionForm(data=_question_values(old) if old else None)
        if form.validate_on_submit():
            asked = Asked(
                form.stage.data, form.asked_on.data, _plain(form.question.data),
                _plain(form.answer.data), form.published_on.data,
            )  # fmt: skip
            done = self._saved(
                code, form,
                lambda: preparation_operations.put_question(process, asked, number, **self._who()),
                said="De vraag is bewaard.",
            )  # fmt: skip
            if done:
                return done
        title = "Nieuwe vraag" if number is None else f"Vraag {number}"
        return self._entry(form, title, code, "planning.questions")

    def _entry(self, form: SafeForm, title: str, code: str, back: str) -> str:
        return self.render(
            "procurement/form.html", form=form, title=title, crumbs=crumbs(code), submit="Bewaar",
            cancel=url_for(back, code=code), note="",
        )  # fmt: skip


def _by_place(rows: Iterable[ExpectedNumber]) -> dict[tuple[str, str], dict[int, int]]:
    table: dict[tuple[str, str], dict[int, int]] = {}
    for row in rows:
        table.setdefault((row.route, row.municipality), {})[row.year] = row.tracks
    return table


def _estimate_lines(process: ContractingProcess) -> dict[str, str]:
    def group(plan: GroupPlan) -> str:
        places = "" if plan.places is None else plan.places
        return f"{plan.route}; {plan.group_size}; {plan.start_every_weeks}; {places}"

    return {
        "numbers": "\n".join(
            f"{r.municipality}; {r.route}; {r.year}; {r.tracks}"
            for r in preparation_queries.numbers(process)
        ),
        "groups": "\n".join(group(plan) for plan in preparation_queries.groups(process)),
    }


def _trace_lines(items: Iterable[Item]) -> str:
    return "\n".join(
        "; ".join(
            (
                i.kind, i.code, i.text.replace(";", ","), i.source.replace(";", ","),
                "" if i.weight is None else str(i.weight), ", ".join(i.leads_to),
            )
        )
        for i in items
    )  # fmt: skip


def _question_values(question: Question) -> dict[str, Any]:
    names = ("stage", "asked_on", "question", "answer", "published_on")
    return {name: getattr(question, name) for name in names}


def _plain(text: str | None) -> str:
    return (text or "").replace("\r\n", "\n").strip()


def _read(read: Any, text: str | None, field: str) -> Any:
    """Read lines of parts; what is wrong names its line."""
    rows = []
    for place, line in enumerate((text or "").splitlines(), start=1):
        parts = [part.strip() for part in line.split(";")]
        if any(parts):
            try:
                rows.append(read([*parts, *([""] * 6)]))
            except ValueError as error:
                raise DomainError("line", f"Regel {place}: {error}.", field=field) from None
    return rows


def _expected(parts: list[str]) -> Expected:
    return Expected(
        parts[0].zfill(4), parts[1].upper(), read_number(parts[2]), read_number(parts[3])
    )


def _groupings(parts: list[str]) -> Grouping:
    places = read_number(parts[3]) if parts[3] else None
    return Grouping(parts[0].upper(), read_number(parts[1]), read_number(parts[2]), places)


def _items(parts: list[str]) -> Item:
    leads_to = tuple(code.strip() for code in parts[5].split(",") if code.strip())
    weight = read_number(parts[4]) if parts[4] else None
    return Item(parts[0].lower(), parts[1], parts[2], parts[3], weight, leads_to)
