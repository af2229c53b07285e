"""Pages of charts and of providers side by side, as people see them."""

import io
import re
from datetime import date

import pytest

from core.dates import add_months, now
from providers.codes import LearningRoute
from providers.models import ProgressRecord, Provider
from quality.admin.pictures import region_middle
from quality.agreements.models import Agreement
from quality.cards import operations
from quality.cards.comparison import before_and_after
from quality.charts.gallery import SUBJECTS, History, history, parts_of, region_charts
from quality.method.model import BASIS_2027
from tests.builders import make_provider
from tests.quality.cards.test_operations import OCT, SEP, WHO, deliver
from tests.quality.charts.cards import card

pytestmark = pytest.mark.sqlite_first


@pytest.fixture(scope="module")
def judged(file_db):
    """Two providers over two months, and one with four learners."""
    for month in (SEP, OCT):
        deliver("TA001", month)
        deliver("TA002", month, minutes_certified=0)
        deliver("TA003", month, people=4)
        operations.compute(month, **WHO)


@pytest.fixture
def region(judged, db):
    """Forgets what a test does to it."""


def test_the_charts_of_a_month_have_tables_and_downloads(client, region):
    client.sign_in("contractmanager")
    page = client.get("/kwaliteit/2026-10/grafieken/")
    assert "1 van 2 aanbieders" in page.text or "2 van 2 aanbieders" in page.text
    links = re.findall(r'href="([^"]+/scores-2026-10\.(?:svg|png|csv))"', page.html)
    assert len(links) == 3
    svg, png, csv = (client.get(link).data for link in links)
    assert svg.startswith(b"<svg")
    assert png.startswith(b"\x89PNG")
    assert csv.decode("utf-8-sig").startswith("Aanbieder;Route;Aantal;Score")


def test_charts_of_all_providers_stand_by_subject(client, region):
    client.sign_in("contractmanager")
    address = "/kwaliteit/2026-10/grafieken/"
    assert "Verschillen" in client.get(address).text
    assert "meer dan toeval" in client.get(f"{address}?over=verschillen&deel=9").text
    assert "op dezelfde schaal" in client.get(f"{address}?over=verloop").text
    assert "Leveringen per aanbieder en maand" in client.get(f"{address}?over=leveringen").text
    chosen = client.get(f"{address}?aanbieder=TA002", status=302).location
    assert chosen == f"{address}TA002/"


def test_many_judgements_stand_in_parts(client, region, monkeypatch):
    monkeypatch.setattr("quality.charts.gallery.MOST_ROWS", 2)
    client.sign_in("contractmanager")
    page = client.get("/kwaliteit/2026-10/grafieken/?deel=2")
    assert "(deel 2 van 2)" in page.text
    assert "Vorig deel" in page.text
    assert "Taalschool TA001" not in "".join(row[0] for row in page.rows())


def test_a_part_is_made_without_the_others(region, monkeypatch):
    monkeypatch.setattr("quality.charts.gallery.MOST_ROWS", 2)
    monkeypatch.setattr("quality.charts.gallery.MOST_SMALL", 2)
    past = history(OCT, Provider.select(Provider.id), today=OCT)
    assert {subject: parts_of(past, subject) for subject in SUBJECTS} == {
        "maand": 2, "verschillen": 1, "verloop": 2, "leveringen": 2,
    }  # fmt: skip
    whole = [chart.name for chart in region_charts(past)]
    parts = [
        chart.name
        for subject in SUBJECTS
        for part in range(1, parts_of(past, subject) + 1)
        for chart in region_charts(past, subject, part)
    ]
    assert sorted(parts) == sorted(whole)
    (second,) = region_charts(past, "verloop", 2)
    assert [row[0] for row in second.rows] == ["Taalschool TA003"]


def test_a_page_takes_the_picture_that_was_drawn_of_the_whole_history(region):
    everyone = Provider.select(Provider.id)
    whole = history(OCT, everyone, today=OCT)
    for subject, message in SUBJECTS.items():
        outline = history(OCT, everyone, today=OCT, months=message.months, full_from=OCT)
        assert [one.fingerprint for one in region_charts(outline, subject)] == [
            one.fingerprint for one in region_charts(whole, subject)
        ]


def test_the_charts_of_a_provider_hide_what_is_small(client, region):
    client.sign_in("contractmanager")
    page = client.get("/kwaliteit/2026-10/grafieken/TA003/")
    assert "te weinig cursisten" in page.text
    assert not re.search(r"n\s=\s4\b", page.text)


@pytest.mark.both_engines
def test_what_others_reached_stands_in_the_line_of_every_school(client, region):
    client.sign_in("contractmanager")
    address = "/indicatoren/criteria/"
    text = (
        "naam;jaar;waarde;bron;datum\nElders;2024;60;Verslag;31-12-2024\n"
        "Elders;2025;72,5;Verslag;31-12-2025\nElders;2099;99;Verslag;31-12-2025\n"
    )
    for _ in range(2):  # the second time replaces the first
        sent = {"file": (io.BytesIO(text.encode()), "elders.csv")}
        page = client.post(address, sent | {"criterion": "bevoegd", "route": "1"}, follow=True)
    assert [row[2:5] for row in page.rows()][1:] == [
        ["Elders", "2025", "72,5 %"], ["Elders", "2024", "60,0 %"]
    ]  # fmt: skip
    empty = {"file": (io.BytesIO(b"a;b"), "x.csv"), "criterion": "bevoegd", "route": "1"}
    wrong = client.post(address, empty)
    assert "Zet deze kolommen erbij" in wrong.errors[0]
    client.sign_in("aanbieder", provider_code="TA001")
    charts = client.get("/kwaliteit/2026-10/grafieken/TA001/").html
    assert charts.count("Elders 2025: 72,5") == 1
    assert "Elders 2024" not in charts
    client.get(address, status=403)


def test_a_school_sees_its_own_charts_only(client, region):
    client.sign_in("aanbieder", provider_code="TA001")
    page = client.get("/kwaliteit/2026-10/grafieken/")
    assert "Taalschool TA001" in page.text
    assert "Taalschool TA002" not in page.text
    client.get("/kwaliteit/2026-10/grafieken/TA002/", status=404)
    client.get("/kwaliteit/2026-10/grafieken/TA002/score-TA002-B-2026-10.csv", status=404)


@pytest.mark.parametrize(
    "address", ["2026-13/grafieken/", "1999-01/grafieken/", "2026-10/grafieken/regio/x.svg"]
)
def test_what_is_not_there_is_not_found(client, region, address):
    client.sign_in("contractmanager")
    client.get(f"/kwaliteit/{address}", status=404)


def test_comparing_shows_the_chosen_providers(client, region):
    client.sign_in("contractmanager")
    page = client.get("/kwaliteit/vergelijken/?aanbieder=TA001&aanbieder=TA002&maat=bevoegd")
    assert "Taalschool TA001 goed" in page.text
    assert "Punten per criterium" in page.text


def test_comparing_shows_when_something_was_agreed(client, region):
    words = {"kind": "agreement", "text": "Meer bevoegde docenten", "due_on": date(2026, 12, 31)}
    words |= {"route": LearningRoute.B1, "threshold": 90.0}
    made = {"agreed_on": date(2026, 10, 7), "created_by": "a@b.nl", "created_at": now()}
    for code, criterion in (("TA001", "wachttijd"), ("TA002", "bevoegd"), ("TA003", "bevoegd")):
        provider = Provider.get(Provider.code == code)
        Agreement.create(provider=provider, criterion=criterion, **words, **made)
    address = "/kwaliteit/vergelijken/?aanbieder=TA001&aanbieder=TA002&maat=bevoegd"
    client.sign_in("contractmanager")
    page = client.get(address)
    assert b"oktober 2026: afspraak Taalschool TA002." in page.data
    assert "Taalschool TA002: Meer bevoegde docenten 07-10-2026" in page.text
    # not told: another criterion, a provider that was not chosen, a reader without the right
    assert b"afspraak Taalschool TA001" not in client.get(address).data
    assert b"afspraak Taalschool TA003" not in client.get(address).data
    client.sign_in("gemeente", municipalities=["0148"])
    assert b"afspraak Taalschool" not in client.get(address).data


@pytest.mark.parametrize("query", ["", "?maand=x&route=Q&maat=z&maanden=99&aanbieder=TA999"])
def test_comparing_nothing_offers_the_form(client, region, query):
    client.sign_in("contractmanager")
    assert (
        "Kies een aanbieder, en dan Vergelijk."
        in client.get(f"/kwaliteit/vergelijken/{query}").text
    )


def test_a_fifth_provider_finds_no_room_and_the_page_says_so(client, region):
    for code in ("TA004", "TA005"):
        deliver(code, OCT)
    operations.compute(OCT, **WHO)
    client.sign_in("contractmanager")
    chosen = "&".join(f"aanbieder=TA00{n}" for n in range(1, 6))
    assert "De andere 1 zijn weggelaten" in client.get(f"/kwaliteit/vergelijken/?{chosen}").text


def test_one_provider_stands_beside_the_region_over_the_chosen_period(client, region):
    client.sign_in("contractmanager")
    page = client.get("/kwaliteit/vergelijken/?aanbieder=TA001&van=2026-10&tot=2026-09")
    assert "midden van de regio" in page.text
    assert [row[0] for row in page.rows(1)] == ["september 2026", "oktober 2026"]
    page = client.get("/kwaliteit/vergelijken/?aanbieder=TA001&van=2026-09&tot=2026-09")
    assert [row[0] for row in page.rows(1)] == ["september 2026"]


def test_before_and_after_an_agreement_stand_beside_the_region():
    months = [(add_months(OCT, n), 70.0 + n) for n in range(-8, 3)]
    result = before_and_after([*months, (add_months(OCT, 3), None)], OCT)
    # not counted: the month itself, what is more than six months away, and a month without value
    assert (result.before, result.after, result.change) == (66.5, 71.5, 5.0)
    assert before_and_after(months[:3], OCT).change is None


def test_comparing_without_scores_says_so(client, db):
    client.sign_in("contractmanager")
    assert "nog geen scores" in client.get("/kwaliteit/vergelijken/").text


def test_the_middle_of_the_region_needs_five_providers():
    october = date(2026, 10, 1)
    few = tuple(card(f"TA{n}", score=60.0 + n) for n in range(4))
    past = History(
        october,
        october,
        (),
        {october: few, add_months(october, -1): (*few, card("TA9"))},
        BASIS_2027,
    )
    results = {point.month: point.value for point in region_middle(past, "B", "score")}
    assert results == {october: None, add_months(october, -1): 62.0}


def alone(code="bevoegd"):
    past = history(OCT, [make_provider("TA001").id], today=date(2026, 11, 23))
    trees = past.of("TA001")["B"]
    return {month.month: tree["criteria"][code].get("alone") for month, tree in trees.items()}


def test_a_month_alone_is_shown_unless_another_month_of_its_window_has_few(db):
    for back in range(6):
        month = add_months(OCT, -back)
        deliver("TA001", month, minutes_certified=2400 - 10 * back)
        operations.compute(month, **WHO)
    assert all(value is not None for value in alone().values())
    assert alone()[10] != alone()[9]
    # Only four are left in July: what is hidden there follows from the sums with its neighbours.
    few = ProgressRecord.select().where(ProgressRecord.month == add_months(OCT, -3)).offset(4)
    ProgressRecord.delete().where(ProgressRecord.id.in_([row.id for row in few])).execute()
    for back in range(4):
        operations.compute(add_months(OCT, -back), **WHO)
    assert [month for month, value in alone().items() if value is not None] == [10]
