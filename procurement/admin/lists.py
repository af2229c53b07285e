"""Lists over all inkooptrajecten: the portfolio, milestones per owner, planning back."""

from dataclasses import replace
from typing import Any

from flask import abort, current_app, g, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from core import municipalities
from core.accounts import visible
from core.admin import needs
from core.dates import Calendar, now, today
from core.export import download
from core.formats import day_text
from core.pages.lists import Column, Filter, RowList, choice_filter
from procurement.admin.base import PlanningBase, crumbs
from procurement.admin.rows import TAGS, next_go_live, plan_back
from procurement.exchange.cells import day as read_day
from procurement.models import CalendarLink, ContractingProcess, DigestMail, Milestone
from procurement.plan import operations, queries
from procurement.plan.documents import Header, PlanParticipation
from procurement.plan.forms import NewProcessForm, OpinionForm, choices, filled_rows
from procurement.plan.health import Health
from procurement.plan.templates import TEMPLATES
from procurement.plan.terms import PROCEDURE_NAMES, Certainty, Procedure, certainty_of, rules_on
from procurement.plan.validity import STATES

MAILS_SHOWN = 20
HEALTHS = [(str(h), str(h)) for h in Health]


class ListPages(PlanningBase):
    """The portfolio and what goes over more than one traject."""

    def _portfolio(self) -> RowList:
        P = ContractingProcess  # noqa: N806  a short name for a long list
        return RowList(
            visible(P, g.account),
            key=P.id,
            seal=str(current_app.secret_key),
            search=(P.code, P.name, P.region),
            filters=(
                choice_filter("stand", "Stand", P.status, [(s, s) for s in STATES]),
                choice_filter("gezondheid", "Verloop", P.health, HEALTHS),
            ),
            columns=(
                Column("code", "Code", lambda p: p.code, lambda p: p.code, P.code),
                Column("name", "Naam", lambda p: p.name, lambda p: p.name, P.name),
                Column("health", "Verloop", lambda p: p.health, lambda p: p.health, P.health),
                _day_column("go_live", "Streefdatum", P.go_live),
                _day_column("expected_go_live", "Verwacht", P.expected_go_live),
                Column("headline", "Waarom", lambda p: p.headline, lambda p: p.headline),
            ),
            sort="code",
        )

    @expose("/")
    def index(self) -> str:
        """Show every traject and how it stands."""
        operations.refresh(visible(ContractingProcess, g.account), at=now())
        rows = self._portfolio()
        listing = rows.page(request.args)
        ids = [p.id for p in listing.rows]
        counts = queries.portfolio(
            ContractingProcess.select().where(ContractingProcess.id.in_(ids))
        ).dicts()
        return self.render(
            "procurement/portfolio.html",
            rows=rows,
            found=listing,
            counts={row["id"]: row for row in counts},
            tags=TAGS,
            sentence=_portfolio_sentence(visible(ContractingProcess, g.account)),
        )

    @expose("/trajecten/<any(csv, xlsx):kind>/")
    def download_portfolio(self, kind: str) -> Response:
        """Give the portfolio as a file."""
        rows = self._portfolio()
        header = [c.label for c in rows.columns]
        values = ([c.value(p) for c in rows.columns] for p in rows.every_row(request.args))
        return download("inkooptrajecten", kind, header, values)

    def _milestones(self) -> RowList:
        M = Milestone  # noqa: N806  a short name for a long list
        ids = visible(ContractingProcess, g.account, ContractingProcess.select(
            ContractingProcess.id).where(ContractingProcess.status == "lopend"))  # fmt: skip
        return RowList(
            queries.milestones(ids),
            key=M.id,
            seal=str(current_app.secret_key),
            search=(M.title, M.owner),
            filters=(
                Filter("eigenaar", "Eigenaar", lambda q, v: q.where(M.owner == v),
                       choices=[(o, o) for o in _owners(ids)]),
                choice_filter("gezondheid", "Verloop", M.health, HEALTHS),
                Filter("tot", "Verwacht tot en met",
                       lambda q, v: q.where(M.expected_end <= v), _filter_day, hint="31-12-2026"),
            ),
            columns=(
                Column("title", "Mijlpaal", lambda m: m.title, lambda m: m.title, M.title),
                Column("process", "Traject", lambda m: m.process.code, lambda m: m.process.code,
                       nowrap=True, minor=True),
                Column("owner", "Eigenaar", lambda m: m.owner, lambda m: m.owner, M.owner,
                       minor=True),
                _day_column("expected_end", "Verwacht", M.expected_end),
                replace(_day_column("latest_end", "Uiterlijk", M.latest_end), minor=True),
                Column("total_float", "Speling (werkdagen)", lambda m: m.total_float,
                       lambda m: "–" if m.total_float is None else m.total_float,
                       M.total_float, numeric=True, minor=True),
                Column("health", "Verloop", lambda m: m.health, lambda m: m.health, M.health),
                Column("reason", "Waarom", lambda m: m.reason, lambda m: m.reason, minor=True),
            ),
            sort="expected_end",
        )  # fmt: skip

    @expose("/mijlpalen/")
    def milestones(self) -> str:
        """Show milestones over all trajecten, per owner."""
        operations.refresh(visible(ContractingProcess, g.account), at=now())
        rows, owner = self._milestones(), request.args.get("eigenaar", "")
        return self.render(
            "procurement/milestones.html",
            rows=rows,
            found=rows.page(request.args),
            crumbs=crumbs(),
            owner=owner,
            mine=_own_name(rows),
            sentence=_milestones_sentence(rows.query, owner),
            links=_own_links(),
            mails=list(
                visible(DigestMail, g.account).order_by(DigestMail.id.desc()).limit(MAILS_SHOWN)
            ),
        )

    @expose("/mijlpalen/<any(csv, xlsx):kind>/")
    def download_milestones(self, kind: str) -> Response:
        """Give the milestones as a file."""
        rows = self._milestones()
        values = ([c.value(m) for c in rows.columns] for m in rows.every_row(request.args))
        return download("mijlpalen", kind, [c.label for c in rows.columns], values)

    @expose("/terugplannen/")
    def back(self) -> str:
        """Work back from the end of a contract to when to begin."""
        template = request.args.get("sjabloon", "SAS regionaal")
        typed = request.args.get("contract_einde", "").strip()
        steps, problem, go_live = [], "", None
        if template not in TEMPLATES:
            abort(404)
        if typed:
            try:
                end = read_day(typed)
                go_live = next_go_live(end) if end else None
                if go_live and 2000 < go_live.year < 2100:
                    steps = plan_back(template, go_live, today(), Calendar())
                else:
                    problem = "Kies een jaar van 2001 tot en met 2099."
            except ValueError as error:
                problem = f"Let op: {error}."
        return self.render(
            "procurement/back.html",
            crumbs=crumbs(),
            templates=list(TEMPLATES),
            chosen=template,
            typed=typed,
            go_live=go_live,
            steps=steps,
            problem=problem,
            today=today(),
        )

    @expose("/termijnen/")
    def terms(self) -> str:
        """Show the rules of law, and how sure it is that each binds a procedure."""
        return self.render(
            "procurement/terms.html",
            crumbs=crumbs(),
            rules=rules_on(today()),
            procedures=PROCEDURE_NAMES,
            usual=certainty_of,
            opinions={procedure: queries.opinions(procedure) for procedure in Procedure},
        )

    @expose("/termijnen/<rule>/<procedure>/", methods=("GET", "POST"))
    @needs("change")
    def term(self, rule: str, procedure: str) -> Response | str:
        """Say how sure it is that one rule binds one procedure."""
        by_code = {one.code: one for one in rules_on(today())}
        if rule not in by_code or procedure not in set(Procedure):
            abort(404)
        chosen = Procedure(procedure)
        opinion = queries.opinions(chosen).get(rule)
        usual = certainty_of(rule, chosen)
        form = OpinionForm(data={"certainty": opinion.certainty if opinion else usual})
        if self.saved(
            form,
            lambda data: operations.set_opinion(
                rule, chosen, Certainty(data["certainty"]), data["reason"], **self._who()
            ),
            "Bewaard. De trajecten met deze procedure zijn opnieuw nagekeken.",
        ):
            return redirect(url_for("planning.terms"))
        note = f"{by_code[rule].title}: {by_code[rule].asks}. Zonder keuze van de regio: {usual}."
        if opinion is not None:
            note += f" De regio koos {opinion.certainty}: {opinion.reason}"
        return self.render(
            "procurement/form.html", form=form, note=note, submit="Bewaar",
            title=f"{by_code[rule].title} bij {PROCEDURE_NAMES[chosen]}",
            crumbs=[*crumbs(), ("Wettelijke termijnen", url_for("planning.terms"))],
            cancel=url_for("planning.terms"),
        )  # fmt: skip

    @expose("/nieuw/", methods=("GET", "POST"))
    @needs("create")
    def new(self) -> Response | str:
        """Make a traject from a template; a plan made backwards fills in its dates."""
        form: Any = NewProcessForm(data=_asked() | {"others": [{}] * 3})
        names = municipalities.names()
        form.municipalities.choices = choices(
            sorted(
                (
                    (code, names[code])
                    for code in queries.regional_municipalities()
                    if code in names
                ),
                key=lambda pair: pair[1],
            )
        )
        made: list[str] = []

        def change(_: dict[str, Any]) -> None:
            process = operations.start_plan(
                _header_of(form), template=form.template.data, participations=_joining(form),
                reason=form.overlap.data, **self._who(),
            )  # fmt: skip
            made.append(process.code)

        if self.saved(form, change, "Het traject is gemaakt als concept."):
            return redirect(url_for("planning.one", code=made[0]))
        return self.render(
            "procurement/form.html", form=form, title="Nieuw traject", crumbs=crumbs(),
            submit="Maak dit traject", cancel=url_for("planning.index"),
        )  # fmt: skip


def _asked() -> dict[str, Any]:
    """Template and end of the current contract, as the page Terugplannen passes them on."""
    try:
        end = read_day(request.args.get("contract_einde", ""))
    except ValueError:
        end = None
    return {
        "template": request.args.get("sjabloon"),
        "current_until": end,
        "go_live": None if end is None else next_go_live(end),
    }


def _day_column(name: str, label: str, column: Any) -> Column:
    return Column(
        name,
        label,
        lambda row: getattr(row, name),
        lambda row: day_text(getattr(row, name)),
        column,
        nowrap=True,
    )


def _filter_day(text: str) -> Any:
    day = read_day(text)
    if day is None:
        raise ValueError(text)
    return day


def _owners(processes: Any) -> list[str]:
    query: Any = (
        Milestone.select(Milestone.owner)
        .where(Milestone.process.in_(processes), Milestone.owner != "")
        .distinct()
        .order_by(Milestone.owner)
    )
    return [owner for (owner,) in query.tuples()]


def _own_name(rows: RowList) -> str:
    """The name under which this account owns milestones, when it owns any."""
    owners = {value for item in rows.filters for value, _ in item.choices or ()}
    return next((name for name in (g.account.name, g.account.email) if name in owners), "")


def _own_links() -> list[CalendarLink]:
    return list(
        CalendarLink.select()
        .where(
            CalendarLink.made_by == g.account.email,
            CalendarLink.process.is_null(),
            CalendarLink.revoked_at.is_null(),
        )
        .order_by(CalendarLink.id)
    )


def _milestones_sentence(query: Any, owner: str) -> str:
    """How many open milestones there are, and how many of them are late."""
    done = (Health.DONE, Health.DONE_LATE, Health.CANCELLED)
    still_open = query.where(Milestone.health.not_in(done))
    if owner:
        still_open = still_open.where(Milestone.owner == owner)
    total = still_open.count()
    if not total:
        return "Er staat geen mijlpaal open."
    late = still_open.where(Milestone.health.in_((Health.LATE, Health.BLOCKED))).count()
    if not late:
        return f"Van {total} open mijlpalen is er geen te laat of geblokkeerd."
    verb = "is" if late == 1 else "zijn"
    return f"{late} van {total} open mijlpalen {verb} te laat of geblokkeerd."


def _portfolio_sentence(query: Any) -> str:
    running = query.where(ContractingProcess.status == "lopend")
    bad = [
        p.code for p in running if p.health in (Health.LATE, Health.BLOCKED, Health.RISK)
    ]  # fmt: skip
    total = running.count()
    if not total:
        return "Er loopt geen inkooptraject."
    if not bad:
        loopt = "Het traject ligt" if total == 1 else f"Alle {total} trajecten liggen"
        return f"{loopt} op schema."
    if total == 1:
        return f"Het lopende traject vraagt aandacht: {bad[0]}."
    return f"{len(bad)} van {total} lopende trajecten vragen aandacht: {', '.join(bad[:5])}."


def _header_of(form: Any) -> Header:
    go_live, current = form.go_live.data, form.current_until.data
    return Header(
        form.code.data, form.name.data, form.region.data, status="concept",
        starts_on=form.starts_on.data or today(), current_until=current,
        go_live=go_live or (next_go_live(current) if current else None),
        contract_until=form.contract_until.data,
    )  # fmt: skip


def _joining(form: Any) -> tuple[PlanParticipation, ...]:
    others = [row["municipality"] for row in filled_rows(form.others)]
    return tuple(
        PlanParticipation(code, route)
        for code in dict.fromkeys([*form.municipalities.data, *others])
        for route in form.routes.data or ["B"]
    )
