"""Gemeenten come and go: what was keeps its code, and counts with what it became."""

import sqlite3
from datetime import date

import pytest

from app.opening import opened_database
from core import municipalities
from core.accounts import Account
from core.dates import today
from core.errors import DomainError
from providers.models import Provider
from quality.learners.models import Handover
from quality.learners.operations import hand_over_split
from quality.learners.roads import road_of
from tests.app.test_cli import run  # noqa: F401
from tests.builders import AT
from tests.providers.feed.lines import row, text

NEWER = """gemeentecode;naam;van;tot;opgegaan_in
0148;Dalfsen;;2028-01-01;2001
0244;Hattem;;2028-01-01;2001
2001;Vechtzoom;2028-01-01;2030-01-01;0193
"""


@pytest.fixture
def newer(tmp_path):
    """A list with a merger to come, and one of what came of it."""
    path = tmp_path / "gemeenten-2028.csv"
    path.write_text(NEWER, encoding="utf-8")
    yield path
    municipalities.use(None, today)


@pytest.mark.parametrize(
    ("day", "code", "name", "with_dalfsen"),
    [
        (date(2027, 12, 31), 148, None, [148]),
        (date(2028, 1, 1), 2001, "Vechtzoom", [148, 244, 2001]),
        (date(2030, 1, 1), 193, None, [148, 193, 244, 2001]),
    ],
)
def test_a_merger_holds_from_its_day(newer, day, code, name, with_dalfsen):
    municipalities.use(newer, lambda: day)
    assert municipalities.current(148) == code
    assert municipalities.names().get("2001") == name
    assert municipalities.with_merged(["0148"]) == with_dalfsen
    assert municipalities.name("0148") == "Dalfsen"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("148;Dalfsen;;;", "Regel 2 van nieuw.csv"),
        ("0148;Dalfsen;;2028-01-01;", "staan er samen"),
        ("0148;Dalfsen;;1 januari 2028;0193", "Regel 2"),
        ("0148;Dalfsen;;2028-01-01;2001", "die staat niet in de lijst"),
        ("0148;Dalfsen;;2028-01-01;0193+2001", "die staat niet in de lijst"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused(tmp_path, line, sentence):
    path = tmp_path / "nieuw.csv"
    path.write_text(f"gemeentecode;naam;van;tot;opgegaan_in\n{line}\n", encoding="utf-8")
    with pytest.raises(DomainError, match=sentence):
        municipalities.use(path, today)
    municipalities.use(None, today)


def test_an_old_code_is_taken_at_every_door(run, tmp_path, monkeypatch):  # noqa: F811
    newer = tmp_path / "nieuw.csv"
    newer.write_text(NEWER.replace("2028", "2026").replace("2030", "2100"), encoding="utf-8")
    files = {
        "aanbieders": "aanbiedercode;naam\nTA001;Een\n",
        "contracten": "contractnummer;aanbiedercode;leerroutes;gemeenten;van\n"
        "C1;TA001;B;0501,0148;2026-01-01\n",
    }
    run("db", "migrate")
    for kind, content in files.items():
        (tmp_path / f"{kind}.csv").write_text(content, encoding="utf-8")
        assert run("provider", "import", str(tmp_path / f"{kind}.csv"), "--kind", kind)[0] == 0
    assert run("user", "add", "a@b.nl", "--role", "gemeente", "--gemeente", "0501")[0] == 0

    monkeypatch.setenv("TAALINKOOP_MUNICIPALITIES", str(newer))
    feed = tmp_path / "oktober.csv"
    feed.write_text(text([row(gemeentecode="0148"), row(trajectnummer="T-2", gemeentecode="2001")]))
    out = run("feed", "import", str(feed), "--aanbieder", "TA001", "--json")[1]

    assert "F507" not in out
    db = sqlite3.connect(tmp_path / "instance" / "taalinkoop.sqlite")
    assert db.execute("SELECT DISTINCT municipality FROM progress_record").fetchall() == [(2001,)]
    listed = db.execute("SELECT municipality FROM contract_scope ORDER BY 1").fetchall()
    assert listed == [("0148",), ("1992",)]
    assert db.execute("SELECT municipalities FROM account").fetchall() == [('["1992"]',)]
    db.close()
    municipalities.use(None, today)


SPLIT = """gemeentecode;naam;van;tot;opgegaan_in
2001;Vechtzoom;2026-10-01;;
0148;Dalfsen;;2026-10-01;2001+0193
"""


def test_who_lives_in_the_other_part_of_a_split_gemeente_takes_the_months_before_along(
    run, tmp_path, monkeypatch  # noqa: F811
):  # fmt: skip
    (tmp_path / "aanbieders.csv").write_text("aanbiedercode;naam\nTA001;Een\n", encoding="utf-8")
    run("db", "migrate")
    run("provider", "import", str(tmp_path / "aanbieders.csv"), "--kind", "aanbieders")

    def deliver(month: str, **place: str) -> None:
        feed = tmp_path / f"{month}.csv"
        rows = [
            row(trajectnummer=n, rapportagemaand=month, gemeentecode=g) for n, g in place.items()
        ]
        feed.write_text(text(rows), encoding="utf-8")
        assert run("feed", "import", str(feed), "--aanbieder", "TA001")[0] == 0

    deliver("2026-09", T1="0148", T2="0148")
    newer = tmp_path / "nieuw.csv"
    newer.write_text(SPLIT, encoding="utf-8")
    monkeypatch.setenv("TAALINKOOP_MUNICIPALITIES", str(newer))
    deliver("2026-10", T1="0193", T2="2001", T3="0193")
    with opened_database():
        assert [
            (one.from_municipality, one.number, one.to_municipality, one.reason)
            for one in Handover.select()
        ] == [(2001, "T1", 193, "herindeling")]
        assert hand_over_split(Provider.get(), by="test", at=AT) == 0, "once is enough"

        def months(place: str, of: int, number: str) -> list[int]:
            account = Account(role="gemeente", municipalities=[place])
            road = road_of(account, of, number)
            return [one.month.month for one in road.rows] if road else []

        assert months("0193", 2001, "T1") == [9]
        assert months("0193", 193, "T1") == [10]
        assert months("0193", 2001, "T2") == []
        assert months("0148", 2001, "T2") == [9, 10]
    municipalities.use(None, today)
