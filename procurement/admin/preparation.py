"""Pages that prepare the tender: scale per leerroute, requirements to measures, questions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import abort, url_for
from flask_admin import expose
from werkzeug.wrappers import Response
from wtforms import HiddenField, SelectField, TextAreaField

from core.admin import needs
from core.charts.pictures import WIDTH
from core.dates import today
from core.export import download
from core.municipalities import name as municipality_name
from core.pages.fields import (
    DutchDateField,
    Required,
    SafeForm,
    TextField,
    WholeNumberField,
)
from core.small_numbers import HIDDEN_TEXT, is_small
from procurement.admin.base import PlanningBase, chart_file, crumbs
from procurement.award.rules import weights_text
from procurement.charts import trace_chart
from procurement.models import ContractingProcess, ExpectedNumber, Question
from procurement.plan import queries
from procurement.plan.forms import (
    NONE,
    NamedRow,
    RowForm,
    RowsField,
    choices,
    filled_rows,
)
from procurement.plan.queries import load
from procurement.plan.terms import term_on
from procurement.plan.validity import ROUTES
from procurement.preparation import (
    operations as preparation_operations,
    queries as preparation_queries,
)
from procurement.preparation.operations import Asked, Expected, Grouping, put_estimate
from procurement.preparation.queries import Replay
from procurement.preparation.trace import KINDS, Item, comes_from, unasked, unmeasured, weights
from providers.deliveries.queries import last_month_held, registrations

STAGES = {"marktconsultatie": "marktconsultatie", "nota_van_inlichtingen": "Nota van Inlichtingen"}


class ExpectedRow(NamedRow):
    """Trajecten that one gemeente expects of one leerroute; ``expected_row`` adds the years."""

    municipality = HiddenField("Gemeente")
    route = HiddenField()

    @property
    def row_group(self) -> str:
        """The leerroute in words: its rows stand together."""
        return ROUTES.get(self.route.data, "")

    @property
    def row_title(self) -> str:
        """The gemeente by name."""
        return municipality_name(self.municipality.data or "")


def expected_row(years: Iterable[int]) -> type[ExpectedRow]:
    """Row with a field for each year."""
    fields = {f"year_{year}": WholeNumberField(str(year), low=0) for year in years}
    return type("ExpectedRowOfYears", (ExpectedRow,), fields)


class GroupRow(NamedRow):
    """How groups of one leerroute are made."""

    route = HiddenField("Leerroute")
    size = WholeNumberField("Groepsgrootte", [Required("Vul de groepsgrootte in.")], low=1)
    every = WholeNumberField("Weken tussen starts", low=0)
    places = WholeNumberField("Plaatsen per jaar", low=0)

    @property
    def row_title(self) -> str:
        """The leerroute in words."""
        return ROUTES.get(self.route.data, "")


def estimate_form(years: list[int]) -> type[SafeForm]:
    """Expected numbers and groups."""
    fields = {
        "numbers": RowsField(
            expected_row(years), "Trajecten per jaar",
            "Leeg: geen raming voor dat jaar. Een kolom uit Excel plak je in één keer.",
        ),
        "groups": RowsField(
            GroupRow, "Groepen", "Nul weken tussen starts: een groep begint zodra zij vol is."
        ),
    }  # fmt: skip
    return type("EstimateForm", (SafeForm,), fields)


def estimate_years(process: ContractingProcess, numbers: Iterable[ExpectedNumber]) -> list[int]:
    """The years that an estimate has already, and those of the new contract."""
    first = (process.go_live or today()).year
    last = process.contract_until.year if process.contract_until else first + 3
    return sorted({n.year for n in numbers} | set(range(first, min(last, first + 9) + 1)))


def _estimate_rows(
    numbers: Iterable[ExpectedNumber], joining: Iterable[str]
) -> list[dict[str, Any]]:
    """A row per leerroute of each gemeente that joins or has an estimate, by route and name."""
    places = sorted({*joining, *(n.municipality for n in numbers)}, key=municipality_name)
    rows: dict[tuple[str, str], dict[str, Any]] = {
        (route, place): {"route": route, "municipality": place}
        for route in ROUTES
        for place in places
    }
    for n in numbers:
        rows[n.route, n.municipality][f"year_{n.year}"] = n.tracks
    return [*rows.values()]


def _estimated(row: dict[str, Any]) -> Iterable[Expected]:
    for name, tracks in row.items():
        if name.startswith("year_") and tracks is not None:
            yield Expected(
                row["municipality"], row["route"], int(name.removeprefix("year_")), tracks
            )


class TraceRow(RowForm):
    """One requirement, criterion, promise or measure."""

    minor = ("Soort", "Herkomst")

    kind = SelectField("Soort", choices=[NONE, *choices(KINDS.items())])
    code = TextField("Code", [Required("Geef een code, bijvoorbeeld E1.")])
    text = TextField(
        "Omschrijving", [Required("Vul de omschrijving in.")], render_kw={"class": "long"}
    )
    source = TextField("Herkomst")
    weight = WholeNumberField("Weging (%)", low=0, high=100, render_kw={"data-weight": "1"})


class TraceLinkRow(RowForm):
    """What one of them leads to."""

    origin = SelectField("Van", choices=[])
    result = SelectField("Leidt naar", choices=[])


class TraceForm(SafeForm):
    """The trace from requirement to measure."""

    items = RowsField(TraceRow, "Eisen, criteria en metingen", "De wegingen samen zijn 100.")
    links = RowsField(
        TraceLinkRow, "Wat leidt waarnaar", "Bewaar nieuwe regels eerst: dan kun je ze kiezen."
    )

    @property
    def weights(self) -> str:
        """Whether the criteria weigh 100 together."""
        return weights_text(sum(row["weight"] or 0 for row in self["items"].data))


class QuestionForm(SafeForm):
    """A question with its answer."""

    stage = SelectField("Waar", choices=choices(STAGES.items()))
    asked_on = DutchDateField("Gesteld op", [Required("Vul in wanneer de vraag gesteld is.")])
    question = TextAreaField("Vraag", [Required("Vul de vraag in.")])
    answer = TextAreaField("Antwoord")
    published_on = DutchDateField(
        "Gepubliceerd op", description="Daarna verandert deze vraag niet meer."
    )


@dataclass(frozen=True, slots=True)
class Proposal:
    """One gemeente and leerroute: what is estimated for a year, and what registered in one."""

    municipality: str
    route: str
    entered: int | None
    registered: int

    @property
    def registered_text(self) -> str:
        """Fewer than five stay hidden."""
        return HIDDEN_TEXT if is_small(self.registered) else f"{self.registered}"

    @property
    def usable(self) -> bool:
        """Whether the figure may become the estimate."""
        return self.registered > 0 and not is_small(self.registered)


class ProposalForm(SafeForm):
    """For which year the figures are taken over."""

    year = SelectField("Voor welk jaar", coerce=int)


class PreparationPages(PlanningBase):
    """Scale, requirements and questions of one traject."""

    @expose("/<code>/schaal/")
    def scale(self, code: str) -> str:
        """Argue the scale of every leerroute with waiting times."""
        process = self._process(code)
        rows = preparation_queries.numbers(process)
        years = sorted({row.year for row in rows})
        scales, month = preparation_queries.scales(process), last_month_held()
        return self.render(
            "procurement/scale.html",
            code=code,
            crumbs=crumbs(code),
            scales=scales,
            month=month,
            replays={one.route: _replay(process, one.route, month) for one in scales},
            routes=ROUTES,
            numbers=_by_place(rows),
            years=years,
            header=queries.load(process).header,
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
        numbers = preparation_queries.numbers(process)
        groups = preparation_queries.groups(process)
        joining = load(process).municipalities or queries.regional_municipalities()
        given = {g.route: g for g in groups}
        form: Any = estimate_form(estimate_years(process, numbers))(
            data={
                "numbers": _estimate_rows(numbers, joining),
                "groups": [
                    {"route": route} if (g := given.get(route)) is None else
                    {"route": route, "size": g.group_size, "every": g.start_every_weeks,
                     "places": g.places}
                    for route in ROUTES
                ],
            }
        )  # fmt: skip

        def change(_: dict[str, Any]) -> object:
            return preparation_operations.put_estimate(
                process,
                [one for row in filled_rows(form.numbers) for one in _estimated(row)],
                [
                    Grouping(**row | {"every": row["every"] or 0})
                    for row in filled_rows(form.groups)
                ],
                **self._who(),
            )

        if self.saved(form, change, "De raming is bewaard."):
            return self._to(code, page="planning.scale")
        return self._entry(form, f"Raming van {code}", code, "planning.scale")

    @expose("/<code>/raming-uit-leveringen/", methods=("GET", "POST"))
    @needs("change")
    def proposal(self, code: str) -> Response | str:
        """Compare the estimate with the feed; a person decides which year gets its figures."""
        process = self._process(code)
        begin = (process.go_live or today()).year
        form: Any = ProposalForm()
        form.year.choices = [(year, str(year)) for year in range(begin, begin + 4)]
        month = last_month_held()
        rows = [] if month is None else _proposals(process, begin, registrations(month))
        if self.saved(
            form,
            lambda data: _take_over(process, rows, data["year"], self._who()),
            f"De raming voor {form.year.data} is gelijk aan de leveringen.",
        ):
            return self._to(code, page="planning.scale")
        return self.render(
            "procurement/proposal.html",
            code=code,
            crumbs=[*crumbs(code), ("Schaal", url_for("planning.scale", code=code))],
            form=form,
            rows=rows,
            year=begin,
            month=month,
            routes=ROUTES,
        )

    @expose("/<code>/eisen/")
    def trace(self, code: str) -> str:
        """Trace requirements to what is measured, both ways."""
        items = preparation_queries.trace(self._process(code))
        picture = trace_chart(code, items)
        return self.render(
            "procurement/trace.html",
            code=code,
            crumbs=crumbs(code),
            items=items,
            kinds=KINDS,
            before={item.code: comes_from(items, item.code) for item in items},
            after={item.code: [i for i in items if i.code in item.leads_to] for item in items},
            unmeasured=unmeasured(items),
            unasked=unasked(items),
            weight=weights(items),
            picture=picture,
            wide=picture is not None and picture.width > WIDTH,
        )

    @expose("/<code>/eisen/beeld.<any(svg, png, csv):kind>")
    def trace_picture(self, code: str, kind: str) -> Response:
        """Give the picture of the trace, or its table, as a file."""
        chart = trace_chart(code, preparation_queries.trace(self._process(code)))
        return chart_file(chart, kind) if chart else abort(404)

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
        items = preparation_queries.trace(process)
        links = [(i.code, result) for i in items for result in i.leads_to]
        form: Any = TraceForm(
            data={
                "items": [
                    *(_fields(i, "kind", "code", "text", "source", "weight") for i in items),
                    *[{}] * 4,
                ],
                "links": [
                    *({"origin": origin, "result": result} for origin, result in links),
                    *[{}] * 4,
                ],
            }
        )
        named = [NONE, *choices((i.code, i.full_name[:80]) for i in items)]
        for row in form.links:
            row.origin.choices = row.result.choices = named

        def change(_: dict[str, Any]) -> object:
            leads: dict[str, list[str]] = {}
            for row in filled_rows(form.links):
                if row["result"]:
                    leads.setdefault(row["origin"], []).append(row["result"])
            rows = filled_rows(form["items"])
            return preparation_operations.put_trace(
                process,
                [Item(**row, leads_to=tuple(leads.get(row["code"], ()))) for row in rows],
                **self._who(),
            )

        if self.saved(form, change, "De eisen zijn bewaard."):
            return self._to(code, page="planning.trace")
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

        def change(data: dict[str, Any]) -> object:
            asked = Asked(
                data["stage"], data["asked_on"], _plain(data["question"]),
                _plain(data["answer"]), data["published_on"],
            )  # fmt: skip
            return preparation_operations.put_question(process, asked, number, **self._who())

        if self.saved(form, change, "De vraag is bewaard."):
            return self._to(code, page="planning.questions")
        title = "Nieuwe vraag" if number is None else f"Vraag {number}"
        return self._entry(form, title, code, "planning.questions")

    def _entry(self, form: SafeForm, title: str, code: str, back: str) -> str:
        return self.render(
            "procurement/form.html", form=form, title=title, crumbs=crumbs(code), submit="Bewaar",
            cancel=url_for(back, code=code), note="",
        )  # fmt: skip


def _replay(process: ContractingProcess, route: str, month: date | None) -> Replay | None:
    """The last year once more; not of so few that one could be known by it."""
    past = None if month is None else preparation_queries.replay(process, route, month)
    return None if past is None or is_small(past.people) else past


def _by_place(rows: Iterable[ExpectedNumber]) -> dict[tuple[str, str], dict[int, int]]:
    table: dict[tuple[str, str], dict[int, int]] = {}
    for row in rows:
        table.setdefault((row.route, row.municipality), {})[row.year] = row.tracks
    return table


def _question_values(question: Question) -> dict[str, Any]:
    return _fields(question, "stage", "asked_on", "question", "answer", "published_on")


def _plain(text: str | None) -> str:
    return (text or "").replace("\r\n", "\n").strip()


def _fields(item: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(item, name) for name in names}


def _proposals(
    process: ContractingProcess, year: int, counts: dict[tuple[str, str], int]
) -> list[Proposal]:
    entered = {
        (r.municipality, r.route): r.tracks
        for r in preparation_queries.numbers(process)
        if r.year == year
    }
    joining = {(p.municipality, p.route) for p in load(process).participations}
    return [
        Proposal(place, route, entered.get((place, route)), counts.get((place, route), 0))
        for place, route in sorted(joining, key=lambda key: (key[1], municipality_name(key[0])))
    ]


def _take_over(
    process: ContractingProcess, rows: list[Proposal], year: int, who: dict[str, Any]
) -> bool:
    """Replace the estimate of one year where the feed has a figure; the rest stays."""
    kept = {
        (r.municipality, r.route, r.year): Expected(r.municipality, r.route, r.year, r.tracks)
        for r in preparation_queries.numbers(process)
    }
    for row in rows:
        if row.usable:
            key = (row.municipality, row.route, year)
            kept[key] = Expected(row.municipality, row.route, year, row.registered)
    groups = [
        Grouping(g.route, g.group_size, g.start_every_weeks, g.places)
        for g in preparation_queries.groups(process)
    ]
    return put_estimate(process, list(kept.values()), groups, **who)
