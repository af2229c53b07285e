"""The first page: what asks for attention today, for this role."""

from flask import g
from flask_admin import expose

from app.web import jobs as job_pages
from core.accounts import Account
from core.admin import Page
from core.attention import Attention, Coming, Source, Upcoming, Urgency
from core.dates import today
from procurement import attention as planning_attention
from providers import attention as provider_attention
from providers.deliveries import drift_attention
from quality import attention as score_attention
from quality.agreements import attention as agreement_attention
from quality.lessons import attention as teacher_attention

# Each package that has something to tell adds its function here.
SOURCES: tuple[Source, ...] = (
    planning_attention.attention,
    provider_attention.attention,
    drift_attention.attention,
    score_attention.attention,
    teacher_attention.attention,
    agreement_attention.attention,
    job_pages.attention,
)


COMING: tuple[Coming, ...] = (
    planning_attention.upcoming,
    provider_attention.upcoming,
    agreement_attention.upcoming,
)
DATES_SHOWN = 8


def attention(account: Account) -> list[Attention]:
    """Collect what every package asks attention for, the most urgent first."""
    day = today()
    items = [item for source in SOURCES for item in source(account, day)]
    return sorted(items, key=lambda item: (item.urgency, item.due or day, item.text))


def upcoming(account: Account) -> list[Upcoming]:
    """The next dates of every package, the first one first."""
    day = today()
    items = [item for source in COMING for item in source(account, day)]
    return sorted(items, key=lambda item: (item.on, item.text))[:DATES_SHOWN]


class StartPage(Page):
    """Cards, the most urgent first; or that there is nothing to do, and what comes next."""

    thing = "start"

    @expose("/")
    def index(self) -> str:
        """Show the cards; the next dates when there is nothing to do now or soon."""
        items = attention(g.account)
        quiet = all(item.urgency is Urgency.LATER for item in items)
        dates = upcoming(g.account) if quiet else []
        return self.render("start/start.html", items=items, dates=dates)
