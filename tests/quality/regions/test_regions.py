"""Regions beside each other: together as one, and no small number to be had from a file."""

import io
import json
import random
from collections import defaultdict
from datetime import date
from itertools import product

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app import cli
from core.errors import DomainError
from quality.cards import operations as cards
from quality.method.curve import curve as kaplan_meier, survival_at
from quality.models import RegionTable
from quality.passport.seal import REGION, sealed
from quality.regions.operations import make_own, own_tables, take_in
from quality.regions.rules import EDGES, Curve, Period, read_table
from tests.builders import AT
from tests.quality.cards.test_operations import OCT, deliver


def stays(seed: int, people: int, mean: float) -> list[tuple[int, int, int]]:
    """People who begin after a random time, of whom some leave or wait; some were first followed
    later."""
    chance = random.Random(seed)
    results = []
    for _ in range(people):
        days, followed = round(chance.expovariate(1 / mean)), chance.randrange(1, 365)
        entry = chance.choice((0, 0, 0, 0, chance.randrange(1, 60)))
        last = min(days, followed)
        if entry <= last:
            results.append((entry, last, int(days <= followed)))
    return results


REGIONS = [stays(1, 420, 20), stays(2, 700, 35), stays(3, 260, 14)]
TOGETHER = [one for region in REGIONS for one in region]


def test_regions_together_are_the_same_as_their_people_together():
    first, *rest = (Curve.of(region) for region in REGIONS)
    for one in rest:
        first = first.plus(one)
    assert first == Curve.of(TOGETHER)
    assert first.share_started() == Curve.of(TOGETHER).share_started()


def test_files_together_are_central_but_for_the_rounding():
    first, *rest = (Curve.of(region).rounded() for region in REGIONS)
    for one in rest:
        first = first.plus(one)
    central, exact = Curve.of(TOGETHER).share_started(), kaplan_meier(TOGETHER)
    apart = [abs(share - central[day]) for day, share in first.share_started().items()]
    assert len(apart) == len(EDGES)
    assert max(apart) < 1
    # By periods of days instead of by the day: within a point and a half too.
    for day in (28, 42):
        assert abs(100 * (1 - survival_at(exact, day)) - central[day]) < 1.5


@pytest.mark.parametrize("people", [25, 60, 300])
def test_no_count_of_one_to_four_stands_in_a_file(people):
    for seed in range(40):
        curve = Curve.of(stays(seed, people, 25)).rounded()
        cells = [curve.begin, *(count for period in curve.periods for count in period)]
        assert all(count >= 0 and count % 5 == 0 for count in cells)


def test_who_knows_the_rule_recovers_no_small_count():
    """Every table that could lie behind a file: no count of 1 to 4 is the same in all of them."""
    behind = defaultdict(set)
    all_began = [cells for cells in product(range(13), repeat=3) if sum(cells) <= 12]
    all_others = [(a, b, 0) for a in range(8) for b in range(8 - a)]
    for began, others in product(all_began, all_others):
        periods = tuple(Period(0, *pair) for pair in zip(began, others, strict=True))
        # Everyone who is followed goes one way or the other: that too is known.
        file = Curve(sum(began) + sum(others), periods).rounded()
        behind[file].add((*began, *others))
    looked_at = 0
    for file, tables in behind.items():
        totals = [sum(counts) for counts in zip(*file.periods, strict=True)]
        if totals[1] + 2 > 12 or totals[2] + 2 > 7:
            continue  # more tables lie behind it than were tried
        looked_at += 1
        for counts in zip(*tables, strict=True):
            assert not (len(set(counts)) == 1 and 0 < counts[0] < 5), (file, tables)
    assert looked_at > 10


def test_files_of_two_months_do_not_tell_how_many_came_between():
    """Whoever subtracts sees multiples of five, behind which lie several differences each."""
    behind = defaultdict(set)
    for before, more in product(range(25, 100), range(20)):
        first, second = (
            Curve(total, (Period(0, 0, 0),)).rounded().begin for total in (before, before + more)
        )
        behind[first, second].add(more)
    assert all(len(more) > 1 for (first, second), more in behind.items() if second - first <= 10)


TABLE = {"providers": 3, "begin": 30, "periods": [[0, 15, 0], [0, 5, 10], *[[0, 0, 0]] * 7],
         "hours": {"bevoegd": [800, 1000]}}  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        {"begin": 3}, {"begin": 31}, {"periods": [[0, 15, 0]]}, {"providers": 2}, {"begin": True},
        {"begin": -5}, {"begin": 10**9}, {"hours": 1}, {"hours": {"bevoegd": [1]}}, {"begin": "30"},
        {"periods": [[0, 15], *[[0, 0, 0]] * 8]}, {"periods": 3},
    ],
)  # fmt: skip
def test_a_table_that_should_not_have_left_its_region_is_refused(change):
    assert read_table(TABLE).data == TABLE
    with pytest.raises(DomainError, match="niet op een vijftal afgerond"):
        read_table(TABLE | change)


def file(**changes) -> bytes:
    content = {"region": "Regio Elders", "month": "2026-10", "routes": {"B": TABLE}} | changes
    return sealed(content, Ed25519PrivateKey.generate(), REGION)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"{}", "geen bestand van een regio"),
        (file().replace(b"Elders", b"Anders"), "handtekening klopt niet"),
        (file(routes={"X": TABLE}), "ontbreekt de regio of de leerroute"),
        (file(month="straks"), "geen maand"),
        (b"x" * 200_001, "te groot"),
    ],
)
def test_a_file_that_is_no_good_is_refused(db, data, says):
    with pytest.raises(DomainError, match=says):
        take_in(data, by="x", at=AT)
    assert not RegionTable.select().exists()


@pytest.fixture
def fixed(db):
    """Three schools with nine learners each, in a fixed month."""
    for number in range(3):
        deliver(f"TA00{number + 1}", people=9)
    cards.compute(OCT, by="x", at=AT)
    cards.fix(OCT, by="x", at=AT)


def test_the_own_tables_count_everybody_and_name_nobody(fixed):
    tables = own_tables(OCT)
    assert list(tables) == ["B"]
    assert (tables["B"].providers, tables["B"].curve.people) == (3, 25)
    made = make_own(OCT, name="Regio Hier", by="x", at=AT)
    text = json.dumps(made.content)
    for word in ("TA00", "0148", "trajectnummer"):
        assert word not in text
    assert make_own(OCT, name="Anders", by="x", at=AT) == made, "one file per month"
    with pytest.raises(DomainError, match="nog niet vastgesteld"):
        make_own(date(2026, 9, 1), name="Regio Hier", by="x", at=AT)


def test_two_schools_are_too_few(db):
    for code in ("TA001", "TA002"):
        deliver(code, people=9)
    cards.compute(OCT, by="x", at=AT)
    cards.fix(OCT, by="x", at=AT)
    with pytest.raises(DomainError, match="genoeg aanbieders"):
        make_own(OCT, name="Regio Hier", by="x", at=AT)


def test_the_pages_make_exchange_and_compare(client, fixed):
    client.sign_in("regio")
    client.get("/kwaliteit/regios/")
    assert client.post("/kwaliteit/regios/eigen/", {"month": "2026-09", "name": "Hier"}).errors
    client.post("/kwaliteit/regios/eigen/", {"month": "2026-10", "name": "Regio Hier"})
    made = client.get("/kwaliteit/regios/regio-2026-10.json").data
    sent = {"file": (io.BytesIO(made), "r.json")}
    assert client.post("/kwaliteit/regios/ander/", sent).errors == [
        "Dit is het bestand van je eigen regio."
    ]
    client.post("/kwaliteit/regios/ander/", {"file": (io.BytesIO(file()), "r.json")}, status=302)
    rows = client.get("/kwaliteit/regios/?maand=2026-10&leerroute=B").rows(0)
    assert [row[:3] for row in rows] == [
        ["Regio Hier", "3", "25"], ["Regio Elders", "3", "30"], ["Alle regio's samen", "6", "55"],
    ]  # fmt: skip
    for address in ("?maand=2020-01", "?leerroute=O"):
        client.get(f"/kwaliteit/regios/{address}", status=404)
    client.sign_in("gemeente", municipalities=["0148"])
    client.get("/kwaliteit/regios/")
    client.get("/kwaliteit/regios/ander/", status=403)
    client.sign_in("aanbieder", provider_code="TA001")
    client.get("/kwaliteit/regios/", status=403)


def test_the_command_makes_reads_and_lists(fixed, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("TAALINKOOP_DATA_DIR", str(tmp_path))
    (tmp_path / "elders.json").write_bytes(file())
    out = str(tmp_path / "hier.json")
    for _ in range(2):
        assert cli.main(["regions", "2026-10", "--naam", "Regio Hier", "--out", out]) == 0
        assert cli.main(["regions", "read", str(tmp_path / "elders.json")]) == 0
    capsys.readouterr()
    assert cli.main(["regions", "list"]) == 0
    assert capsys.readouterr().out == "2026-10  Regio Elders\n2026-10  Regio Hier (eigen regio)\n"
    assert cli.main(["regions", "read", out]) == 2
    with pytest.raises(SystemExit, match="2"):
        cli.main(["regions", "oktober", "--out", out])
