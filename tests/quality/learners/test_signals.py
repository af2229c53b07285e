"""Signals per learner: the rules at their borders, and keeping them up to date."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from core.dates import add_months
from core.errors import DomainError
from providers.codes import LearningRoute, PipLevel, TrackStatus
from providers.models import ProgressRecord
from quality.cards import operations
from quality.learners import operations as refreshing, signals
from quality.learners.acts import ANSWERED, HANDLED, SNOOZED
from quality.learners.models import LearnerSummary
from quality.learners.operations import act, wake_snoozed
from quality.learners.signals import (
    Learner,
    MonthHours,
    findings,
    outlook,
    too_long_waiting,
)
from quality.models import Signal
from tests.builders import make_provider, make_record, make_track

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
OCT = date(2026, 10, 1)
FINE = MonthHours(offered=1000, attended=900, unauthorised=0)
LEARNER = Learner(
    month_end=date(2026, 10, 31),
    active=True,
    route=LearningRoute.B1,
    pip_level=PipLevel.B1,
    was_above_a2=False,
    attended_minutes=20000,
    levels=(3, 3, 3, 3),
    levels_before=(2, 2, 2, 2),
    hours=FINE,
    hours_before=FINE,
    term_until=date(2029, 1, 31),
)


def kinds(**changes):
    return [result.kind for result in findings(replace(LEARNER, **changes))]


def test_a_learner_on_course_has_no_signal():
    assert kinds() == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"levels_before": (3, 3, 3, 3), "term_until": None}, ["stagnatie"]),
        ({"levels_before": (3, 3, 3, 2), "term_until": None}, []),
        ({"levels_before": (3, 3, 3, 3), "active": False}, []),
        ({"levels_before": None}, []),
        # What rose to the level of the PIP did rise, and what was there need not.
        ({"levels": (4, 3, 3, 3), "levels_before": (3, 3, 3, 3), "term_until": None}, []),
        (
            {"levels": (4, 4, 4, 3), "levels_before": (4, 4, 4, 3), "term_until": None},
            ["stagnatie"],
        ),
        ({"levels": (3, 3, 3, 3), "levels_before": (3, 3, 3, 3), "pip_level": PipLevel.A2}, []),
    ],
)
def test_stagnation_is_no_skill_risen_in_six_months_of_lessons(changes, expected):
    assert kinds(**changes) == expected


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        (MonthHours(1000, 799, 0), MonthHours(1000, 799, 0), ["verzuim"]),
        (MonthHours(1000, 800, 100), MonthHours(1000, 799, 0), []),
        (MonthHours(1000, 890, 101), MonthHours(1000, 799, 0), ["verzuim"]),
        (MonthHours(1000, 799, 0), FINE, []),
        (MonthHours(1000, 799, 0), None, []),
        (MonthHours(0, 0, 0), MonthHours(1000, 1, 0), []),
    ],
)
def test_absence_is_two_months_running(now, before, expected):
    assert kinds(hours=now, hours_before=before) == expected


@pytest.mark.parametrize(("days", "is_urgent"), [(42, None), (43, False), (70, False), (71, True)])
def test_waiting_over_42_days_and_urgent_over_70(days, is_urgent):
    signal = too_long_waiting(days)
    assert (None if signal is None else signal.escalated) == is_urgent


@pytest.mark.parametrize(
    ("until", "levels", "before", "more", "expected"),
    [
        # One step in six months for one still to go, with 27 months left.
        (date(2029, 1, 31), (3, 3, 3, 3), (2, 2, 2, 2), {"pip_level": None}, []),
        # The same with five months left.
        (date(2027, 3, 31), (3, 3, 3, 3), (2, 2, 2, 2), {"pip_level": None}, ["koers"]),
        # One skill stands still below the aim.
        (date(2029, 1, 31), (3, 3, 3, 3), (2, 2, 2, 3), {}, ["koers"]),
        # It stands still at the aim.
        (date(2027, 3, 31), (4, 4, 4, 4), (3, 4, 4, 4), {}, []),
        (date(2027, 3, 31), (3, 3, 3, 3), (2, 2, 2, 2), {"pip_level": PipLevel.A2}, []),
        # Nothing tells when the term began; the Z-route has no course.
        (None, (3, 3, 3, 3), (2, 2, 2, 3), {}, []),
        (date(2027, 3, 31), (1, 1, 1, 1), (0, 0, 0, 0), {"route": LearningRoute.SELF_RELIANCE}, []),
    ],
)
def test_off_course_when_the_term_comes_before_the_aim(until, levels, before, more, expected):
    assert kinds(term_until=until, levels=levels, levels_before=before, **more) == expected


@pytest.mark.parametrize(
    ("changes", "needed", "shortage"),
    [
        ({}, 6, -21),
        ({"levels": (3, 3, 3, 2), "levels_before": (2, 2, 2, 0)}, 6, -21),
        ({"levels": (3, 3, 3, 2), "levels_before": (2, 2, 2, 1)}, 12, -15),
        ({"levels": (3, 3, 3, 2), "levels_before": (2, 2, 2, 2)}, None, -3),
        ({"levels_before": None}, None, -21),
        ({"levels": (4, 4, 4, 4)}, 0, -27),
    ],
)
def test_urgency_is_the_months_needed_less_the_months_left(changes, needed, shortage):
    view = outlook(replace(LEARNER, **changes))
    assert (view.left, view.needed, view.shortage) == (27, needed, shortage)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ["afschaling"]),
        ({"attended_minutes": 36000}, []),
        ({"route": LearningRoute.EDUCATION}, []),
        ({"was_above_a2": False}, []),
        ({"pip_level": PipLevel.B1}, []),
    ],
)
def test_lowered_before_600_hours(changes, expected):
    base = {"pip_level": PipLevel.A2, "was_above_a2": True, "attended_minutes": 35999}
    assert kinds(**(base | changes)) == expected


def test_every_kind_has_a_rule_and_a_word():
    assert set(signals.KINDS) == {
        "stagnatie", "verzuim", "te_lang_wachtend", "koers", "afschaling",
    }  # fmt: skip


def recompute(provider, *months):
    operations.recompute_after(provider, months, by="test", at=AT)


def by_kind():
    return {(s.track.number, s.kind): s for s in Signal.select()}


def test_signals_follow_the_newest_month_of_a_provider(db):
    provider = make_provider()
    slow = make_track(number="traag")
    for i in range(8):
        make_record(month=add_months(OCT, -i), track=slow)
    lowered = make_track(number="afgeschaald")
    make_record(month=date(2026, 9, 1), track=lowered, pip_level=PipLevel.B1)
    make_record(month=OCT, track=lowered, pip_level=PipLevel.A2)
    make_record(
        month=date(2025, 3, 1), track=make_track(number="vergeten"), status=TrackStatus.WAITING,
        registered_on=date(2025, 3, 1), municipality=193,
    )  # fmt: skip
    # no signal: waits 30 days, six months of lessons only
    make_record(
        month=OCT, track=make_track(number="kort"), status=TrackStatus.WAITING,
        registered_on=date(2026, 10, 1),
    )  # fmt: skip
    for i in range(6):
        make_record(month=add_months(OCT, -i), track=make_track(number="nieuw"))

    recompute(provider, OCT)

    assert set(by_kind()) == {
        ("traag", "stagnatie"),
        ("traag", "koers"),
        ("afgeschaald", "afschaling"),
        ("vergeten", "te_lang_wachtend"),
    }
    assert by_kind()["vergeten", "te_lang_wachtend"].municipality == 193
    assert by_kind()["vergeten", "te_lang_wachtend"].escalated


def test_a_signal_that_passed_closes_and_asks_again_when_it_comes_back(db):
    provider, track = make_provider(), make_track(number="L1")
    make_record(month=date(2026, 8, 1), track=track, status=TrackStatus.WAITING,
                registered_on=date(2026, 6, 25))  # fmt: skip
    recompute(provider, date(2026, 8, 1))
    signal = by_kind()["L1", "te_lang_wachtend"]
    assert not signal.escalated
    first = signal.id
    signals_seen(signal)
    recompute(provider, date(2026, 8, 1))
    assert by_kind()["L1", "te_lang_wachtend"].seen_by == "g@zwolle.nl"

    row = make_record(month=date(2026, 9, 1), track=track, registered_on=date(2026, 6, 25))
    recompute(provider, date(2026, 9, 1))
    assert not by_kind()["L1", "te_lang_wachtend"].open

    ProgressRecord.delete().where(ProgressRecord.id == row.id).execute()
    recompute(provider, date(2026, 8, 1))
    signal = by_kind()["L1", "te_lang_wachtend"]
    assert (signal.open, signal.seen_by) == (True, None)
    assert (signal.id, signal.status) == (first, "nieuw")


def test_what_others_do_between_two_slices_of_a_provider_stays(db, monkeypatch):
    monkeypatch.setattr(refreshing, "TRACKS_AT_ONCE", 1)
    provider = make_provider()
    for number in ("L1", "L2"):
        make_record(
            month=OCT, track=make_track(number=number), status=TrackStatus.WAITING,
            registered_on=date(2026, 6, 1),
        )  # fmt: skip
    recompute(provider, OCT)
    now, asked = refreshing.learner_queries.people, []

    def people(*of):
        # Somebody handles the second learner, and the gemeente learns when its term ends.
        if len(asked) == 2:
            act(by_kind()["L2", "te_lang_wachtend"], HANDLED, "gesprek", by="g@zwolle.nl", at=AT)
            own = LearnerSummary.number == "L2"
            LearnerSummary.update(term_until=date(2027, 1, 31).toordinal()).where(own).execute()
        asked.append(of)
        return now(*of)

    monkeypatch.setattr(refreshing.learner_queries, "people", people)
    refreshing.refresh_signals(provider, OCT)
    signal = by_kind()["L2", "te_lang_wachtend"]
    assert (signal.status, signal.months_left) == (HANDLED, 3)
    assert by_kind()["L1", "te_lang_wachtend"].months_left > 12


def signals_seen(signal):
    act(signal, HANDLED, "gesprek", by="g@zwolle.nl", at=AT)


def test_what_is_snoozed_comes_back_and_what_is_handled_is_off_the_list(db):
    provider, track = make_provider(), make_track(number="L1")
    make_record(month=OCT, track=track, status=TrackStatus.WAITING, registered_on=date(2026, 6, 1))
    recompute(provider, OCT)
    row = LearnerSummary.get()
    assert (row.signals, row.urgency) == (0b100, -24)
    act(Signal.get(), SNOOZED, "start", by="g@zwolle.nl", at=AT, until=date(2026, 12, 1))
    assert LearnerSummary.get().signals == 0
    recompute(provider, OCT)
    assert (LearnerSummary.get().signals, LearnerSummary.get().urgency) == (0, None)
    assert wake_snoozed(date(2026, 12, 1)) == 0
    assert wake_snoozed(date(2026, 12, 2)) == 1
    assert LearnerSummary.get().signals == 0b100


@pytest.mark.parametrize(
    ("kind", "reason", "until", "code"),
    [
        (HANDLED, "zomaar", None, "no_reason"),
        (SNOOZED, "start", date(2026, 11, 23), "until"),
        (ANSWERED, "opgepakt", None, "not_asked"),
    ],
)
def test_an_act_has_a_reason_from_the_list(db, kind, reason, until, code):
    provider = make_provider()
    make_record(month=OCT, status=TrackStatus.WAITING, registered_on=date(2026, 6, 1))
    recompute(provider, OCT)
    with pytest.raises(DomainError) as error:
        act(Signal.get(), kind, reason, by="g@zwolle.nl", at=AT, until=until)
    assert error.value.code == code


@pytest.mark.both_engines
def test_a_gemeente_handles_its_own_learners_only(client, db):
    provider = make_provider()
    for number, municipality in (("eigen", 148), ("ander", 193)):
        make_record(
            month=OCT, track=make_track(number=number), status=TrackStatus.WAITING,
            registered_on=date(2026, 6, 1), municipality=municipality,
        )  # fmt: skip
    recompute(provider, OCT)
    client.sign_in("gemeente", municipalities=["0148"])
    page = client.get("/signalen/")
    assert [row[0] for row in page.rows()] == ["eigen"]
    assert "1 signaal is nog niet gezien." in page.text
    assert "ander" not in client.get("/signalen/signalen.csv").data.decode()
    mine, other = (
        by_kind()["eigen", "te_lang_wachtend"].id,
        by_kind()["ander", "te_lang_wachtend"].id,
    )
    client.get(f"/signalen/{other}/", status=404)
    page = client.get(f"/signalen/{mine}/")
    assert page.rows()[0] == ["01-06-2026", "31-10-2026", "152"]
    client.post(f"/signalen/{other}/afgehandeld/", {"reason": "gesprek"}, status=404)
    wrong = client.post(f"/signalen/{mine}/uitgesteld/", {"reason": "start", "until": ""})
    assert "Vul in tot wanneer het signaal wacht." in wrong.text
    page = client.post(f"/signalen/{mine}/afgehandeld/", {"reason": "gesprek"}, follow=True)
    assert "Er zijn geen nieuwe signalen." in page.text
    assert by_kind()["eigen", "te_lang_wachtend"].status == HANDLED
    assert "van 1 afgehandelde signalen steeg bij 0 daarna" in page.text
    done = client.get("/signalen/?stand=afgehandeld")
    assert [row[0] for row in done.rows()] == ["eigen"]
    client.get(f"/signalen/{mine}/")


def test_a_provider_sees_what_it_is_asked_and_answers(client, db):
    provider = make_provider()
    for number in ("een", "twee"):
        make_record(
            month=OCT, track=make_track(number=number), status=TrackStatus.WAITING,
            registered_on=date(2026, 6, 1),
        )  # fmt: skip
    recompute(provider, OCT)
    asked, other = (
        by_kind()["een", "te_lang_wachtend"].id,
        by_kind()["twee", "te_lang_wachtend"].id,
    )
    client.sign_in("aanbieder", provider_code="TA001", email="school@example.org")
    assert "Er wacht geen vraag op antwoord." in client.get("/signalen/").text
    client.get(f"/signalen/{asked}/", status=404)
    client.sign_out()
    client.sign_in("gemeente", municipalities=["0148"])
    client.post(f"/signalen/{asked}/voorgelegd/", {"reason": "startdatum"})
    client.sign_out()
    client.sign_in("aanbieder", provider_code="TA001", email="ander@example.org")
    page = client.get("/signalen/")
    assert [row[0] for row in page.rows()] == ["een"]
    assert "Maanden" not in page.text  # the term is for the gemeente alone
    assert "twee" not in client.get("/signalen/signalen.csv").data.decode()
    client.get(f"/signalen/{other}/", status=404)
    client.post(f"/signalen/{asked}/afgehandeld/", {"reason": "gesprek"}, status=403)
    client.post(f"/signalen/{asked}/beantwoord/", {"reason": "startdatum"})
    assert by_kind()["een", "te_lang_wachtend"].status == ANSWERED
    client.sign_out()
    client.sign_in("aanbieder", provider_code="TA002", email="vreemd@example.org")
    make_provider("TA002")
    assert "Taalschool" not in client.get("/signalen/signalen.csv").data.decode()
    client.get(f"/signalen/{asked}/", status=404)


def seven_wait_too_long():
    provider = make_provider()
    for i in range(7):
        make_record(
            month=OCT, track=make_track(number=f"w{i}"), status=TrackStatus.WAITING,
            registered_on=date(2026, 6, 1), route=LearningRoute.B1,
        )  # fmt: skip
    recompute(provider, OCT)


def test_contract_managers_see_counts_without_small_numbers(client, db):
    seven_wait_too_long()
    client.sign_in("contractmanager")
    (row,) = client.get("/signalen/").rows()
    assert row == ["Taalschool TA001", "0", "0", "7", "0", "0", "7"]
    page = client.get("/signalen/")
    assert "Bij Taalschool TA001 duurt het wachten te lang bij 10 van de 10 cursisten." in page.text
    identifier = Signal.get().id
    client.get(f"/signalen/{identifier}/", status=403)
    assert b"w0" not in client.get("/signalen/signalen.csv").data


def test_what_is_hidden_for_another_is_not_said_to_be_small(client, db):
    seven_wait_too_long()
    Signal.update(kind="verzuim").where(Signal.id == Signal.get().id).execute()
    client.sign_in("contractmanager")
    (row,) = client.get("/signalen/").rows()
    assert row == ["Taalschool TA001", "0", "niet getoond", "niet getoond", "0", "0", "7"]
