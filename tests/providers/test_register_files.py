"""Register files as people send them, through the command."""

import json
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from app.cli import main
from core.audit import AuditLine
from providers.models import (
    ClassInspection,
    LessonBreak,
    Location,
    Provider,
    QualityMark,
    TeachingMethod,
    TravelTime,
)
from tests.builders import make_provider


def run(capsys, *arguments: object) -> tuple[int, str, str]:
    status = main(["provider", *map(str, arguments)])
    spoken = capsys.readouterr()
    return status, spoken.out, spoken.err


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "aanbieders.csv").write_bytes(
        "Aanbiedercode;Naam;Plaats\r\nTA1;Café Één;Zwolle\r\n".encode("cp1252")
    )
    (tmp_path / "keurmerken.csv").write_text(
        "aanbiedercode,status,van\nTA1,bepaalde_tijd,2024-01-01\n", encoding="utf-8-sig"
    )
    return tmp_path


def test_several_csv_files_go_by_their_name_and_a_second_run_changes_nothing(
    db, folder, capsys
) -> None:
    files = [folder / "keurmerken.csv", folder / "aanbieders.csv"]
    assert run(capsys, "import", *files) == (
        0,
        (
            "aanbieders: 1 nieuw, 0 gewijzigd, 0 ongewijzigd, 0 niet opgenomen\n"
            "keurmerken: 1 nieuw, 0 gewijzigd, 0 ongewijzigd, 0 niet opgenomen\n"
        ),
        "",
    )
    assert Provider.get().name == "Café Één"
    status, out, _ = run(capsys, "import", *files)
    assert status == 0
    assert out.count("0 nieuw, 0 gewijzigd, 1 ongewijzigd") == 2


def test_a_workbook_has_a_sheet_for_each_part(db, folder, capsys) -> None:
    book = openpyxl.Workbook()
    marks = book.active
    marks.title = "Keurmerken"
    for row in (
        ["Register van de regio"],
        [],
        ["Aanbiedercode", "Status", "Van", "Kleur"],
        ["TA1", "geschorst", date(2024, 3, 1), "rood"],
        ["TA1", "goed", date(2025, 3, 1)],
    ):
        marks.append(row)
    places = book.create_sheet("Locaties")
    places.append(["aanbiedercode", "locatie", "postcode4", "avond-weekend"])
    places.append(["TA1", "Plein", 8011, "ja"])
    book.create_sheet("Toelichting").append(["vrije tekst"])
    book.save(folder / "register.xlsx")

    run(capsys, "import", folder / "aanbieders.csv")
    status, out, _ = run(capsys, "import", folder / "register.xlsx", "--json")
    document = json.loads(out)
    assert status == 1
    assert document["sheets"] == {
        "keurmerken": {"new": 1, "changed": 0, "unchanged": 0, "rejected": 1},
        "locaties": {"new": 1, "changed": 0, "unchanged": 0, "rejected": 0},
    }
    assert document["ignored_columns"] == [{"sheet": "keurmerken", "column": "Kleur"}]
    (problem,) = document["problems"]
    assert (problem["sheet"], problem["row"], problem["column"], problem["value"]) == (
        "keurmerken",
        5,
        "status",
        "goed",
    )
    assert QualityMark.get().valid_from == date(2024, 3, 1)
    assert Location.get().postcode4 == "8011"


def test_a_file_that_does_not_say_what_it_is_asks_for_the_kind(db, folder, capsys) -> None:
    path = folder / "lijst.csv"
    (folder / "aanbieders.csv").rename(path)
    status, _, sentence = run(capsys, "import", path)
    assert status == 2
    assert "Kies welk deel het is (--kind)" in sentence
    assert run(capsys, "import", path, "--kind", "aanbieders")[0] == 0


def test_a_file_with_no_known_column_says_which_are_missing(db, folder, capsys) -> None:
    path = folder / "keurmerken.csv"
    path.write_text("naam van de school;oordeel\nx;y\n", encoding="utf-8")
    status, out, err = run(capsys, "import", path)
    assert status == 2
    assert "is niet als het register te lezen" in err
    assert out == ""


def test_a_file_that_is_not_there_or_not_a_table_is_refused(db, folder, capsys) -> None:
    assert "bestaat niet" in run(capsys, "import", folder / "weg.csv")[2]
    (folder / "locaties.csv").write_bytes(b"%PDF-1.7")
    status, _, sentence = run(capsys, "import", folder / "locaties.csv")
    assert status == 2
    assert "Dit is een PDF." in sentence
    assert Provider.select().count() == 0


def test_the_list_shows_what_holds_today(db, folder, capsys) -> None:
    assert "nog geen aanbieders" in run(capsys, "list")[1]
    run(capsys, "import", folder / "aanbieders.csv", folder / "keurmerken.csv")
    status, out, _ = run(capsys, "list", "--json")
    assert status == 0
    assert json.loads(out)["aanbieders"] == [
        {
            "aanbieder": "TA1",
            "naam": "Café Één",
            "plaats": "Zwolle",
            "keurmerk": "bepaalde_tijd",
            "leerroutes": [],
            "gemeenten": [],
            "contracten": [],
            "laatste_maand": None,
            "laatste_levering": None,
        }
    ]
    assert "TA1        Café Één" in run(capsys, "list")[1]


def test_weeks_without_lessons_and_methods_of_a_provider_or_the_region(db, tmp_path, capsys):
    files = {
        "aanbieders": "aanbiedercode;naam\nTA1;Een\nTA2;Twee\n",
        "lesvrij": "aanbiedercode;van;tot\n;21-12-2026;01-01-2027\nTA1;19-10-2026;23-10-2026\n"
        "TA1;10-05-2027;01-05-2027\n",
        "lesmethoden": "aanbiedercode;lesmethode;erkend\nTA1;De Opmaat;ja\nTA1;Eigen map;\n",
    }
    paths = []
    for name, text in files.items():
        paths.append(tmp_path / f"{name}.csv")
        paths[-1].write_text(text)
    status, out, _ = run(capsys, "import", *paths)
    assert (status, "blad lesvrij, rij 4, kolom tot" in out) == (1, True)
    assert [
        (part.provider and part.provider.code, part.valid_from, part.valid_until)
        for part in LessonBreak.select().order_by(LessonBreak.valid_from)
    ] == [
        ("TA1", date(2026, 10, 19), date(2026, 10, 23)),
        (None, date(2026, 12, 21), date(2027, 1, 1)),
    ]
    methods = TeachingMethod.select().order_by(TeachingMethod.name)
    assert [(m.name, m.recognised) for m in methods] == [
        ("De Opmaat", True), ("Eigen map", None),
    ]  # fmt: skip
    assert "0 nieuw, 0 gewijzigd, 2 ongewijzigd" in run(capsys, "import", *paths)[1]


def test_inspections_and_travel_times(db, tmp_path, capsys):
    make_provider("TA1")
    files = {
        "klasbezoeken": "aanbiedercode;bezocht_op;bevinding;opvolging\nTA1;2-3-2026;Goed;\n",
        "reistijden": (
            "aanbiedercode;locatie;gemeente;kern;minuten\n"
            "TA1;Zwolle;0148;Lemelerveld;58\nTA1;Zwolle;0148,0193;Dalfsen;31\n"
        ),
    }
    paths = []
    for name, text in files.items():
        paths.append(tmp_path / f"{name}.csv")
        paths[-1].write_text(text)
    status, out, _ = run(capsys, "import", *paths)
    assert (status, "blad reistijden, rij 3, kolom gemeente" in out) == (1, True)
    assert ClassInspection.get().held_on == date(2026, 3, 2)
    assert (TravelTime.get().place, TravelTime.get().minutes) == ("Lemelerveld", 58)


def test_a_renamed_sheet_is_told_and_a_key_is_what_a_person_sees(db, tmp_path, capsys) -> None:
    book = openpyxl.Workbook()
    page = book.active
    page.title = "aanbieders"
    for cells in (["aanbiedercode", "naam", "kvk"], [17, "Taalschool", 1234567]):
        page.append(cells)
    page["A2"].number_format, page["C2"].number_format = "000", "00000000"
    marks = book.create_sheet("Keurmerken (oud)")
    marks.append(["aanbiedercode", "status", "van"])
    marks.append(["017", "geschorst", date(2024, 3, 1)])
    book.save(tmp_path / "register.xlsx")
    status, out, _ = run(capsys, "import", tmp_path / "register.xlsx")
    assert (status, "blad Keurmerken (oud) (R003): Dit blad is niet gelezen" in out) == (1, True)
    assert [(p.code, p.chamber_number) for p in Provider.select()] == [("017", "01234567")]


def test_a_mistaken_provider_goes_while_nothing_hangs_on_it(db, folder, capsys):
    run(capsys, "import", folder / "aanbieders.csv", folder / "keurmerken.csv")
    status, _, said = run(capsys, "remove", "TA1")
    assert status == 2
    assert "Hieraan hangt nog: 1 keurmerk." in said
    QualityMark.delete().execute()
    assert run(capsys, "remove", "TA1") == (
        0,
        "Café Één (TA1) is verwijderd. Het logboek bewaart dat.\n",
        "",
    )
    assert not Provider.select().exists()
    assert AuditLine.get(AuditLine.action == "remove").before == {"code": "TA1", "name": "Café Één"}
    assert run(capsys, "remove", "TA1")[0] == 2
    # The next file has it again: nothing of the mistake stands in its way.
    assert run(capsys, "import", folder / "aanbieders.csv")[0] == 0
