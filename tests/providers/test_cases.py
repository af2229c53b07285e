"""Small files that went wrong elsewhere, and what is right: ``tests/data/cases``."""

import json
from datetime import date
from pathlib import Path

import pytest

from app.cli import main
from providers.models import Contract, Provider
from tests.builders import make_contract

CASES = Path(__file__).parent.parent / "data" / "cases"


def check(capsys, name: str) -> dict:
    main(["feed", "check", str(CASES / name), "--json"])
    return json.loads(capsys.readouterr().out)["deliveries"][0]


@pytest.mark.parametrize(
    ("name", "place", "stored"),
    [
        (
            "f10_merged_contract_number.xlsx",
            "blad contracten, rij 3, kolom contractnummer",
            ["C-1"],
        ),
        ("f10_name_error.xlsx", "blad aanbieders, rij 2, kolom naam", []),
        ("f10_name_formula.xlsx", "blad aanbieders, rij 2, kolom naam", []),
    ],
)
def test_a_cell_without_a_value_never_becomes_a_name_or_a_number(db, capsys, name, place, stored):
    assert main(["provider", "import", str(CASES / name)]) == 1
    assert f"{place} (R112):" in capsys.readouterr().out
    assert [contract.number for contract in Contract.select()] == stored
    assert not [p.name for p in Provider.select() if p.name.startswith("#")]


@pytest.mark.parametrize(
    ("name", "encoding"), [("f16_ms_dos.csv", "MS-DOS (850)"), ("f16_macintosh.csv", "Macintosh")]
)
def test_csv_in_the_other_encodings_of_excel_is_recognised(capsys, name, encoding):
    main(["feed", "check", str(CASES / name)])
    out = capsys.readouterr().out
    assert f"tekenset {encoding}" in out
    assert "1 rij gelezen: 1 aangenomen" in out


def test_rows_of_formulas_without_result_are_counted_and_named(capsys):
    every = check(capsys, "h1_all_formulas.xlsx")
    assert (every["rows"], every["rejected"]) == (8, 8)
    assert [p["row"] for p in every["problems"] if p["code"] == "F014"] == list(range(2, 10))
    # The values are on a hidden sheet, which is told.
    assert [(p["sheet"], p["code"]) for p in every["problems"] if p["row"] is None] == [
        ("Bron", "F017")
    ]
    two = check(capsys, "h1_two_rows_formulas.xlsx")
    assert (two["rows"], two["rejected"]) == (8, 2)
    assert len([p for p in two["problems"] if p["code"] == "F014"]) == 2


def test_constant_months_of_a_school_with_a_strange_sign_give_no_word_of_change(
    app, db, tmp_path, monkeypatch, capsys
):
    """Nine months of 3 of 39 hours in the evening, by a school whose name no font has."""
    monkeypatch.setenv("TAALINKOOP_DATA_DIR", str(tmp_path))
    assert main(["provider", "import", str(CASES / "f02_providers_emoji.csv"),
                 "--kind", "aanbieders"]) == 0  # fmt: skip
    make_contract(Provider.get(Provider.code == "TA002"), valid_from=date(2025, 1, 1))
    files = sorted(map(str, CASES.glob("f12_constant_*.csv")))
    assert main(["feed", "import", *files, "--aanbieder", "TA002"]) in (0, 1)
    capsys.readouterr()
    main(["score", "2026-09", "--aanbieder", "TA002", "--json"])
    (card,) = json.loads(capsys.readouterr().out)["scores"]
    for criterion in card["criteria"].values():
        assert criterion.get("change") is None
        lowest, highest = criterion.get("interval") or (0, 100)
        assert 0 <= lowest <= highest <= 100
    assert card["criteria"]["avond_weekend"]["value"] == pytest.approx(100 * 3 / 39)
    assert main(["charts", "2026-09", "--out", str(tmp_path / "out"), "--aanbieder", "TA002"]) == 0
    drawn = [path.read_text(encoding="utf-8") for path in (tmp_path / "out").rglob("*.svg")]
    assert drawn
    assert not [text for text in drawn if "sinds" in text]
    assert main(["report", "2026-09", "--out", str(tmp_path / "pack"), "--aanbieder", "TA002"]) == 0
    assert {path.suffix for path in (tmp_path / "pack").rglob("*.*")} >= {".pdf", ".xlsx"}
