"""The recipes of CONTRIBUTING, carried out in a copy of the house that touches what they name."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).parent.parent
HOUSE = ("core", "procurement", "providers", "quality", "app", "templates", "migrations", "tests")
RECORDED = shutil.ignore_patterns("__pycache__", "data", "benchmarks", "browser")


def house_at(place: Path) -> Path:
    for folder in HOUSE:
        shutil.copytree(ROOT / folder, place / folder, ignore=RECORDED)
    shutil.copytree(ROOT / "docs", place / "docs")
    shutil.copy(ROOT / "pyproject.toml", place)
    return place


def run(house: Path, *arguments: str) -> str:
    """Run Python in the copy: there, its packages come before those of this house."""
    done = subprocess.run(
        [sys.executable, *arguments], cwd=house, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def write_in(path: Path, before: str, added: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1, path
    path.write_text(text.replace(before, added + before), encoding="utf-8")


MEASURE = """\
        Measure(
            "in_opleiding",
            "Docenten in opleiding",
            "% van de lesuren",
            "Uren van een docent in opleiding, gedeeld door alle aangeboden uren.",
            "het aandeel docenten in opleiding",
            "In opleiding",
            "%",
            picture="Deel van de lesuren door een docent in opleiding, over drie maanden",
            sums=("uur van een docent in opleiding", "aangeboden uur"),
            numerator="in_training",
        ),
"""
CASES = """\

from openpyxl import load_workbook

from app.cli import main
from quality.cards import operations, queries as cards
from quality.cards.forms import values_of, with_every_share
from quality.models import ScoringModelVersion
from tests.quality.cards.test_operations import OCT, WHO, deliver


def cells_of(book):
    return [row for page in load_workbook(book) for row in page.iter_rows(values_only=True)]


def test_the_new_criterion_stands_wherever_a_criterion_stands(client, db, tmp_path, capsys):
    client.sign_in("contractmanager")
    page = client.get("/methode/modellen/nieuw/")
    assert "Docenten in opleiding: gewicht" in page.text
    base = with_every_share(cards.model_in_force(OCT))
    form = {k: str(v).replace(".", ",") for k, v in values_of(base).items() if v is not None}
    form |= {"code": "met-opleiding", "valid_from": "2026-10", "reason": "Proef"}
    form |= {"aggregation": "linear", "weight_in_opleiding": "10", "weight_wachttijd": "20"}
    client.post("/methode/modellen/nieuw/", form | {"stap": "bewaar"}, follow=True)
    version = ScoringModelVersion.get()
    client.sign_out()
    client.sign_in("contractmanager", email="twee@zwolle.nl")
    client.get(f"/methode/modellen/{version.id}/goedkeuren/")
    client.post(f"/methode/modellen/{version.id}/goedkeuren/", follow=True)
    deliver("TA001", minutes_in_training=2880)
    deliver("TA002", minutes_in_training=0)
    deliver("TA003", people=4, minutes_in_training=0)
    operations.compute(OCT, **WHO)
    trees = {c.provider.code: c.result["criteria"]["in_opleiding"] for c in cards.cards_of(OCT)}
    assert [(t["state"], t["points"]) for t in trees.values()][1:] == [
        ("nul", 0.0), ("te_weinig", None)
    ]
    assert trees["TA001"]["points"] > 90 and trees["TA001"]["weight"] == 10
    for address, word in (
        ("/kwaliteit/2026-10/", "Docenten in opleiding"),
        ("/kwaliteit/2026-10/?sorteer=in_opleiding", "Gesorteerd op docenten in opleiding"),
        ("/kwaliteit/2026-10/TA001/B/", "uur van een docent in opleiding, gedeeld door"),
        ("/kwaliteit/2026-10/TA001/B/", "Deel van de lesuren door een docent in opleiding"),
        ("/kwaliteit/2026-10/scores.csv", "Docenten in opleiding: waarde"),
        ("/kwaliteit/2026-10/grafieken/", "In opleiding"),
        ("/methode/", "Docenten in opleiding"),
        ("/aanbieders/TA001/", "Docenten in opleiding"),
        ("/aanbieders/TA001/afspraken/nieuw/", "docenten in opleiding"),
    ):
        page = client.get(address)
        assert word in page.data.decode(), address
    assert main(["score", "2026-10"]) == 0
    assert "In opleiding" in capsys.readouterr().out
    assert main(["report", "2026-10", "--out", str(tmp_path), "--aanbieder", "TA001"]) == 0
    (book,) = tmp_path.rglob("*.xlsx")
    assert any("Docenten in opleiding" in map(str, row) for row in cells_of(book))
"""


def test_a_criterion_is_one_entry(tmp_path: Path) -> None:
    house = house_at(tmp_path)
    entry = "    )\n}\n\nWAITING ="
    write_in(house / "quality/method/criteria.py", entry, MEASURE)
    cases = house / "tests/quality/method/test_in_opleiding.py"
    cases.write_text(CASES, encoding="utf-8")
    run(house, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(cases.relative_to(house)))


RULE = """\
    Rule(
        "F299", "Een maand heeft hoogstens 20 uren KNM.",
        "Er staan {value} uren KNM. Kijk of dat klopt.",
        "De rij telt mee.", WARNING,
        broken_when={"uren_knm": "uren_knm > 1200"},
    ),
"""
CASE = '    (WAITING | {"datum_eerste_les": "01-10-2026"}, "datum_eerste_les", "F404"),\n'
NEW_CASE = '    ({"uren_knm": "20,25"}, "uren_knm", "F299"),\n'
JUST_INSIDE = '    {"uren_knm": "20"},\n'


def test_a_rule_for_deliveries_is_one_entry(tmp_path: Path) -> None:
    house = house_at(tmp_path)
    write_in(house / "providers/feed/check/rules.py", ")  # fmt: skip\n\nWORDS", RULE)
    cases = house / "tests/providers/feed/test_rules.py"
    write_in(cases, CASE, NEW_CASE)
    write_in(cases, "]  # fmt: skip\n\nBAD", JUST_INSIDE)
    document = run(house, "-m", "providers.feed.tell.documentation")
    (house / "docs/feed-format.md").write_text(document, encoding="utf-8")
    for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md"):
        shutil.copy(ROOT / name, house)
    own = "takes_a_good_row or warns or every_row_rule or documented_from_its_own"
    checked = (str(cases.relative_to(house)), "tests/test_docs.py", "-k", own)
    run(house, "-m", "pytest", "-q", "-p", "no:cacheprovider", *checked)
