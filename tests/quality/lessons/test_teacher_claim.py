"""Claimed hours of certified docenten against the register: the rule, the sums, page and start."""

from datetime import date

import pytest

from core.accounts import Account, Role
from providers.codes import LearningRoute, TeacherRegistration
from providers.models import ProgressRecord, Provider, Teacher
from quality.attention import docent_attention
from quality.cards.operations import compute
from quality.lessons.queries import claims, taught
from quality.lessons.teacher_claim import Claim, TaughtMonth, Verdict
from quality.method.model import BASIS_2027, ScoringModel
from tests.builders import AT, make_provider, make_record

SEP, OCT = date(2026, 9, 1), date(2026, 10, 1)
TODAY = date(2026, 11, 23)


def claim(*, claimed=100, docenten=1, registered=True, tracks=5, certified=1000) -> Claim:
    month = TaughtMonth(
        tracks, offered=60 * certified, certified=60 * certified, claimed=60 * claimed
    )
    return Claim(OCT, month, docenten, registered=registered, most_hours=100)


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        ({}, Verdict.POSSIBLE),
        ({"claimed": 101}, Verdict.TOO_MUCH),
        ({"claimed": 101, "docenten": 2}, Verdict.POSSIBLE),
        ({"docenten": 0}, Verdict.NO_DOCENT),
        ({"docenten": 0, "registered": False}, Verdict.NO_REGISTER),
        ({"docenten": 0, "certified": 0, "claimed": 0}, Verdict.NOTHING),
        ({"docenten": 0, "tracks": 4}, Verdict.TOO_FEW),
    ],
)
def test_a_claim_is_weighed_against_who_is_registered(given, verdict) -> None:
    weighed = claim(**given)
    assert weighed.verdict is verdict
    assert weighed.verdict.doubtful is (verdict in (Verdict.TOO_MUCH, Verdict.NO_DOCENT))
    assert weighed.reason


def test_the_reason_names_hours_people_and_what_they_could_give() -> None:
    assert claim(claimed=1234, docenten=2).reason == (
        "Er zijn minstens 1.234 lesuren van een bevoegde docent opgegeven. In het register staan 2 "
        "bevoegde docenten, samen goed voor hoogstens 200."
    )
    assert "1 bevoegde docent voor hoogstens 100." in claim().reason


def lesson(provider: Provider, **more) -> None:
    make_record(
        month=OCT, provider=provider, minutes_offered=1200, **{"minutes_certified": 600} | more
    )


def test_hours_of_learners_are_divided_by_the_size_of_the_group(db) -> None:
    here = make_provider()
    for _ in range(4):
        lesson(here, group_size=4, minutes_in_training=300)  # ten hours of one docent
    lesson(here)  # no size: the largest group of the B1-route
    lesson(here, route=LearningRoute.SELF_RELIANCE)
    hours = taught([here.id], OCT)[here.id, OCT]
    assert hours.claimed == pytest.approx(600 + 600 / 20 + 600 / 12)
    assert hours.without_size == 1200
    assert (hours.tracks, hours.offered, hours.certified) == (6, 7200, 3600)
    assert (hours.in_training, hours.other) == (1200, 2400)


@pytest.mark.parametrize(
    ("registration", "period", "counts"),
    [
        (TeacherRegistration.BVNT2, (None, None), 1),
        (TeacherRegistration.BLIK_OP_WERK, (date(2026, 10, 31), None), 1),
        (TeacherRegistration.BVNT2, (date(2026, 11, 1), None), 0),
        (TeacherRegistration.BVNT2, (None, date(2026, 10, 1)), 1),
        (TeacherRegistration.BVNT2, (None, date(2026, 9, 30)), 0),
        (TeacherRegistration.IN_TRAINING, (None, None), 0),
    ],
)
def test_who_was_certified_on_some_day_counts_the_whole_month(
    db, registration, period, counts
) -> None:
    here = make_provider()
    lesson(here)
    first, last = period
    Teacher.create(
        provider=here, teacher_ref="D-1", registration=registration,
        valid_from=first, valid_until=last,
    )  # fmt: skip
    (result,) = claims(here.id, OCT, most_hours=100)
    assert (result.docenten, result.registered) == (counts, True)


def test_two_registrations_of_one_docent_are_one_docent(db) -> None:
    here = make_provider()
    lesson(here)
    for number in (1, 2):
        Teacher.create(
            provider=here, teacher_ref="D-1", registration=number, valid_from=date(2025, 1, number)
        )
    (result,) = claims(here.id, OCT, most_hours=100)
    assert result.docenten == 1


@pytest.fixture
def doubtful(db) -> Provider:
    """Claims hours of a certified docent while the only one in the register is in training."""
    here = make_provider("TA001", name="Aardig")
    Teacher.create(provider=here, teacher_ref="D-1", registration=TeacherRegistration.IN_TRAINING)
    for _ in range(6):
        lesson(here, group_size=6)
    compute(OCT, by="test", at=AT)
    return here


def test_the_tab_says_what_does_not_fit_and_leaves_the_figure_alone(doubtful, client) -> None:
    client.sign_in(Role.CONTRACT_MANAGER)
    page = client.get("/aanbieders/TA001/docenten/")
    assert "In oktober 2026 passen de opgegeven uren niet bij het register." in page.text
    assert "In het register is die maand niemand bevoegd." in page.text
    assert page.rows(0)[0] == [
        "oktober 2026", "50,0 %", "0,0 %", "50,0 %", "10", "0", "0", "geen bevoegde docent",
    ]  # fmt: skip


def test_it_asks_attention_of_who_keeps_the_register_until_it_fits(doubtful) -> None:
    def attention_of(role: Role, **more) -> list[str]:
        account = Account(role=role, municipalities=[], provider_code=None, **more)
        return [f"{item.text} {item.more}" for item in docent_attention(account, TODAY)]

    assert attention_of(Role.CONTRACT_MANAGER) == attention_of(Role.REGION)
    (said,) = attention_of(Role.REGION)
    assert said.startswith(
        "Vraag Aardig naar de docentenuren van oktober 2026. Er zijn minstens 10"
    )
    assert attention_of(Role.MUNICIPALITY) == attention_of(Role.ADMINISTRATOR) == []
    Teacher.update(registration=TeacherRegistration.BVNT2).execute()
    assert attention_of(Role.REGION) == []


def test_a_corrected_delivery_is_weighed_anew(doubtful) -> None:
    account = Account(role=Role.REGION, municipalities=[], provider_code=None)
    assert docent_attention(account, TODAY)
    ProgressRecord.update(minutes_certified=0).execute()
    compute(OCT, by="test", at=AT)
    assert docent_attention(account, TODAY) == []


def test_an_empty_register_is_no_reason_to_doubt(db, client) -> None:
    here = make_provider("TA001")
    for _ in range(5):
        lesson(here)
    client.sign_in(Role.CONTRACT_MANAGER)
    page = client.get("/aanbieders/TA001/docenten/")
    assert page.rows(0)[0][-3:] == ["niet bekend", "–", "niet te toetsen"]
    assert "passen de opgegeven uren niet" not in page.text


def test_fewer_than_five_learners_are_not_shown(db, client) -> None:
    here = make_provider("TA001")
    for _ in range(4):
        lesson(here)
    client.sign_in(Role.CONTRACT_MANAGER)
    assert client.get("/aanbieders/TA001/docenten/").rows(0)[0][1:5] == ["< 5"] * 4


def test_a_model_that_was_kept_before_has_the_default() -> None:
    kept = {k: v for k, v in BASIS_2027.definition.items() if k != "docent_month_hours"}
    assert ScoringModel.from_definition(kept) == BASIS_2027
