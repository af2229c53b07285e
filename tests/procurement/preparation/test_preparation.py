"""Scale per leerroute, the trace, questions."""

from datetime import UTC, date, datetime

import pytest

from core.errors import DomainError
from procurement.models import ExpectedNumber, Participation
from procurement.preparation import queries as preparation_queries
from procurement.preparation.operations import (
    Asked,
    Expected,
    Grouping,
    put_estimate,
    put_question,
    put_trace,
)
from procurement.preparation.scale import route_scale
from procurement.preparation.trace import Item, comes_from, unasked, unmeasured, weights
from tests.procurement.plans import make_process

BY = {"by": "regio@example.nl", "at": datetime(2026, 11, 23, 9, tzinfo=UTC)}


def test_pooling_shortens_the_wait_as_the_formula_says():
    numbers = {"0148": 26, "0166": 52, "0193": 78}
    scales = {"0148": "subregionaal", "0166": "subregionaal", "0193": "lokaal"}
    it = route_scale("B", 2027, numbers=numbers, scales=scales, group_size=12)
    # (12 - 1) / (2 x 0.5), / (2 x 1) and / (2 x 1.5); weighted 26, 52, 78.
    assert [p.wait.mean for p in it.alone] == [11.0, 5.5, pytest.approx(11 / 3)]
    assert it.alone_mean == pytest.approx((26 * 11 + 52 * 5.5 + 78 * 11 / 3) / 156)
    assert it.together.wait.mean == pytest.approx(11 / 6)
    # Dalfsen and Kampen together 1.5 a week, Zwolle on its own 1.5.
    assert it.chosen_mean == pytest.approx(11 / 3)
    assert it.simulated is None


def test_a_gemeente_without_people_and_fixed_starts():
    it = route_scale("Z", 2027, numbers={"0148": 0}, scales={}, group_size=12, start_every=8)
    assert (it.alone_mean, it.together.wait, it.simulated) == (None, None, None)
    it = route_scale("Z", 2027, numbers={"0148": 156}, scales={}, group_size=12, start_every=8)
    assert it.simulated.mean > it.together.wait.mean


TRACE = [
    Item("eis", "E1", "Eerste les binnen vier weken", "inbreng statushouders", None, ("G1", "K1")),
    Item("eis", "E2", "Huiswerkbegeleiding", "les van de vorige keer", None, ("G2",)),
    Item("gunningscriterium", "G1", "Wachttijd", "", 60, ("B1",)),
    Item("gunningscriterium", "G2", "Begeleiding", "", 30),
    Item("belofte", "B1", "Elke week een start", "", None, ("K1",)),
    Item("kpi", "K1", "Aandeel binnen 4 weken", "", None, ("S1",)),
    Item("kpi", "K2", "Tevredenheid"),
    Item("scorecriterium", "S1", "wachttijd", "", None, ("datum_eerste_les",)),
    Item("kolom", "datum_eerste_les", "datum eerste les"),
]


def test_both_lists_of_the_trace():
    assert [i.code for i in unmeasured(TRACE)] == ["E2"]
    assert [i.code for i in unasked(TRACE)] == ["K2"]
    assert [i.code for i in comes_from(TRACE, "K1")] == ["E1", "B1"]
    assert weights(TRACE) == 90
    assert weights([]) is None


def test_the_estimate_is_replaced_whole_and_twice_is_nothing(db):
    process = make_process()
    Participation.create(process=process, municipality="0148", route="B", scale="regionaal")
    rows = [Expected("0148", "B", 2027, 52), Expected("0148", "B", 2028, 60)]
    groups = [Grouping("B", 12, 0, 60)]
    assert put_estimate(process, rows, groups, **BY)
    assert not put_estimate(process, rows, groups, **BY)
    (it,) = preparation_queries.scales(process)
    assert (it.route, it.year, it.tracks, it.together.wait.mean) == ("B", 2027, 52, 5.5)
    put_estimate(process, rows[:1], groups, **BY)
    assert ExpectedNumber.select().count() == 1


@pytest.mark.parametrize(
    ("rows", "groups"),
    [
        ([Expected("9999", "B", 2027, 1)], []),
        ([Expected("0148", "X", 2027, 1)], []),
        ([Expected("0148", "B", 27, 1)], []),
        ([Expected("0148", "B", 2027, 1)] * 2, []),
        ([], [Grouping("B", 0)]),
        ([], [Grouping("X", 12)]),
        ([], [Grouping("B", 12), Grouping("B", 10)]),
    ],
)
def test_estimates_that_cannot_be(db, rows, groups):
    with pytest.raises(DomainError):
        put_estimate(make_process(), rows, groups, **BY)


def test_the_trace_is_kept_with_its_links(db):
    process = make_process()
    assert put_trace(process, TRACE, **BY)
    assert preparation_queries.trace(process) == TRACE
    assert not put_trace(process, TRACE, **BY)
    assert put_trace(process, TRACE[8:], **BY)
    assert preparation_queries.trace(process) == [TRACE[8]]


@pytest.mark.parametrize(
    "item",
    [
        Item("raar", "X", "x"),
        Item("eis", "", "x"),
        Item("eis", "x" * 41, "x"),
        Item("eis", "X", "x", "", 101),
        Item("eis", "X", "x", "", None, ("weg",)),
        Item("eis", "X", "x", "", None, ("X",)),
    ],
)
def test_traces_that_cannot_be(db, item):
    with pytest.raises(DomainError):
        put_trace(make_process(), [item], **BY)


def test_a_published_answer_stays_as_it_is(db):
    process = make_process()
    asked = Asked("nota_van_inlichtingen", date(2026, 11, 2), "Mag het later?")
    number = put_question(process, asked, **BY)
    assert number == 1
    answered = Asked(asked.stage, asked.asked_on, asked.question, "Nee.", date(2026, 11, 9))
    assert put_question(process, answered, 1, **BY) == 1
    with pytest.raises(DomainError) as error:
        put_question(process, asked, 1, **BY)
    assert error.value.code == "published"
    assert put_question(process, asked, **BY) == 2
    assert [q.number for q in preparation_queries.questions(process)] == [1, 2]


@pytest.mark.parametrize(
    "asked",
    [
        Asked("marktconsultatie", date(2026, 11, 2), "v", "", date(2026, 11, 9)),
        Asked("marktconsultatie", date(2026, 11, 2), "v", "a", date(2026, 11, 1)),
    ],
)
def test_questions_that_cannot_be(db, asked):
    with pytest.raises(DomainError):
        put_question(make_process(), asked, **BY)
