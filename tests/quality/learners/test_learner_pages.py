"""The list of learners and the page of one, through every door, as every role."""

import re
from datetime import date

import pytest

from core.access_log import AccessLine
from core.accounts import Role
from core.dates import add_months
from core.log_chain import pseudonym
from core.municipalities import merged
from providers.codes import ExamResult, SkillLevel
from providers.models import Contract, ContractScope, CourseTrack
from quality.cards.operations import recompute_after
from quality.learners.fact_operations import change_facts
from quality.learners.models import Handover, LearnerNote
from quality.models import Signal
from tests.app.web.test_rights import address, content, rules
from tests.builders import AT, make_contract, make_provider, make_record, make_track

OCT = date(2026, 10, 1)
TODAY = date(2026, 11, 23)
DALFSEN = {"municipalities": ["0148"]}
BOTH = {"municipalities": ["0148", "0193"]}
FAULT_NUMBER = re.compile(r"nummer [0-9a-f]{12}")


def months(track, count: int, last: date = OCT, **more) -> None:
    for back in range(count):
        make_record(month=add_months(last, -back), track=track, **more)


@pytest.fixture(scope="module")
def judged(file_db):
    """Two providers and two gemeenten; learner D-1 moved from one provider to the other."""
    old, new = make_provider("TA001"), make_provider("TA002")
    for provider, place in ((old, "0148"), (new, "0193")):
        contract = make_contract(provider)
        ContractScope.create(contract=contract, route=1, municipality=place)
    months(make_track(old, "D-1"), 3, date(2026, 7, 1), exam_knm=ExamResult.FAILED)
    months(make_track(new, "D-1"), 2, route=2, level_reading=SkillLevel.A2)
    months(make_track(old, "D-2"), 8)
    months(make_track(old, "Z-verborgen"), 8, municipality=193)
    months(make_track(new, "Z-twee"), 1, municipality=193)
    for provider in (old, new):
        recompute_after(provider, [OCT], by="test", at=AT)


@pytest.fixture
def region(judged, db):
    return make_provider("TA001"), make_provider("TA002")


def numbers(page) -> list[str]:
    return [row[0] for row in page.rows()] if "<table" in page.html else []


@pytest.mark.both_engines
def test_a_gemeente_finds_each_of_its_own_learners_once(client, region):
    client.sign_in("gemeente", **DALFSEN)
    page = client.get("/cursisten/")
    assert sorted(numbers(page)) == ["D-1", "D-2"]
    assert "2 cursisten hebben nu een traject; bij 1 komt het eind van de termijn" in page.text
    assert numbers(page)[0] == "D-2"  # the most urgent on top
    assert numbers(client.get("/cursisten/?zoek=1")) == ["D-1"]
    assert numbers(client.get("/cursisten/?aanbieder=" + str(region[1].id))) == ["D-1"]
    for query, result in {
        "route=2": ["D-1"], "signaal=koers": ["D-2"], "signaal=elk": ["D-2"], "status=wachtend": [],
        "status=lopend&sorteer=-number": ["D-2", "D-1"], "niveau=2": ["D-1", "D-2"],
        "gemeld=nee": [],
    }.items():  # fmt: skip
        assert sorted(numbers(client.get(f"/cursisten/?{query}"))) == sorted(result), query


def test_a_search_for_a_number_of_elsewhere_answers_as_one_for_nothing(client, region):
    client.sign_in("gemeente", **DALFSEN)

    def answers_to(number: str) -> str:
        answers = [client.get(f"/cursisten/?zoek={number}").text]
        answers += [client.get(f"/cursisten/{place}/{number}/", status=404).text
                    for place in ("0148", "0193")]  # fmt: skip
        return FAULT_NUMBER.sub("", "".join(answers).replace(number, ""))

    assert answers_to("Z-verborgen") == answers_to("Z-bestaatniet")
    # Nor do sort, filter or file tell.
    for query in ("sorteer=-number", "sorteer=month", "gemeente=193", "route=1"):
        assert "verborgen" not in client.get(f"/cursisten/?{query}").html
        assert b"verborgen" not in client.get(f"/cursisten/export/csv/?{query}").data


@pytest.mark.parametrize(
    ("role", "scope", "expected"),
    [
        (Role.MUNICIPALITY, DALFSEN, {"D-1", "D-2"}),
        (Role.MUNICIPALITY, BOTH, {"D-1", "D-2", "Z-verborgen", "Z-twee"}),
        (Role.CONTRACT_MANAGER, {}, {"D-1", "D-2", "Z-verborgen", "Z-twee"}),
        (Role.CONTRACT_MANAGER, {"provider_code": "TA002"}, {"D-1", "Z-twee"}),
        (Role.CONTRACT_MANAGER, {"municipalities": ["0193"]}, {"Z-twee"}),
    ],
)
def test_list_page_and_file_show_the_same_learners(client, region, role, scope, expected):
    client.sign_in(role, **scope)
    page = client.get("/cursisten/")
    assert set(numbers(page)) == expected
    file = client.get("/cursisten/export/csv/").data.decode()
    assert {line.split(";")[0] for line in file.splitlines()[1:]} == expected
    for place, number in (("0148", "D-1"), ("0148", "D-2"), ("0193", "Z-verborgen")):
        url = f"/cursisten/{place}/{number}/"
        result = client.get(url, status=None)
        assert (result.status == 200) == (number in expected)
        months_file = client.get(f"{url}maanden.csv", status=None)
        assert months_file.status == result.status
    if role is Role.CONTRACT_MANAGER:
        assert "Termijn" not in page.text
        assert "Signaal" not in page.text
        client.get("/cursisten/gesprek/0148/D-1/", status=404)
        client.get("/cursisten/?signaal=koers&sorteer=-urgency")
        client.get("/cursisten/0148/D-1/gegevens/", status=403)


@pytest.mark.parametrize("role", [Role.PROVIDER, Role.AUDITOR, Role.ADMINISTRATOR, Role.REGION])
def test_for_the_others_there_is_no_page_of_learners(client, region, role):
    client.sign_in(role, provider_code="TA001" if role is Role.PROVIDER else None)
    for url in ("", "export/csv/", "0148/D-1/", "gesprek/0148/D-1/", "inlezen/",
                "0148/D-1/maanden.csv", "0148/D-1/gegevens/"):  # fmt: skip
        client.get(f"/cursisten/{url}", status=403)
    for act in ("notitie", "overdracht", "gegevens"):
        client.post(f"/cursisten/0148/D-1/{act}/", status=403)


ZWOLLE = {"municipalities": ["0193"]}
QUERIES = ("", "afdruk=1", "sorteer=-number", "sorteer=-urgency", "gemeente=193", "status=lopend")
EVERY_DAY = [
    (Role.MUNICIPALITY, ZWOLLE), (Role.MUNICIPALITY, DALFSEN),
    (Role.CONTRACT_MANAGER, {"provider_code": "TA002"}),
    (Role.PROVIDER, {"provider_code": "TA001"}),
]  # fmt: skip
ALSO = [
    (Role.CONTRACT_MANAGER, DALFSEN), (Role.PROVIDER, {"provider_code": "TA002"}),
    (Role.AUDITOR, {}), (Role.ADMINISTRATOR, {}), (Role.REGION, {}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("role", "scope"),
    [*EVERY_DAY, *(pytest.param(*who, marks=pytest.mark.thorough) for who in ALSO)],
)
def test_a_learner_of_elsewhere_is_behind_no_door(app, client, region, role, scope):
    signal = Signal.select().join(CourseTrack).where(CourseTrack.number == "Z-verborgen").get().id
    client.sign_in(role, **scope)
    by_id, seen = [], []
    for rule in rules(app):
        at_signals = rule.rule.startswith("/signalen/")
        if not (at_signals or rule.rule.startswith("/cursisten/")):
            continue
        number = signal if at_signals else "Z-verborgen"
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            for kind in ("csv", "xlsx", "json") if "kind" in rule.arguments else ("csv",):
                url = address(rule, number=number, place="0193", kind=kind)
                for query in QUERIES if not rule.arguments - {"kind"} else ("",):
                    ask = client.get if method == "GET" else client.post
                    page = ask(f"{url}?{query}", status=None, check=False)
                    if page.status == 200 and "Z-verborgen" in content(page):
                        seen.append(f"{method} {url}?{query}")
                if rule.arguments - {"kind"} and "/inlezen/" not in url:
                    by_id.append(page.status)
    if scope is ZWOLLE:
        assert {"GET /cursisten/?afdruk=1", "GET /signalen/export/xlsx/?"} <= set(seen)
        assert 404 not in by_id
    else:
        assert seen == []
        assert set(by_id) <= {403, 404}


@pytest.mark.both_engines
def test_the_road_joins_both_providers_and_says_what_is_missing(client, region):
    client.sign_in("gemeente", **DALFSEN)
    page = client.get("/cursisten/0148/D-1/")
    assert "Ontbreekt: augustus 2026" in page.text
    assert "van Taalschool TA001 naar Taalschool TA002" in page.text
    assert "van B1-route naar onderwijsroute" in page.text
    assert "examen KNM: gezakt" in page.text
    assert "Sinds mei 2026 steeg lezen van A1 naar A2" in page.text
    file = client.get("/cursisten/0148/D-1/maanden.csv").data.decode()
    assert [line.split(";")[:2] for line in file.splitlines()[1:]] == [
        ["2026-05", "Taalschool TA001"], ["2026-06", "Taalschool TA001"],
        ["2026-07", "Taalschool TA001"], ["2026-09", "Taalschool TA002"],
        ["2026-10", "Taalschool TA002"],
    ]  # fmt: skip


def test_the_evidence_of_a_signal_stands_below_it(client, region):
    client.sign_in("gemeente", **DALFSEN)
    page = client.get("/cursisten/0148/D-2/")
    assert "Geen vooruitgang" in page.text
    evidence = page.rows(0)
    assert evidence[0][0] == "april 2026"
    assert [row[1:5] for row in evidence] == [["A1"] * 4] * 7
    assert "nog 14 maanden; in dit tempo wordt het niveau niet gehaald." in page.text
    talk = client.get("/cursisten/gesprek/0148/D-2/")
    assert "Om over te praten" in talk.text
    assert "eigen afspraak" in talk.text


@pytest.mark.both_engines
def test_who_stopped_being_reported_is_said_so(client, region):
    months(make_track(region[0], "D-weg"), 3, date(2026, 8, 1))
    recompute_after(region[0], [OCT], by="test", at=AT)
    client.sign_in("gemeente", **DALFSEN)
    assert numbers(client.get("/cursisten/?gemeld=nee")) == ["D-weg"]
    assert "Niet meer gemeld sinds augustus 2026." in client.get("/cursisten/0148/D-weg/").text


@pytest.mark.both_engines
def test_a_longer_term_is_filled_in_on_the_page_and_moves_the_signal(client, region):
    client.sign_in("gemeente", **DALFSEN)
    before = client.get("/cursisten/0148/D-2/").text
    assert "voor 15-01-2028, geschat" in before
    earlier = {"term_until": "01-03-2028", "term_extended_until": "01-02-2028"}
    wrong = client.post("/cursisten/0148/D-2/gegevens/", earlier)
    assert "ligt voor termijn_tot" in wrong.errors[0]
    client.post("/cursisten/0148/D-2/gegevens/",
                {"term_until": "01-03-2028", "term_extended_until": "01-09-2028"})  # fmt: skip
    after = client.get("/cursisten/0148/D-2/").text
    assert "voor 01-09-2028. Sinds" in after
    assert "nog 22 maanden" in after
    assert re.search(r"Termijn tot ?01-09-2028", after)


@pytest.mark.both_engines
def test_rows_of_a_merged_gemeente_belong_to_the_new_one(client, db):
    assert merged()["0501"] == "1992"
    here = make_provider()
    months(make_track(here, "V-1"), 2, date(2026, 8, 1), municipality=501)
    months(make_track(here, "V-1"), 2, municipality=1992)
    recompute_after(here, [OCT], by="test", at=AT)
    client.sign_in("gemeente", municipalities=["1992"])
    assert numbers(client.get("/cursisten/")) == ["V-1"]
    page = client.get("/cursisten/1992/V-1/")
    assert "Ontbreekt" not in page.text
    assert "Alle maanden" in client.get("/cursisten/0501/V-1/").text


@pytest.mark.both_engines
def test_a_handover_is_an_act_of_the_old_gemeente(client, region):
    # The number of D-2 is somebody else's in Zwolle.
    months(make_track(make_provider("TA003"), "D-2"), 1, municipality=193)
    client.sign_in("gemeente", email="zwolle@example.org", municipalities=["0193"])
    client.get("/cursisten/0148/D-2/", status=404)
    client.post("/cursisten/0148/D-2/overdracht/", {"to": "0193", "reason": "verhuisd"}, status=404)
    client.sign_out()
    client.sign_in("gemeente", email="dalfsen@example.org", **DALFSEN)
    refused = client.post("/cursisten/0148/D-2/overdracht/", {"to": "0148", "reason": "verhuisd"})
    assert "Kies de andere gemeente" in refused.errors[0]
    client.post("/cursisten/0148/D-2/overdracht/", {"to": "0193", "reason": "verhuisd"})
    assert Handover.get().by == "dalfsen@example.org"
    assert "Overgedragen aan Zwolle" in client.get("/cursisten/0148/D-2/").text
    client.sign_out()
    client.sign_in("gemeente", email="zwolle2@example.org", municipalities=["0193"])
    page = client.get("/cursisten/0148/D-2/")
    assert "Dalfsen droeg dit dossier over" in page.text
    assert "Notities" not in page.text
    called = {"reason": "gebeld", "on": "01-11-2026"}
    client.post("/cursisten/0148/D-2/notitie/", called, status=404)
    assert "TA001" not in client.get("/cursisten/0193/D-2/").text


def test_notes_are_chosen_and_talks_are_counted(client, region):
    client.sign_in("gemeente", **DALFSEN)
    url = "/cursisten/0148/D-2/"
    future = client.post(f"{url}notitie/", {"reason": "gebeld", "on": "01-01-2099"})
    assert "moet nog komen" in future.errors[0]
    client.post(f"{url}notitie/", {"reason": "vrije tekst", "on": "01-11-2026"})
    assert not LearnerNote.select().exists()
    client.post(f"{url}notitie/", {"reason": "voortgangsgesprek", "on": "20-05-2025"})
    page = client.get(url)
    assert "gesprek 1 31-07-2025 gevoerd op 20-05-2025" in page.text
    assert "gesprek 2 31-01-2026 niet gevoerd" in page.text


def test_every_look_and_file_is_in_the_log(client, region):
    client.sign_in("gemeente", **DALFSEN)
    client.get("/cursisten/?zoek=D-1")
    client.get("/cursisten/0148/D-1/")
    client.get("/cursisten/export/xlsx/")
    lines = [(line.action, line.count) for line in AccessLine.select().where(
        AccessLine.what == "learners")]  # fmt: skip
    assert sorted(lines) == [("download", 2), ("look", 1), ("look", 1)]
    assert pseudonym("D-1") != "D-1"


@pytest.mark.both_engines
def test_a_filter_is_kept_under_a_name_for_its_maker(client, region):
    client.sign_in("gemeente", **DALFSEN)
    client.post("/cursisten/filter/?route=1", {"naam": "B1"})
    client.post("/cursisten/filter/?zoek=D-1&route=1&status=lopend", {"naam": "B1"})
    kept = [link for link in client.get("/cursisten/").links if "route=1" in link]
    assert kept == ["?sorteer=-urgency&route=1&status=lopend"]
    client.sign_out()
    client.sign_in("gemeente", email="ander@example.org", **DALFSEN)
    assert not [link for link in client.get("/cursisten/").links if "route=1" in link]


def test_what_the_gemeente_knows_is_for_the_gemeente_alone(client, region):
    change_facts(148, "D-1", {"outflow": 1}, by="dalfsen", at=AT, today=TODAY)
    client.sign_in("contractmanager")
    assert "door werk" not in client.get("/cursisten/0148/D-1/").text
    client.sign_out()
    client.sign_in("gemeente", **DALFSEN)
    assert "door werk" in client.get("/cursisten/0148/D-1/").text
    assert Contract.select().count() == 2
