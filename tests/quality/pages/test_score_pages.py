"""Pages of the scores, as people see them."""

from datetime import UTC, date, datetime

import pytest

from core.accounts import Role
from core.formats import number_text, percent_text
from providers.codes import TrackStatus
from providers.models import Provider, QualityMark
from quality.cards import operations
from quality.models import Reaction, ScoreCard
from tests.builders import make_provider, make_record, make_track
from tests.pages import text_of
from tests.quality.cards.test_operations import OCT, SEP, WHO, deliver

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def judged(file_db):
    """Three providers: a sound one, one with four learners, one that fell through its teachers."""
    for month in (SEP, OCT):
        deliver("TA001", month)
        deliver("TA002", month, people=4)
        deliver("TA003", month, minutes_certified=0 if month == OCT else 2400)
        operations.compute(month, **WHO)
    Provider.update(name="Taalhuis IJssel").where(Provider.code == "TA003").execute()


@pytest.fixture
def region(judged, db):
    """Forgets what a test does to it."""


def test_goes_to_the_newest_month(client, region):
    client.sign_in("contractmanager")
    assert client.get("/kwaliteit/", status=302).location == "/kwaliteit/2026-10/"


def test_says_what_to_do_without_scores(client, db):
    client.sign_in("contractmanager")
    assert "Scores ontstaan vanzelf" in client.get("/kwaliteit/").text


def test_the_month_answers_at_the_top_and_proves_below(client, region):
    client.sign_in("contractmanager")
    page = client.get("/kwaliteit/2026-10/")
    assert "Taalhuis IJssel zakte naar voldoende door het aandeel bevoegde docenten" in page.text
    assert "< 5" in page.text
    assert "concept" in page.text


def test_the_month_narrows_sorts_and_keeps_its_address(client, region):
    client.sign_in("contractmanager")
    page = client.get("/kwaliteit/2026-10/?route=B&zoek=ijssel&sorteer=score&oordeel=voldoende")
    assert [row[0] for row in page.rows(1)] == [
        "Taalhuis IJssel klein aantal Avond en weekend, n = 12"
    ]
    assert "Plaats" in page.text
    assert "Niets gevonden" in client.get("/kwaliteit/2026-10/?zoek=bestaatniet").text
    assert client.get("/kwaliteit/2026-10/?route=X&sorteer=raar").status == 200


@pytest.mark.parametrize("month", ["2026-13", "nu", "1999-01", "2026-1"])
def test_a_month_that_is_not_there_is_not_found(client, region, month):
    client.sign_in("contractmanager")
    client.get(f"/kwaliteit/{month}/", status=404)


def test_the_download_holds_what_the_page_shows_and_hides_what_it_hides(client, region):
    client.sign_in("regio")
    text = client.get("/kwaliteit/2026-10/scores.csv").data.decode("utf-8-sig")
    header, *rows = (line.split(";") for line in text.splitlines())
    assert [row[1] for row in rows] == ["TA003", "TA001", "TA002"]
    small = dict(zip(header, rows[2], strict=True))
    assert small["Bevoegde docenten: waarde"] == small["Bevoegde docenten: aantal"] == "< 5"
    assert small["Score"] == ""
    client.get("/kwaliteit/2026-10/scores.xlsx")


def test_a_judgement_shows_its_working_to_the_last_digit(client, region):
    client.sign_in("contractmanager")
    page = client.get("/kwaliteit/2026-10/TA003/B/")
    card = next(c for c in ScoreCard.select() if c.provider.code == "TA003" and c.month == OCT)
    assert "Zo komt de score tot stand:" in page.text
    assert f"/ {100}" in page.text
    assert (
        "dit kan niet met dit criterium alleen" in page.text
        or "als de rest gelijk blijft" in page.text
    )
    assert "Wat veranderde sinds vorige maand" in page.text
    share = percent_text(card.result["criteria"]["bevoegd"]["value"])
    assert " ".join(share.split()) in page.text
    assert number_text(card.score) in page.text
    assert "Die uren tellen niet" not in page.text
    assert client.get("/kwaliteit/2026-10/TA003/", status=302).location.endswith("/TA003/B/")
    for missing in ("TA009/B/", "TA003/X/", "TA003/O/", "TA009/"):
        client.get(f"/kwaliteit/2026-10/{missing}", status=404)


def test_a_judgement_that_went_with_its_delivery_says_so(client, region):
    url = "/kwaliteit/2026-10/TA003/B/"
    ScoreCard.delete().where(ScoreCard.provider == Provider.get(code="TA003")).execute()
    client.sign_in("contractmanager")
    page = client.get(url, status=404)
    assert page.title == "Er is geen oordeel over oktober 2026"
    assert "Taalhuis IJssel" in page.text
    assert "ingetrokken of vervangen" in page.text
    client.sign_in("aanbieder", provider_code="TA001")
    assert "Taalhuis IJssel" not in client.get(url, status=404).text


def test_figures_open_into_their_rows_for_those_who_may(client, region):
    client.sign_in("contractmanager")
    assert "/kwaliteit/2026-10/TA001/B/rijen/" in client.get("/kwaliteit/2026-10/TA001/B/").links
    page = client.get("/kwaliteit/2026-10/TA001/B/rijen/")
    assert len(page.rows()) == 24
    assert client.get("/kwaliteit/2026-10/TA001/B/rijen/rijen.csv").data.count(b"TA001-0") == 2
    client.sign_out()
    client.sign_in("regio")
    assert not [u for u in client.get("/kwaliteit/2026-10/TA001/B/").links if "rijen" in u]
    client.get("/kwaliteit/2026-10/TA001/B/rijen/", status=403)


def test_a_provider_sees_its_own_scores_only(client, region):
    client.sign_in("aanbieder", provider_code="TA001")
    assert [row[0] for row in client.get("/kwaliteit/2026-10/").rows(1)] == [
        "Taalschool TA001 klein aantal Avond en weekend, n = 12"
    ]
    client.get("/kwaliteit/2026-10/TA001/B/")
    client.get("/kwaliteit/2026-10/TA003/B/", status=404)
    client.get("/kwaliteit/2026-10/TA003/B/reacties/", status=404)
    client.get("/kwaliteit/2026-10/TA003/B/rijen/", status=404)
    client.post("/kwaliteit/2026-10/vaststellen/", status=403)


def test_a_beheerder_sees_no_scores(client, region):
    client.sign_in("beheerder")
    client.get("/kwaliteit/2026-10/", status=403)


def test_fixing_asks_first_and_then_keeps(client, region):
    client.sign_in("contractmanager")
    url = "/kwaliteit/2026-10/vaststellen/"
    assert url in client.get("/kwaliteit/2026-10/").links
    assert "Je stelt 3 scores vast" in client.get(url).text
    page = client.post(url, follow=True)
    assert "3 scores van oktober 2026 zijn vastgesteld." in page.text
    assert {c.status for c in ScoreCard.select().where(ScoreCard.month == OCT)} == {"vastgesteld"}
    assert "al vastgesteld" in client.get(url).text
    make_record(month=OCT, track=make_track(make_provider("TA001"), "na"), minutes_certified=0)
    operations.recompute_after(make_provider("TA001"), [OCT], **WHO)
    assert "Herzieningen" in client.get("/kwaliteit/2026-10/TA001/B/").text


def test_the_provider_reacts_and_the_contract_manager_answers(client, region):
    url = "/kwaliteit/2026-10/TA001/B/reacties/"
    client.sign_in("aanbieder", provider_code="TA001")
    assert client.post(url, {"criterion": "bevoegd", "text": " "}).errors == [
        "Schrijf je reactie op."
    ]
    page = client.post(
        url, {"criterion": "bevoegd", "text": "Wij wachten op een diploma."}, follow=True
    )
    assert "Wij wachten op een diploma." in page.text
    reaction = Reaction.get()
    client.sign_out()
    client.sign_in("contractmanager")
    client.post(url, {"criterion": "", "text": "Mag ik niet."}, check=False)
    assert Reaction.select().count() == 1
    page = client.post(
        f"{url}{reaction.id}/", {"answer": "Dat zien we volgende maand terug."}, follow=True
    )
    assert "Dat zien we volgende maand terug." in page.text
    # Whoever opened the form too sees whose answer is there, and loses nothing that was typed.
    page = client.post(f"{url}{reaction.id}/", {"answer": "Nog eens"})
    assert page.status == 200
    (refusal,) = page.errors
    assert refusal.startswith("Deze reactie is intussen beantwoord door contractmanager")
    assert "Dat zien we volgende maand terug." in page.text
    assert "Nog eens" in page.text
    assert Reaction.get().answer == "Dat zien we volgende maand terug."
    client.get(f"{url}999/", status=404)
    client.sign_out()
    client.sign_in("gemeente", municipalities=["0148"])
    client.get(url, status=403)
    assert "Hoor en wederhoor" not in client.get("/kwaliteit/2026-10/TA001/B/").text


@pytest.mark.parametrize(
    ("people", "row", "says"),
    [
        (4, {}, "geen oordeel"),
        (1, {}, "geen oordeel"),
        (5, {}, "indicatief"),
        (12, {"status": TrackStatus.WAITING}, "geen oordeel"),
    ],
)
def test_few_or_only_waiting_learners_are_explained(client, db, people, row, says):
    deliver("TA001", OCT, people=people, **row)
    operations.compute(OCT, **WHO)
    for role in (Role.CONTRACT_MANAGER, Role.REGION):
        client.sign_out()
        client.sign_in(role)
        assert says in client.get("/kwaliteit/2026-10/").text
        assert says in client.get("/kwaliteit/2026-10/TA001/B/").text


def test_a_missing_delivery_is_explained(client, db):
    deliver("TA001", SEP)
    deliver("TA002", OCT)
    operations.compute(OCT, **WHO)
    client.sign_in("contractmanager")
    assert "1 leverde niets" in client.get("/kwaliteit/2026-10/").text
    assert "er is geen levering voor deze maand" in client.get("/kwaliteit/2026-10/TA001/B/").text


def test_an_order_comes_with_its_doubt(client, region):
    client.sign_in("contractmanager")
    page = client.get("/kwaliteit/2026-10/?route=B&sorteer=score")
    assert "Alle aanbieders met een plaats zijn van elkaar te onderscheiden." in page.text
    assert "Binnen deze gewichten blijft de volgorde gelijk" in page.text
    assert "Hoe zeker" not in client.get("/kwaliteit/2026-10/?route=B").text


def test_two_alike_cannot_be_told_apart(client, db):
    for code in ("TA001", "TA002"):
        deliver(code, OCT)
    operations.compute(OCT, **WHO)
    client.sign_in("contractmanager")
    page = client.get("/kwaliteit/2026-10/?route=B&sorteer=score")
    assert "om): Taalschool TA001 en Taalschool TA002." in page.text


def test_who_waits_is_told_to_who_may_see_the_learners(client, db):
    provider = deliver("TA001", OCT)
    for number, place, day in (("W-1", 148, 1), ("W-2", 193, 20)):
        make_record(
            month=OCT, track=make_track(provider, number), status=TrackStatus.WAITING,
            registered_on=date(2026, 8, day), municipality=place,
        )  # fmt: skip
    operations.compute(OCT, **WHO)
    url = "/kwaliteit/2026-10/TA001/B/"

    def waiting():
        tables = client.get(url).all("table")
        results = [t for t in tables if "achter de wachttijd" in text_of(next(t.iter("caption")))]
        rows = [[text_of(c) for c in row] for t in results for row in next(t.iter("tbody"))]
        return [row for row in rows if row[0].startswith("W-")]

    client.sign_in("contractmanager")
    assert waiting() == [
        ["W-1", "Dalfsen", "wacht te lang", "91"],
        ["W-2", "Zwolle", "wacht te lang", "72"],
    ]
    assert "Wachttijd per gemeente" in client.get(url).text
    client.sign_out()
    client.sign_in("gemeente", municipalities=["0193"])
    assert [row[0] for row in waiting()] == ["W-2"]
    client.sign_out()
    client.sign_in("regio")
    assert waiting() == []


def test_a_mark_changed_in_the_register_changes_the_concept_scores(client, region):
    mark = QualityMark.get(QualityMark.provider == make_provider("TA001"))
    client.sign_in("contractmanager")
    page = client.post(
        f"/beheer/keurmerken/edit/?id={mark.id}",
        {
            "provider": mark.provider.id,
            "status": 3,
            "valid_from": "01-01-2022",
            "change_reason": "Register",
            "bevestigd": "ja",
        },
    )
    assert page.status == 302, page.errors
    assert "Toegangseis: het keurmerk is geschorst" in client.get("/kwaliteit/2026-10/").text


def test_a_judgement_is_shown_as_known_on_an_earlier_day(client, region):
    client.sign_in("contractmanager")
    page = client.get("/kwaliteit/2026-10/TA001/B/?op=2026-11-30")
    assert "Op 30-11-2026: score" in page.text
    assert "Verschil met de score hierboven: 0,0" in page.text
    early = client.get("/kwaliteit/2026-10/TA001/B/?op=2026-01-31").text
    assert "was er nog niets bekend" in early
    assert "Vul een datum in" in client.get("/kwaliteit/2026-10/TA001/B/?op=gisteren").text


def test_learners_alike_stand_on_the_judgement_and_on_the_tab_of_the_criterion(client, region):
    client.sign_in("contractmanager")
    judged = client.get("/kwaliteit/2026-10/TA003/B/").text
    # Of the evening and the weekend too little is expected of twelve learners to say anything.
    assert judged.count("door wie er zit") == 3
    for tab, lines in {"wachttijd": 1, "docenten": 1, "intensiteit": 1, "locaties": 0}.items():
        page = client.get(f"/aanbieders/TA003/{tab}/").text
        assert page.count("door wie er zit") == lines, tab
