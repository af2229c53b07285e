"""Which groups start soonest, what sharing groups would have saved, and with whom."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from flask import abort, request
from flask_admin import expose

from core.admin import needs
from core.dates import month_end, today
from core.municipalities import name as municipality_name
from core.small_numbers import count_or_hidden, is_small, parts_of_total
from procurement.admin.base import PlanningBase, crumbs
from procurement.plan.health import listing
from procurement.plan.validity import ROUTES
from procurement.preparation import queries as preparation_queries
from procurement.preparation.composer import Composition, Gain, Group, Rules, pool_gains
from procurement.preparation.queries import Replay
from providers.codes import SkillLevel
from providers.deliveries.queries import last_month_held

AHEAD = 91
"""Days in which groups are looked for."""
GAINS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group that can start, in words."""

    place: str
    starts_on: date
    now: bool
    municipalities: str
    levels: str
    moment: str
    size: int
    waiting: str
    furthest: int | None


class GroupPages(PlanningBase):
    """Groups of one traject, by leerroute; for the region."""

    @expose("/<code>/groepen/")
    @needs("create")
    def group_composer(self, code: str) -> str:
        """Show the groups that start soonest, and what sharing them saves."""
        process = self._process(code)
        month = last_month_held()
        planned = [one.route for one in preparation_queries.groups(process)]
        route = request.args.get("leerroute", planned[0] if planned else "B")
        if route not in ROUTES:
            abort(404)
        ahead = past = None
        if month is not None:
            passed = (today() - month_end(month)).days
            ahead = preparation_queries.next_groups(process, route, month, days=passed + AHEAD)
            past = preparation_queries.replay(process, route, month)
        rows = [] if ahead is None or past is None else _rows(ahead, past.rules)
        return self.render(
            "procurement/groups.html",
            code=code,
            crumbs=crumbs(code),
            month=month,
            route=route,
            routes=[(one, ROUTES[one]) for one in planned],
            rows=rows,
            weeks=AHEAD // 7,
            left=_waiting(ahead)[LEFT] if ahead else "",
            past=past,
            lines=[] if past is None or is_small(past.people) else _lines(past),
            gains=[] if past is None else _gains(past),
        )


def _rows(ahead: Composition, rules: Rules) -> list[GroupRow]:
    first, waiting = today().toordinal(), _waiting(ahead)
    return [
        _row(group, rules, first, waiting[str(place)]) for place, group in enumerate(ahead.groups)
    ]


LEFT = "left"
"""Who waits and is in no group."""


def _waiting(ahead: Composition) -> dict[str, str]:
    """How many wait now, per group and without one; what the total would give stays hidden."""
    counts = {
        str(place): sum(not one.expected for one in group.learners)
        for place, group in enumerate(ahead.groups)
    } | {LEFT: sum(not one.expected for one in ahead.left)}
    return {name: count_or_hidden(count) for name, count in parts_of_total(counts).items()}


def _row(group: Group, rules: Rules, first: int, waiting: str) -> GroupRow:
    low, high = (SkillLevel(level).label for level in group.levels)
    journeys = [rules.minutes.get((code, group.place)) for code in group.municipalities]
    moments = {one.evening for one in group.learners}
    return GroupRow(
        municipality_name(group.place),
        date.fromordinal(group.starts_on),
        group.starts_on <= first,
        listing(sorted(municipality_name(code) for code in group.municipalities)),
        low if low == high else f"{low} en {high}",
        "avond of weekend" if True in moments else "overdag" if False in moments else "vrij",
        len(group.learners),
        waiting,
        max((minutes for minutes in journeys if minutes is not None), default=None),
    )


def _lines(past: Replay) -> list[tuple[str, float, int]]:
    """Who shares groups, mean days of waiting, and how many groups."""
    return [
        ("elke gemeente apart", past.alone.days / past.people, len(past.alone.groups)),
        ("zoals de schaal nu gekozen is", past.chosen.days / past.people, len(past.chosen.groups)),
        ("allemaal samen", past.together.days / past.people, len(past.together.groups)),
    ]


def _gains(past: Replay) -> list[Gain]:
    """Pairs of gemeenten; without those of which the pairs, or the total, would tell a few."""
    learners = [one.learner for one in past.registered]
    counts = parts_of_total(Counter(one.municipality for one in learners))
    countable = [one for one in learners if counts[one.municipality] is not None]
    return pool_gains(countable, past.rules, past.together.horizon)[:GAINS_SHOWN]
