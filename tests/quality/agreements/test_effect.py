"""Did an agreement work: simulated regions of which the truth is known, and the page."""

import random
from datetime import date, timedelta
from typing import Any

import pytest

from core.accounts import Role
from core.dates import add_months, month_number, now, today
from core.identity.api_token_operations import make_token
from providers.codes import LearningRoute
from providers.models import Provider
from quality.agreements.effect import Effect, Reading, Schools, effect_at, placebos
from quality.agreements.models import Agreement
from quality.models import MonthFigures, ScoreCard
from tests.builders import AT, make_provider

MONTHS, WINDOW, AGREED = 48, 3, 40
REGIONS = 90


def region(seed: int, planted: float, schools: int = 12) -> tuple[Schools, str]:
    """A region whose worst school gets an agreement: schools drift, summers differ, chance plays.

    From the month after the agreement on its value is ``planted`` points higher.
    """
    chance = random.Random(seed)
    names = [f"TA{number:03d}" for number in range(schools)]
    seen: dict[str, list[float]] = {}
    errors = {}
    for name in names:
        level, drift, errors[name] = chance.gauss(72, 9), chance.gauss(0, 4), chance.uniform(2.4, 6)
        rows = seen[name] = []
        for month in range(MONTHS):
            drift = 0.9 * drift + chance.gauss(0, 1.74)
            summer = 4 * (month % 12 in (6, 7))
            rows.append(level + drift + summer + chance.gauss(0, errors[name] * WINDOW**0.5))

    def value(name: str, month: int) -> float:
        return sum(seen[name][month - WINDOW + 1 : month + 1]) / WINDOW

    low = sorted(names, key=lambda name: value(name, AGREED - 1))
    school = low[chance.choice((0, 2))]
    seen[school] = [v + planted * (m > AGREED) for m, v in enumerate(seen[school])]
    series = {
        name: {m: Reading(value(name, m), errors[name]) for m in range(WINDOW - 1, MONTHS)}
        for name in names
    }
    return Schools(series, {school: [(AGREED, AGREED + 6)]}, WINDOW), school


def effects(planted: float) -> list[Effect]:
    result = (effect_at(*region(seed, planted), AGREED) for seed in range(int(planted), REGIONS))
    return [effect for effect in result if effect is not None]


@pytest.mark.parametrize("planted", [0, 5, 15])
def test_the_interval_holds_a_planted_effect_as_often_as_it_says(planted):
    result = effects(planted)
    covered = sum(one.interval[0] <= planted <= one.interval[1] for one in result) / len(result)
    assert len(result) > REGIONS / 2
    assert 0.85 <= covered <= 0.97
    assert abs(sum(one.effect - planted for one in result) / len(result)) < 2  # not: better anyway


def test_before_and_after_alone_would_praise_an_agreement_that_did_nothing():
    result = effects(0)
    assert sum(one.change for one in result) / len(result) > 3


def test_on_dates_without_an_agreement_it_finds_nothing_beyond_chance():
    tried = [one for seed in range(40) for one in placebos(*region(seed, 15), AGREED)]
    assert len(tried) > 100
    assert sum(one.sign != 0 for one in tried) / len(tried) <= 0.15


def test_nothing_is_said_without_enough_schools_to_compare_with():
    schools, school = region(1, 0, schools=3)
    assert effect_at(schools, school, AGREED) is None
    busy = Schools(schools.series, {name: [(0, MONTHS)] for name in schools.series}, WINDOW)
    assert effect_at(busy, school, AGREED) is None
    assert placebos(busy, school, AGREED) == []


# Through the page.

THIS = date(today().year, today().month, 1)


def judged(code: str, level: float, *, jump: tuple[date, float] | None = None) -> None:
    provider = make_provider(code)
    for back in range(30, 0, -1):
        month = add_months(THIS, -back)
        value = level + (month_number(month) * 7 + len(code) * back) % 5
        value += jump[1] if jump and month > jump[0] else 0
        item = {"value": value, "interval": [value - 4, value + 4], "points": 50.0}
        ScoreCard.create(
            provider=provider, route=1, month=month, model="basis-2027", standing="voldoende",
            score=70.0, computed_at=AT,
            result={"route": "B", "criteria": {"bevoegd": item}, "beside": {}},
        )  # fmt: skip


def agreement(code: str, agreed_on: date, criterion: str = "bevoegd") -> Agreement:
    return Agreement.create(
        provider=Provider.get(code=code), kind="agreement",
        text="Drie docenten erbij", criterion=criterion, route=LearningRoute.B1, threshold=80.0,
        agreed_on=agreed_on, due_on=agreed_on + timedelta(days=180), created_by="x", created_at=AT,
    )  # fmt: skip


@pytest.mark.both_engines
def test_page_and_api_say_whether_it_worked_and_what_else_changed(client, app, db):
    agreed = add_months(THIS, -6)
    for number in range(2, 9):
        judged(f"TA00{number}", 60.0 + number)
    judged("TA001", 65.0, jump=(agreed, 20.0))
    client.sign_in("contractmanager")
    page = client.get(f"/aanbieders/TA001/afspraken/{agreement('TA001', agreed).id}/")
    assert "Sinds de afspraak ging het met het aandeel bevoegde docenten 20" in page.text
    assert "procentpunt beter dan bij vergelijkbare aanbieders zonder afspraak" in page.text
    assert "vond dezelfde vergelijking nooit een verschil" in page.text
    assert "Bewijs dat het door de afspraak komt, is dit niet." in page.text
    recent = agreement("TA001", add_months(THIS, -2))
    early = client.get(f"/aanbieders/TA001/afspraken/{recent.id}/")
    assert "Te vroeg om te zeggen" in early.text
    client.sign_in("aanbieder", provider_code="TA002")
    client.get(f"/aanbieders/TA001/afspraken/{recent.id}/", status=404)

    def asked(role: Role, provider: str | None = None) -> list[dict[str, Any]]:
        token = make_token(
            name="x", role=role, permissions=("agreements:read",), municipalities=[],
            provider_code=provider, expires_on=None, by="x", at=now(),
        )[1]  # fmt: skip
        answer = app.test_client().get(
            "/api/v1/agreements", headers={"Authorization": f"Bearer {token}"}
        )
        return answer.get_json()["agreements"]

    second, first = asked(Role.CONTRACT_MANAGER)
    assert (first["unit"], first["placebos_outside"]) == ("procentpunt", 0)
    assert [first["effect"], *first["interval"]] == pytest.approx([20, 20, 20])
    assert first["sentence"].rstrip(".") in page.text
    assert (second["effect"], second["sentence"][:22]) == (None, "Te vroeg om te zeggen.")
    assert asked(Role.PROVIDER, "TA002") == []


@pytest.mark.both_engines
def test_starts_in_time_are_compared_by_when_they_were_decided(client, db):
    agreed, newest = add_months(THIS, -8), add_months(THIS, -1)
    for number in range(1, 9):
        provider = make_provider(f"TA00{number}")
        first = month_number(newest) - 29
        decided = [
            [
                10,
                5
                + (m + number) % 2
                + (3 if number == 1 and first + m > month_number(agreed) else 0),
            ]
            for m in range(30)
        ]
        MonthFigures.create(
            provider=provider, route=1, month=newest, windows="",
            figures={"first_month": first, "decided": decided},
        )  # fmt: skip
        ScoreCard.create(
            provider=provider, route=1, month=newest, model="basis-2027", standing="voldoende",
            score=70.0, result={"route": "B", "criteria": {}}, computed_at=AT,
        )  # fmt: skip
    client.sign_in("contractmanager")
    one = agreement("TA001", agreed, "wachttijd")
    page = client.get(f"/aanbieders/TA001/afspraken/{one.id}/")
    assert "Sinds de afspraak ging het met de wachttijd 30,0 procentpunt beter" in page.text
