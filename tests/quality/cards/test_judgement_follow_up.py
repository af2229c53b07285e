"""What contract management adds to the criteria of a judgement: complaints, and what was agreed."""

from datetime import date

import pytest

from core.accounts import Role
from providers.codes import LearningRoute
from providers.models import Provider
from quality.agreements.operations import make_agreement, register_complaint
from quality.cards import operations
from quality.cards.explanation_words import complaint_words
from tests.builders import AT
from tests.quality.cards.test_operations import OCT, WHO, deliver

PAGE = "/kwaliteit/2026-10/TA001/B/"
BY = {"by": "contract@example.org", "at": AT}


@pytest.fixture
def provider(db) -> Provider:
    deliver("TA001", OCT, minutes_certified=0)
    operations.compute(OCT, **WHO)
    return Provider.get(code="TA001")


def complain(provider: Provider, kind: str, **more) -> None:
    values = {"received_on": date(2026, 10, 5), "route": None, "municipality": "0148"} | more
    register_complaint(
        provider=provider, kind=kind, summary="Uitleg te snel", internal_note="", **BY, **values
    )


def agree(provider: Provider, kind: str) -> None:
    make_agreement(
        provider=provider, kind=kind, text="Docenten halen hun registratie",
        agreed_on=date(2026, 10, 1), due_on=date(2027, 1, 1), criterion="bevoegd",
        route=int(LearningRoute.B1), threshold=70.0, talk=None, **BY,
    )  # fmt: skip


def panel(page, code: str) -> str:
    (result,) = [e for e in page.all("section") if e.get("id") == code]
    return " ".join("".join(result.itertext()).split())


def test_complaints_stand_in_the_panel_of_their_criterion(provider, client) -> None:
    complain(provider, "docent")
    complain(provider, "uitleg")
    complain(provider, "wachttijd", route=int(LearningRoute.SELF_RELIANCE))  # another route
    complain(provider, "docent", received_on=date(2025, 10, 31))  # more than a year before
    complain(provider, "niveau")
    client.sign_in(Role.CONTRACT_MANAGER)
    page = client.get(PAGE)
    text = "Klachten in de laatste twaalf maanden: docent 1 (1 open), uitleg 1 (1 open)."
    assert text in panel(page, "bevoegd")
    assert "Er zijn geen klachten in de laatste twaalf maanden." in panel(page, "wachttijd")
    assert "lacht" not in panel(page, "avond_weekend")
    assert "Klachten zonder criterium" in page.text
    assert "niveau van de groep 1 (1 open)" in page.text


def test_outside_the_team_small_counts_are_hidden(provider, client) -> None:
    complain(provider, "docent")
    client.sign_in(Role.REGION)
    assert "docent < 5. " in panel(client.get(PAGE), "bevoegd")


@pytest.mark.parametrize(
    ("counts", "ending"),
    [
        ((4, 0), "docent < 5."),
        ((5, 5), "docent 5 (5 open)."),
        ((9, 4), "docent 9."),
        ((9, 5), "docent 9."),
        ((10, 5), "docent 10 (5 open)."),
        ((6, 0), "docent 6."),
    ],
)
def test_an_open_count_is_hidden_with_what_gives_it(counts, ending) -> None:
    assert complaint_words({"docent": counts}, outside=True).endswith(ending)


def test_what_falls_short_says_that_an_agreement_runs(provider, client) -> None:
    agree(provider, "agreement")
    client.sign_in(Role.CONTRACT_MANAGER)
    page = client.get(PAGE)
    assert "wijkt af, afspraak loopt" in panel(page, "bevoegd")
    assert "wijkt af, afspraak loopt" not in panel(page, "wachttijd")
    row = next(row for row in page.rows(0) if row[0] == "Bevoegde docenten")
    assert row[-1].endswith("wijkt af, afspraak loopt")


def test_a_plan_is_named_and_a_gemeente_hears_of_neither(provider, client) -> None:
    agree(provider, "plan")
    client.sign_in(Role.PROVIDER, provider_code="TA001")
    assert "onderdeel van plan" in panel(client.get(PAGE), "bevoegd")
    client.sign_out()
    client.sign_in(Role.MUNICIPALITY, municipalities=["0148"])
    assert "onderdeel van plan" not in client.get(PAGE).text
