"""Rankings worked out by hand, and what holds for every one of them."""

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from core.errors import DomainError
from procurement.award.rules import Criterion, Method, Offer, ranking, require_choice

BPKV, VALUE = Method.BEST_PRICE_QUALITY, Method.VALUE_BASED
G1, G2 = Criterion("G1", "Wachttijd", 40), Criterion("G2", "Begeleiding", 30)


def test_price_and_quality_by_hand():
    ranked = ranking(BPKV, 30, (G1, G2), [
        Offer("De Brug", 1_000_000, {"G1": 8, "G2": 7}),
        Offer("Oever", 950_000, {"G1": 6, "G2": 9}),
        Offer("Kade", 1_200_000, {"G1": 10, "G2": 6}),
    ])  # fmt: skip
    # De Brug: 9.500 / 10.000 x 30 = 28,50; 8/10 x 40 = 32; 7/10 x 30 = 21: 81,50
    # Oever: 30; 24; 27: 81,00.  Kade: 9.500 / 12.000 x 30 = 23,75; 40; 18: 81,75
    assert [(r.rank, r.name, r.total) for r in ranked] == [
        (1, "Kade", 8175), (2, "De Brug", 8150), (3, "Oever", 8100),
    ]  # fmt: skip
    assert [p.amount for p in ranked[0].parts] == [2375, 4000, 1800]
    displayed = ranked[1].parts[0].working.replace("\N{NO-BREAK SPACE}", " ")
    assert displayed == "€ 9.500,00 ÷ € 10.000,00 × 30 = 28,50"


def test_value_by_hand():
    it = (Criterion("G1", "Wachttijd", value_cents=100_000),)
    ranked = ranking(VALUE, 0, it, [
        Offer("De Brug", 1_000_000, {"G1": 9}), Offer("Oever", 930_000, {"G1": 1}),
        Offer("Kade", 920_000, {"G1": None}),
    ])  # fmt: skip
    # 10.000 - 900 = 9.100; 9.300 - 100 = 9.200; no answer deducts nothing: 9.200, so they share.
    assert [(r.rank, r.name, r.total) for r in ranked] == [
        (1, "De Brug", 910_000), (2, "Kade", 920_000), (2, "Oever", 920_000),
    ]  # fmt: skip
    assert ranked[1].remarks == (
        "Geen antwoord op G1.", "Gelijk met een andere inschrijving: zij delen deze plaats.",
    )  # fmt: skip


def test_a_missing_price_is_invalid_and_sets_no_lowest_price():
    ranked = ranking(BPKV, 60, (G1,), [
        Offer("Zonder", None, {"G1": 10}), Offer("Nul", 0, {"G1": 10}), Offer("Met", 900, {}),
    ])  # fmt: skip
    assert [(r.name, r.rank, r.total) for r in ranked] == [
        ("Met", 1, 6000), ("Nul", None, None), ("Zonder", None, None),
    ]  # fmt: skip
    assert ranked[1].remarks == ("Er is geen prijs. De inschrijving is ongeldig.",)


@pytest.mark.parametrize(
    ("method", "price", "criteria", "code"),
    [
        (BPKV, 20, (G1, G2), "weights"),
        (BPKV, 40, (G1, G2), "weights"),
        (BPKV, -10, (G1, Criterion("G2", "x", 70)), "weights"),
        (BPKV, 20, (G1, G1), "criteria"),
        (BPKV, 100, (), "criteria"),
        (VALUE, 0, (G1,), "values"),
    ],
)
def test_schemes_that_cannot_be(method, price, criteria, code):
    with pytest.raises(DomainError) as error:
        ranking(method, price, criteria, [])
    assert error.value.code == code


def test_who_may_be_chosen():
    ranked = ranking(BPKV, 60, (G1,), [
        Offer("A", 900, {"G1": 9}), Offer("B", 900, {"G1": 8}), Offer("C", 900, {"G1": 8}),
        Offer("D", None, {}),
    ])  # fmt: skip
    require_choice(ranked, ["A"], 2)
    # B and C share the second place: either may be taken, with the reason in the decision.
    require_choice(ranked, ["A", "C"], 2)
    for chosen in ([], ["B"], ["A", "D"], ["A", "B", "C"]):
        with pytest.raises(DomainError):
            require_choice(ranked, chosen, 2)


scores = st.fixed_dictionaries({c: st.none() | st.integers(0, 10) for c in ("G1", "G2")})
prices = st.integers(1, 5_000_000)
fields = st.lists(st.tuples(st.none() | prices, scores), min_size=1, max_size=6)
schemes = st.sampled_from([
    (BPKV, 30, (G1, G2)),
    (VALUE, 0, (Criterion("G1", "a", value_cents=99_999), Criterion("G2", "b", value_cents=1))),
])  # fmt: skip


# The machine may be busy with other tests; that says nothing of the ranking.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def offers_of(rows):
    return [Offer(f"I{n}", price, answers) for n, (price, answers) in enumerate(rows)]


@patient
@given(schemes, fields)
def test_bounds_ranks_and_order(scheme, rows):
    offers = offers_of(rows)
    result = ranking(*scheme, offers)
    assert result == ranking(*scheme, offers[::-1])
    ranked = [r for r in result if r.rank is not None]
    assert len(ranked) == sum(o.price_cents is not None for o in offers)
    for r in ranked:
        assert r.total == sum(p.amount for p in r.parts)
        better = [s for s in ranked if (s.total < r.total) == (scheme[0] is VALUE) and
                  s.total != r.total]  # fmt: skip
        assert r.rank == 1 + len(better)
        if scheme[0] is BPKV:
            assert 0 <= r.total <= 10_000


@patient
@given(schemes, fields, st.sampled_from(["G1", "G2"]))
def test_losing_an_answer_never_helps(scheme, rows, gone):
    offers = offers_of(rows)
    name = offers[0].name
    before = next(r for r in ranking(*scheme, offers) if r.name == name)
    answers = {**offers[0].scores, gone: None}
    after = next(
        r
        for r in ranking(*scheme, [Offer(name, offers[0].price_cents, answers), *offers[1:]])
        if r.name == name
    )
    assert (before.rank is None) == (after.rank is None)
    if before.rank is not None:
        assert after.rank >= before.rank


@patient
@given(fields)
def test_the_lowest_price_gets_all_points_for_price(rows):
    offers = offers_of(rows)
    results = {r.name: r for r in ranking(BPKV, 30, (G1, G2), offers) if r.rank}
    if results:
        lowest = min(o.price_cents for o in offers if o.price_cents)
        for o in offers:
            if o.price_cents:
                assert (results[o.name].parts[0].amount == 3000) >= (o.price_cents == lowest)
