"""``taalinkoop charts`` and ``taalinkoop report``: what they write, what they say, twice."""

import json
from xml.etree import ElementTree

import pytest

from app import cli
from core.audit import AuditLine
from core.charts import pictures
from core.charts.parallel import spread
from quality.cards import operations
from tests.quality.cards.test_operations import OCT, WHO, deliver

pytestmark = pytest.mark.sqlite_first


@pytest.fixture(scope="module")
def judged(file_db):
    """Two providers in October 2026."""
    deliver("TA001")
    deliver("TA002", people=4)
    operations.compute(OCT, **WHO)


@pytest.fixture
def month(judged, db, tmp_path, monkeypatch):
    """Pictures and reports are kept in a folder of the test."""
    monkeypatch.setenv("TAALINKOOP_DATA_DIR", str(tmp_path / "data"))
    yield tmp_path / "out"
    pictures.keep_in(None)


def test_charts_writes_every_chart_with_its_table(month, capsys):
    assert cli.main(["charts", "2026-10", "--out", str(month), "--aanbieder", "regio"]) == 0
    said = capsys.readouterr()
    drawn = sorted(path.stem for path in (month / "regio").glob("*.svg"))
    assert said.out == f"{len(drawn)} grafieken van oktober 2026 staan in {month}\n"
    assert said.err == ""
    assert {"scores-2026-10", "criteria-2026-10", "regio-2026-10"} <= set(drawn)
    assert drawn == sorted(path.stem for path in (month / "regio").glob("*.csv"))
    ElementTree.parse(month / "regio" / "scores-2026-10.svg")
    table = (month / "regio" / "scores-2026-10.csv").read_text("utf-8-sig")
    assert table.splitlines()[2].startswith("Taalschool TA002;B1-route;< 5;–")


def test_charts_twice_writes_the_same(month, capsys):
    command = ["charts", "2026-10", "--out", str(month), "--aanbieder", "TA001", "--json"]
    assert cli.main(command) == 0
    first = {path.name: path.read_bytes() for path in (month / "TA001").iterdir()}
    assert len(json.loads(capsys.readouterr().out)["files"]) == len(first) == 16
    assert cli.main(command) == 0
    assert {path.name: path.read_bytes() for path in (month / "TA001").iterdir()} == first


def test_the_charts_of_the_newest_month_are_drawn_ahead_of_the_pages(month, capsys):
    assert cli.main(["jobs", "--pictures"]) == 0
    assert capsys.readouterr().out == "40 grafieken getekend\n"
    assert cli.main(["jobs", "--pictures"]) == 0
    assert capsys.readouterr().out == "0 grafieken getekend\n"


def test_without_scores_nothing_is_drawn_ahead(db, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TAALINKOOP_DATA_DIR", str(tmp_path))
    assert cli.main(["jobs", "--pictures"]) == 0
    assert capsys.readouterr().out == "0 grafieken getekend\n"


@pytest.mark.parametrize("command", ["charts", "report"])
@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["2031-01"], "Van januari 2031 zijn er nog geen scores."),
        (["2026-10", "--aanbieder", "TA999"], "Aanbieder TA999 staat niet in het register."),
    ],
)
def test_what_cannot_be_made_is_said(month, capsys, command, more, sentence):
    assert cli.main([command, *more, "--out", str(month)]) == 2
    assert sentence in capsys.readouterr().err


def test_report_makes_packs_once_and_goes_on_where_it_was(month, capsys):
    command = ["report", "2026-10", "--out", str(month)]
    assert cli.main(command) == 0
    said = f"6 bestanden van oktober 2026 staan in {month}, waarvan 6 nieuw.\n"
    assert capsys.readouterr().out == said
    (month / "kwaliteit-2026-10-TA001.pdf").unlink()
    assert cli.main(command) == 0
    assert "waarvan 1 nieuw" in capsys.readouterr().out
    log = json.loads((month / "overzicht.json").read_text("utf-8"))
    assert sorted({line["for"] for line in log}) == ["TA001", "TA002", "regio"]
    assert len(log) == 6
    made = AuditLine.select().where(AuditLine.action == "make_reports")
    assert [line.after for line in made] == [{"voor": ["regio", "TA001", "TA002"]}] * 2


def test_the_passport_of_who_is_fixed_lies_in_the_pack(month, capsys):
    operations.fix(OCT, codes=["TA001"], **WHO)
    command = ["report", "2026-10", "--out", str(month), "--paspoort", "dossier", "--json"]
    assert cli.main(command) == 0
    files = {line["file"]: line["new"] for line in json.loads(capsys.readouterr().out)["files"]}
    passports = [name for name in files if "paspoort" in name]
    assert passports == ["kwaliteit-2026-10-TA001.paspoort.json"]
    assert cli.main(["passport", "verify", str(month / passports[0])]) == 0
    assert "De handtekening klopt" in capsys.readouterr().out
    assert cli.main(command) == 0
    again = {line["file"]: line["new"] for line in json.loads(capsys.readouterr().out)["files"]}
    assert again[passports[0]] is False
    (made,) = AuditLine.select().where(AuditLine.thing == "passport")
    assert made.reason == "dossier"


def test_many_are_done_in_order_on_more_cores():
    words = [f"woord {n}" for n in range(30)]
    assert list(spread(str.upper, words)) == [word.upper() for word in words]
    assert list(spread(str.upper, words[:3])) == ["WOORD 0", "WOORD 1", "WOORD 2"]
