"""The register of processing names every table that holds something about a person."""

from pathlib import Path

from app.settings import read_settings
from app.tasks.copying import models
from app.tasks.processing import ABOUT_NOBODY, PROCESSINGS, document
from tests.app.test_cli import run  # noqa: F401

DOCUMENT = Path(__file__).parents[2] / "docs" / "verwerkingen.md"


def test_every_table_is_under_one_processing_or_about_nobody(db):
    placed = [name for one in PROCESSINGS for name in one.tables]
    assert sorted([*placed, *ABOUT_NOBODY]) == sorted(model.__name__ for model in models())


def test_the_document_is_what_the_command_makes(db, monkeypatch, tmp_path):
    monkeypatch.setenv("TAALINKOOP_DATA_DIR", str(tmp_path))
    made = document(read_settings())
    assert DOCUMENT.read_text(encoding="utf-8") == made, (
        "taalinkoop privacy --out docs/verwerkingen.md"
    )
    assert "uren_gevolgd" in made
    assert "bsn" not in made.casefold()


def test_the_command_tells_the_term_that_is_set(run, tmp_path, monkeypatch):  # noqa: F811
    run("db", "migrate")
    monkeypatch.setenv("TAALINKOOP_KEEP_LEARNERS_MONTHS", "36")
    file = tmp_path / "register.md"
    assert run("privacy", "--out", str(file))[0] == 0
    assert "36 maanden (`TAALINKOOP_KEEP_LEARNERS_MONTHS`)" in file.read_text(encoding="utf-8")
