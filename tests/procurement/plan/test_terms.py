"""Statutory checks, each on its border; dates worked out by hand."""

from datetime import date

import pytest

from procurement.plan.terms import TERMS, Facts, Moment, Procedure, Purpose, check, term_on

P = Purpose


def facts(procedure=Procedure.OPEN, *, electronic=False, value=None, **days):
    moments = {}
    for name, day in days.items():
        purpose = Purpose[name.upper()]
        moments[purpose] = (Moment(name, name.title(), day),)
    return Facts(procedure, electronic, value, date(2026, 3, 2), moments)


@pytest.mark.parametrize(
    ("given", "broken"),
    [
        # Sent Friday 6 March: 20 days is Thursday 26 March.
        (facts(award_decision=date(2026, 3, 6), standstill_end=date(2026, 3, 26)), []),
        (facts(award_decision=date(2026, 3, 6), standstill_end=date(2026, 3, 25)), ["standstill"]),
        # Sent 5 December: 20 days is Christmas, so to Monday 28 December.
        (facts(award_decision=date(2026, 12, 5), standstill_end=date(2026, 12, 25)),
         ["standstill"]),
        (facts(award_decision=date(2026, 12, 5), standstill_end=date(2026, 12, 28)), []),
        (facts(award_decision=date(2026, 3, 6), award=date(2026, 3, 26)), ["standstill"]),
        (facts(award_decision=date(2026, 3, 6), award=date(2026, 3, 27)), []),
        (facts(award_decision=date(2026, 3, 6), contract=date(2026, 3, 20)), ["standstill"]),
        (facts(standstill_end=date(2026, 3, 20)), []),
        # Signed 1 April: 30 days is Friday 1 May.
        (facts(contract=date(2026, 4, 1), award_notice=date(2026, 5, 1)), []),
        (facts(contract=date(2026, 4, 1), award_notice=date(2026, 5, 2)), ["award_notice"]),
        (facts(contract=date(2026, 4, 1)), []),
        # Counted back: 10 days before Monday 20 April is 10 April.
        (facts(submission=date(2026, 4, 20), clarifications=date(2026, 4, 10)), []),
        (facts(submission=date(2026, 4, 20), clarifications=date(2026, 4, 11)),
         ["clarifications"]),
        (facts(clarifications=date(2026, 4, 11)), []),
        (facts(publication=date(2026, 3, 2), submission=date(2026, 4, 16)), []),
        (facts(publication=date(2026, 3, 2), submission=date(2026, 4, 15)), ["tenders"]),
        (facts(publication=date(2026, 3, 2), submission=date(2026, 4, 11), electronic=True), []),
        (facts(publication=date(2026, 3, 2), submission=date(2026, 4, 10), electronic=True),
         ["tenders"]),
        (facts(Procedure.PRIVATE, value=749_999_99), []),
        (facts(Procedure.PRIVATE, value=750_000_00), ["social_threshold"]),
        (facts(Procedure.SOCIAL, value=750_000_00), []),
        (facts(), []),
    ],
)  # fmt: skip
def test_what_breaks_a_term(given, broken):
    breaches = check(given)
    assert [f.rule for f in breaches if not f.advice] == broken
    assert all(f.source and f.message.endswith(".") for f in breaches)


@pytest.mark.parametrize(
    "given",
    [
        facts(Procedure.SOCIAL, publication=date(2026, 3, 2), submission=date(2026, 3, 23)),
        facts(Procedure.SOCIAL, value=700_000_00),
    ],
)
def test_what_is_advice_only(given):
    assert [f.advice for f in check(given)] == [True]


def test_how_sure_it_is_depends_on_the_procedure():
    """Under SAS the terms of 2.54 and 2.71 are advice, and who bundles notices asks a lawyer."""
    late = {
        "publication": date(2026, 3, 2), "submission": date(2026, 3, 22),
        "nota_van_inlichtingen": date(2026, 3, 20), "contract": date(2026, 6, 1),
        "aankondiging_gunning": date(2026, 8, 3),
    }  # fmt: skip
    moments = {
        Purpose(name) if name in set(Purpose) else Purpose[name.upper()]: (Moment("1", "X", day),)
        for name, day in late.items()
    }

    def certainties(procedure):
        given = Facts(procedure, True, None, date(2026, 1, 1), moments)
        return {f.rule: str(f.certainty) for f in check(given)}

    assert certainties(Procedure.OPEN) == {
        "award_notice": "bindend", "clarifications": "bindend", "tenders": "bindend",
        "closing_day": "laat nakijken",
    }  # fmt: skip
    assert certainties(Procedure.SOCIAL) == {
        "award_notice": "laat nakijken", "clarifications": "advies", "tenders": "advies",
        "closing_day": "laat nakijken",
    }  # fmt: skip


def test_a_breach_is_told_in_words_with_what_to_do():
    (result,) = check(facts(award_decision=date(2026, 12, 5), standstill_end=date(2026, 12, 25)))
    assert result.message == (
        "De opschortende termijn loopt in dit plan tot en met 25-12-2026. De gunningsbeslissing "
        "gaat weg op 05-12-2026; laat de termijn minstens 20 dagen duren, tot en met 28-12-2026."
    )
    assert result.source == "Aanbestedingswet 2012, artikel 2.127"


def test_every_term_has_its_source_and_days():
    assert all(t.source and t.value > 0 for t in TERMS)
    assert term_on("standstill", date(2000, 1, 1)).value == 20
    assert term_on("tenders", date(2026, 1, 1)).value == 45
