"""The first page: what asks for attention today, of what this account can do."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from flask import abort, flash, g, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from app.web import jobs as job_pages
from core.accounts import Account, Role, may
from core.admin import Page, needs
from core.attention import Attention, Coming, Figure, Figures, Source, Upcoming, Urgency
from core.dates import now, today
from core.formats import counted, day_text
from core.inbox import items_set_aside, put_back, set_aside
from procurement import attention as planning_attention
from procurement.models import ContractingProcess
from providers import attention as provider_attention
from providers.models import Contract, Delivery, Provider
from quality import attention as score_attention
from quality.agreements import attention as agreement_attention
from quality.models import ScoreCard

# Each package that has something to tell adds its function here.
SOURCES: tuple[Source, ...] = (
    planning_attention.attention,
    provider_attention.attention,
    score_attention.attention,
    score_attention.docent_attention,
    agreement_attention.attention,
    job_pages.attention,
)
COMING: tuple[Coming, ...] = (
    planning_attention.upcoming,
    provider_attention.upcoming,
    agreement_attention.upcoming,
)
FIGURES: tuple[Figures, ...] = (
    provider_attention.figures,
    score_attention.figures,
    planning_attention.figures,
    score_attention.signal_figures,
    agreement_attention.figures,
)
MOST_FIGURES = 4
MOST_DATES = 8
WEEK = timedelta(days=7)
GROUPS = {Urgency.NOW: "Nu", Urgency.SOON: "Deze week", Urgency.LATER: "Ter informatie"}
PUT_OFF = {"morgen": 1, "een week": 7, "een maand": 30}
"""What the buttons say, and for how many days."""


@dataclass(frozen=True)
class Line:
    """A line of the inbox: one thing, or several that fold into one."""

    items: tuple[Attention, ...]

    @property
    def first(self) -> Attention:
        """The thing that counts for the line: the most urgent."""
        return self.items[0]

    @property
    def text(self) -> str:
        """The sentence of the line."""
        if len(self.items) == 1:
            return self.first.text
        return self.first.together.format(n=len(self.items))


def attention(account: Account) -> list[Attention]:
    """Collect what every package asks attention for, the most urgent first.

    What an account cannot act on is for its information, and so is what can wait over a week.
    """
    day = today()
    items = [_placed(item, account, day) for source in SOURCES for item in source(account, day)]
    return sorted(items, key=lambda item: (item.urgency, item.due or day, item.text))


def _placed(item: Attention, account: Account, day: date) -> Attention:
    can_act = item.needs is None or may(account, *item.needs)
    waits = item.urgency is Urgency.SOON and item.due is not None and item.due > day + WEEK
    return item if can_act and not waits else replace(item, urgency=Urgency.LATER)


def folded(items: Iterable[Attention]) -> list[Line]:
    """Fold things of one kind into a line, at the place of the first."""
    lines: dict[str, list[Attention]] = {}
    for item in items:
        lines.setdefault(item.together or item.key, []).append(item)
    return [Line(tuple(one)) for one in lines.values()]


def upcoming(account: Account) -> list[Upcoming]:
    """The next dates of every package, the first one first."""
    day = today()
    items = [item for source in COMING for item in source(account, day)]
    return sorted(items, key=lambda item: (item.on, item.text))[:MOST_DATES]


def figures(account: Account) -> list[Figure]:
    """The first four figures that the packages have for this account."""
    day = today()
    return [one for source in FIGURES for one in source(account, day)][:MOST_FIGURES]


def when(due: date) -> str:
    """How far a day is: ``15 dagen te laat``, ``vandaag``, ``nog 3 dagen``, or the date itself."""
    days = (due - today()).days
    if days == 0:
        return "vandaag"
    count = counted(abs(days), "dag", "dagen")
    if days < 0:
        return f"{count} te laat"
    return f"nog {count}" if days <= 31 else f"uiterlijk {day_text(due)}"


@dataclass(frozen=True)
class Step:
    """One step: what to do, where, and whether it is done."""

    text: str
    url: str
    done: bool


def setup_steps(account: Account) -> list[Step]:
    """The steps that this account can do; none once all of them are done."""
    if Delivery.select().exists() and ScoreCard.select().exists():
        return []
    schools = Account.select().where(Account.role == Role.PROVIDER).exists()
    every = (
        ("create", "register", "Lees aanbieders, contracten en keurmerken in",
         "register_import.index",
         Provider.select().exists() and Contract.select().exists()),
        ("create", "accounts", "Maak accounts voor de regio, gemeenten en aanbieders",
         "accountview.index_view", schools),
        ("create", "planning", "Maak het eerste inkooptraject", "planning.index",
         ContractingProcess.select().exists()),
        ("create", "deliveries", "Stuur de eerste levering in, of laat een aanbieder dat doen",
         "deliveries.new", Delivery.select().where(Delivery.state == "held").exists()),
        ("fix", "scores", "Bekijk de eerste scores", "scores.index", ScoreCard.select().exists()),
    )  # fmt: skip
    mine = [
        Step(text, url_for(page), done)
        for action, thing, text, page, done in every
        if may(account, action, thing)
    ]
    return mine if any(not step.done for step in mine) else []


class StartPage(Page):
    """An inbox: figures, what asks for attention by when, and what comes next."""

    thing = "start"

    @expose("/")
    def index(self) -> str:
        """Show the inbox; the next dates when there is nothing to do now or soon."""
        every = attention(g.account)
        aside = items_set_aside(g.account, today())
        items = [item for item in every if item.key not in aside]
        groups = {
            name: folded(item for item in items if item.urgency is urgency)
            for urgency, name in GROUPS.items()
        }
        quiet = not groups["Nu"] and not groups["Deze week"]
        return self.render(
            "start/start.html",
            groups={name: lines for name, lines in groups.items() if lines},
            urgent=sum(len(groups[name]) for name in ("Nu", "Deze week")),
            aside=[(item, aside[item.key]) for item in every if item.key in aside],
            figures=figures(g.account),
            dates=upcoming(g.account) if quiet else [],
            steps=setup_steps(g.account),
            put_off=PUT_OFF,
            when=when,
        )

    @expose("/opzij/", methods=("POST",))
    @needs("read")
    def handle(self) -> Response:
        """Put the things of a line off, tick them off, or put them back on the list."""
        keys = set(request.form.getlist("ding"))
        items = [item for item in attention(g.account) if item.key in keys]
        choice = request.form.get("keuze", "")
        for item in items:
            if choice == "terug":
                put_back(item, g.account, at=now())
            elif choice == "klaar":
                set_aside(item, g.account, until=None, at=now())
            elif choice in PUT_OFF:
                until = today() + timedelta(days=PUT_OFF[choice])
                set_aside(item, g.account, until=until, at=now())
            else:
                abort(400)
        if items and choice != "terug":
            flash("Van je lijst gehaald. Onderaan staat het nog, met wie dat deed.", "success")
        return redirect(url_for(".index"))
