"""The network: published example, random networks against networkx, circles, meetings."""

from dataclasses import replace
from datetime import date, timedelta

import networkx
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from core.dates import Calendar, Recess
from core.errors import DomainError
from procurement.plan.planning import FixedBy, in_order, last_start, schedule
from procurement.plan.steps import (
    Kind,
    Link,
    LinkType,
    LocalDecision,
    Outcome,
    Plan,
    Step,
    Unit,
)

# A busy machine says nothing about the plan.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

MONDAY = date(2026, 6, 1)
"""Seven working days without a holiday follow; the whole example fits before 18 June."""


def plan_of(steps, links=(), *, today=date(2020, 1, 1), starts_on=MONDAY, **more):
    return Plan(tuple(steps), tuple(links), today, starts_on, **more)


def example():
    durations = {"A": 3, "B": 5, "C": 2, "D": 4, "E": 6, "F": 1}
    waits = ["AB", "AC", "BD", "CD", "CE", "DF", "EF"]
    return plan_of(
        [Step(code, duration=n, unit=Unit.WORKING) for code, n in durations.items()],
        [Link(pair[0], pair[1]) for pair in waits],
    )


def test_network_of_checks_6_9():
    plan = example()
    forecasts = schedule(plan)

    def offset(day):
        return plan.calendar.working_days_between(MONDAY, day)

    begins = {c: offset(plan.calendar.next_working_day(f.start)) for c, f in forecasts.items()}
    assert begins == {"A": 0, "B": 3, "C": 3, "D": 8, "E": 5, "F": 12}
    assert {c: offset(f.end) for c, f in forecasts.items()} == {
        "A": 3, "B": 8, "C": 5, "D": 12, "E": 11, "F": 13,
    }  # fmt: skip
    assert {c: (offset(f.latest_start), offset(f.latest_end)) for c, f in forecasts.items()} == {
        "A": (0, 3), "B": (3, 8), "C": (4, 6), "D": (8, 12), "E": (6, 12), "F": (12, 13),
    }  # fmt: skip
    assert {c: f.total_float for c, f in forecasts.items()} == {
        "A": 0, "B": 0, "C": 1, "D": 0, "E": 1, "F": 0,
    }  # fmt: skip
    assert (forecasts["C"].free_float, forecasts["E"].free_float) == (0, 1)
    assert [c for c, f in forecasts.items() if f.critical] == ["A", "B", "D", "F"]


@st.composite
def networks(draw):
    count = draw(st.integers(2, 12))
    durations = draw(st.lists(st.integers(0, 20), min_size=count, max_size=count))
    pairs = draw(
        st.sets(
            st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)).filter(
                lambda pair: pair[0] < pair[1]
            ),
            max_size=25,
        )
    )
    return durations, sorted(pairs)


@patient
@given(networks())
def test_longest_paths_as_networkx_finds_them(network):
    durations, pairs = network
    plan = plan_of(
        [Step(str(n), duration=days) for n, days in enumerate(durations)],
        [Link(str(a), str(b)) for a, b in pairs],
    )
    forecasts = schedule(plan)

    graph = networkx.DiGraph()
    graph.add_nodes_from(range(len(durations)))
    # The weight of an edge is the duration of where it starts; every node hangs from a source.
    graph.add_weighted_edges_from(("source", n, 0) for n in range(len(durations)))
    graph.add_weighted_edges_from((a, b, durations[a]) for a, b in pairs)
    graph.add_weighted_edges_from((n, "sink", days) for n, days in enumerate(durations))
    longest = networkx.dag_longest_path_length(graph)

    assert max(f.end for f in forecasts.values()) == MONDAY + timedelta(days=longest)
    for n in range(len(durations)):
        upto = networkx.dag_longest_path_length(graph.subgraph(networkx.ancestors(graph, n) | {n}))
        assert forecasts[str(n)].start == MONDAY + timedelta(days=upto)


@patient
@given(networks(), st.sampled_from(list(Unit)), st.sampled_from(list(LinkType)), st.integers(-5, 9))
def test_a_step_can_slip_to_its_latest_end_and_not_beyond(network, unit, link_type, lag):
    durations, pairs = network
    goal = str(len(durations) - 1)
    plan = plan_of(
        [
            Step(
                str(n), duration=days, unit=unit,
                deadline=date(2027, 1, 15) if str(n) == goal else None,
            )
            for n, days in enumerate(durations)
        ],
        [Link(str(a), str(b), link_type, lag, unit) for a, b in pairs],
    )  # fmt: skip
    forecasts = schedule(plan)
    for step in plan.steps:
        latest = forecasts[step.code].latest_end
        if latest is None or step.code == goal or forecasts[step.code].end >= latest:
            continue
        slipped = replace(step, actual_end=latest)
        moved = schedule(
            replace(plan, steps=tuple(slipped if s is step else s for s in plan.steps))
        )
        if link_type is not LinkType.START_START:
            assert moved[goal].end <= max(date(2027, 1, 15), forecasts[goal].end)


@patient
@given(
    st.sampled_from(list(Kind)), st.sampled_from(list(Unit)), st.integers(0, 60),
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
)  # fmt: skip
def test_last_start_is_the_last(kind, unit, duration, limit):
    calendar = Calendar(recesses=(Recess(date(2026, 7, 11), date(2026, 8, 23)),))
    step = Step("1", kind=kind, unit=unit, duration=duration)
    result = last_start(plan_of([step], calendar=calendar), step, limit)

    def end(start):
        plan = plan_of([step], calendar=calendar, starts_on=start)
        return schedule(plan)["1"].end

    assert end(result) <= limit < end(result + timedelta(days=1))


def test_a_circle_is_refused_by_name():
    links = [Link("1", "2"), Link("2", "3"), Link("3", "4"), Link("4", "2"), Link("4", "5")]
    with pytest.raises(DomainError) as error:
        in_order(["1", "2", "3", "4", "5"], links)
    assert error.value.code == "circle"
    assert "2 → 3 → 4 → 2" in error.value.message


@pytest.mark.parametrize(
    ("link", "start", "end"),
    [
        (Link("1", "2"), date(2026, 6, 11), date(2026, 6, 16)),
        (Link("1", "2", lag=4), date(2026, 6, 15), date(2026, 6, 20)),
        (Link("1", "2", lag=-3), date(2026, 6, 8), date(2026, 6, 13)),
        (Link("1", "2", lag=2, unit=Unit.WORKING), date(2026, 6, 15), date(2026, 6, 20)),
        (Link("1", "2", lag=-2, unit=Unit.WORKING), date(2026, 6, 9), date(2026, 6, 14)),
        (Link("1", "2", LinkType.START_START, 1), date(2026, 6, 2), date(2026, 6, 7)),
        (Link("1", "2", LinkType.FINISH_FINISH, 1), MONDAY, date(2026, 6, 12)),
    ],
)
def test_links_and_lags(link, start, end):
    forecast = schedule(plan_of([Step("1", duration=10), Step("2", duration=5)], [link]))["2"]
    assert (forecast.start, forecast.end) == (start, end)


def test_facts_and_today_overrule():
    steps = [
        Step("1", duration=10, actual_start=date(2026, 6, 3), actual_end=date(2026, 6, 20)),
        Step("2", duration=1),
        Step("3", duration=3, cancelled=True),
        Step("4", duration=2, earliest_start=date(2026, 9, 1)),
    ]
    plan = plan_of(steps, [Link("1", "2"), Link("2", "3"), Link("3", "4")], today=date(2026, 7, 1))
    forecasts = schedule(plan)
    assert (forecasts["1"].start, forecasts["1"].end) == (date(2026, 6, 3), date(2026, 6, 20))
    assert (forecasts["2"].end, forecasts["2"].fixed_by) == (date(2026, 7, 1), FixedBy.TODAY)
    assert forecasts["3"].start == forecasts["3"].end == date(2026, 7, 1)
    assert (forecasts["4"].start, forecasts["4"].fixed_by) == (
        date(2026, 9, 1),
        FixedBy.EARLIEST_START,
    )


SUMMER = Recess(date(2026, 7, 11), date(2026, 8, 23), "zomerreces")


def decided(*local, today=MONDAY, meetings=None, duration=30):
    step = Step("8", kind=Kind.DECISION, duration=duration, decisions=local)
    follows = Step("10", kind=Kind.MILESTONE, deadline=date(2026, 9, 30))
    plan = plan_of(
        [step, follows], [Link("8", "10")], today=today,
        calendar=Calendar(recesses=(SUMMER,)), meetings=meetings or {},
    )  # fmt: skip
    return schedule(plan)


@pytest.mark.parametrize(
    ("local", "end", "rule"),
    [
        (LocalDecision("0193", "college"), date(2026, 7, 1), "no meeting known: 30 days"),
        (
            LocalDecision("0193", "college", Outcome.SCHEDULED, date(2026, 6, 9)),
            date(2026, 6, 9), "as planned",
        ),
        (
            LocalDecision("0193", "college", Outcome.SCHEDULED, date(2026, 7, 14)),
            date(2026, 8, 24), "in recess: first working day after it",
        ),
        (
            LocalDecision("0148", "college", Outcome.SCHEDULED, date(2026, 7, 14)),
            date(2026, 9, 1), "in recess: first meeting after it",
        ),
        (
            LocalDecision("0193", "college", Outcome.SCHEDULED, date(2026, 5, 12)),
            MONDAY, "meeting before the papers are ready: as soon as they are",
        ),
        (
            LocalDecision("0193", "college", Outcome.DECIDED, None, date(2026, 6, 5)),
            date(2026, 6, 5), "decided",
        ),
        (LocalDecision("0193", "raad", Outcome.NOT_NEEDED), MONDAY, "needs none"),
        (
            LocalDecision("0193", "college", Outcome.DEFERRED, date(2026, 6, 1)),
            date(2026, 7, 1), "put off without a new date",
        ),
    ],
)  # fmt: skip
def test_when_one_gemeente_decides(local, end, rule):
    meetings = {("0148", "college"): (date(2026, 7, 14), date(2026, 9, 1), date(2026, 9, 8))}
    assert decided(local, meetings=meetings)["8"].end == end, rule


def test_the_latest_gemeente_decides_the_date_and_is_named():
    decision = decided(
        LocalDecision("0193", "college", Outcome.DECIDED, None, date(2026, 6, 5)),
        LocalDecision("0166", "college", Outcome.SCHEDULED, date(2026, 6, 30)),
        LocalDecision("0148", "college", Outcome.SCHEDULED, date(2026, 6, 16)),
    )
    assert decision["8"].end == date(2026, 6, 30)
    assert decision["8"].last_municipalities == ["0166"]
    assert decision["8"].fixed_by is FixedBy.MEETING
    assert decision["10"].start == date(2026, 6, 30)


def test_a_decision_is_done_when_every_gemeente_decided_or_needs_none():
    decision = decided(
        LocalDecision("0193", "college", Outcome.CONDITIONAL, None, date(2026, 6, 5)),
        LocalDecision("0166", "college", Outcome.DECIDED, None, date(2026, 6, 12)),
        LocalDecision("0148", "college", Outcome.NOT_NEEDED),
        today=date(2026, 6, 20),
    )
    assert (decision["8"].end, decision["8"].fixed_by) == (date(2026, 6, 12), FixedBy.ACTUAL)
    assert decision["8"].total_float is None


def test_statutory_terms_run_on():
    forecasts = schedule(
        plan_of([Step("16", kind=Kind.STATUTORY, duration=20)], starts_on=date(2026, 12, 5))
    )
    assert forecasts["16"].end == date(2026, 12, 28)


def test_without_a_deadline_behind_it_a_step_has_no_float():
    steps = [Step("21", deadline=date(2026, 7, 1)), Step("23", duration=90)]
    forecasts = schedule(plan_of(steps, [Link("21", "23")]))
    assert forecasts["23"].total_float is None
    assert forecasts["21"].total_float == 22
