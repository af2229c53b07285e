"""Judgements of method 2 for tests: a provider whose every figure is known."""

from dataclasses import replace
from datetime import date

from quality.method.case import Case, Facts, MarkStatus, region_of
from quality.method.change import Decided
from quality.method.figures import Figures, Hours, Queue
from quality.method.judge import judge
from quality.method.model import BASIS_2027
from quality.method.uncertainty import Groups

MONTH = date(2026, 10, 1)
MARK = MarkStatus("onbepaalde_tijd", checked_on=date(2026, 9, 1))


def queue_of(*, on_time=0, late=0, waiting=0, left=0, waiting_short=0, left_short=0, **more):
    return Queue(outcomes=(on_time, late, waiting, left, waiting_short, left_short), **more)


def hours(groups=6, n=30, *, per_group=6000, certified=1.0, weekly=12.0):
    each = (per_group,) * groups
    days = tuple(per_group / 60 / weekly * 7 for _ in range(groups))
    return {
        "bevoegd": hours_of(each, tuple(d * certified for d in each), n),
        "intensiteit": hours_of(days, each, n),
        "avond_weekend": hours_of(each, tuple(d * 0.1 for d in each), n),
        "aanwezigheid": hours_of(each, each, n),
    }


def hours_of(denominators, numerators, n):
    return Hours(sum(numerators), sum(denominators), n, Groups.of(denominators, numerators))


def figures(**more):
    """Six groups of five, of whom 27 started in time; 12 hours a week, all by certified docents."""
    base = Figures(
        first_month=24300,
        delivered=True,
        in_window=True,
        active=30,
        queue=queue_of(on_time=27, late=3),
        waiting_groups=Groups.of((5,) * 6, (5, 5, 5, 5, 4, 3)),
        hours=hours(),
        decided=(Decided(30, 27),),
    )
    return replace(base, **more)


def judged(own=None, *, route="B", model=BASIS_2027, facts=None, others=4, month=MONTH):
    own = own or figures()
    facts = facts or Facts(mark=MARK, docents=12, owed=True, answered=True)
    region = region_of([own, *[figures() for _ in range(others)]], model)
    return judge(Case("TA001", route, month, own, facts, region), model)
