"""Files as a secretary of a school makes them: each gets an answer that mends it in one round."""

import io
import sys
import tempfile
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from providers.feed.tell.receipt import lines
from providers.feed.tell.standalone import check_file
from tests.providers.feed.books import Shown, table, xlsx
from tests.providers.feed.lines import csv, row, text
from tests.providers.feed.test_rules import ENDED

TODAY = date(2026, 11, 23)


def comma_file_with_bare_decimals() -> bytes:
    return text([row(uren_gevolgd="40,5"), row(trajectnummer="T-2")], separator=",").encode()


def book(change: Callable[[Any, Any], None], *rows: dict[str, str]) -> bytes:
    made = openpyxl.Workbook()
    page = made.active
    page.title = "Groep 1"
    for cells in table(*(rows or (row(), row(trajectnummer="T-2")))):
        page.append(cells)
    change(made, page)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def word_document() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
        packed.writestr(
            "_rels/.rels",
            f'<Relationships><Relationship Id="r" Type="{kind}" Target="word/document.xml"/>'
            "</Relationships>",
        )
        packed.writestr("word/document.xml", "<document/>")
    return file.getvalue()


def put(column: str, line: int, value: object, number_format: str = "") -> Callable[..., None]:
    def change(_made: Any, page: Any) -> None:
        names = [cell.value for cell in page[1]]
        cell = page.cell(line, names.index(column) + 1)
        cell.value = value
        if number_format:
            cell.number_format = number_format

    return change


def second_sheet(made: Any, _page: Any) -> None:
    other = made.create_sheet("Groep 2")
    for cells in table(row(trajectnummer="T-3"))[1:] * 2:
        other.append(cells)


def merged(made: Any, page: Any) -> None:
    put("leerroute", 2, "B")(made, page)
    names = [cell.value for cell in page[1]]
    letter = openpyxl.utils.get_column_letter(names.index("leerroute") + 1)
    page.merge_cells(f"{letter}2:{letter}3")


WITHOUT_ROUTE = csv(row()).replace(b"leerroute", b"Leerroute traject")
TOTAL = dict.fromkeys(row(), "") | {"trajectnummer": "Totaal groep 3", "uren_gevolgd": "81"}
SUM = {name: "100" if name.startswith("uren_") else "" for name in row()}
SENT: dict[str, tuple[bytes, str]] = {
    # taken as it is plainly meant
    "nvt in een lege cel": (
        csv(row(reden_einde="nvt", datum_einde="–", groep="-")), "1 aangenomen",
    ),
    "36 uur en 1:30": (
        csv(row(uren_gevolgd="36u", uren_geoorloofd_verzuim="10,5 uur",
                uren_ongeoorloofd_verzuim="1:30")), "1 aangenomen",
    ),
    "gemeente bij haar naam": (csv(row(gemeentecode="Gemeente Zwolle")), "1 aangenomen"),
    "woonplaatscode erbij": (
        csv(row() | {"Woonplaatscode": "1234"}), "Onbekende kolommen, niet gelezen: Woonplaats",
    ),
    "totaalrij": (csv(row(), TOTAL), "Overgeslagen: totaalrij 3: Totaal groep 3 81."),
    "nummer met voorloopnullen": (book(put("trajectnummer", 2, 100, "000000")), "2 aangenomen"),
    "CSV (MS-DOS)": (text([row(groep="Café één")]).encode("cp850"), "tekenset MS-DOS (850)"),
    "dezelfde rij twee keer": (csv(row(), row()), "1 aangenomen, 1 ongewijzigd"),
    "datums met de dag erbij": (
        csv(row(datum_aanmelding="di 1 sept. 2026", datum_eerste_les="15e sep 2026")),
        "1 aangenomen",
    ),
    "40 u 30 min": (csv(row(uren_gevolgd="40 u 30 min")), "1 aangenomen"),
    "gemeente uit onze eigen lijst": (csv(row(gemeentecode="0193 (Zwolle)")), "1 aangenomen"),
    "sterretje bij verplichte kolommen": (
        csv(row()).replace(b"uren_gevolgd;", b"Uren gevolgd *;"), "1 aangenomen",
    ),
    # asked, with one thing to do
    "idem": (csv(row(), row(trajectnummer="T-2", leerroute="idem")), "in elke rij de waarde zelf"),
    "herhalingsteken in een groep": (
        xlsx(table(row(groep="A"), row(trajectnummer="T-2", groep="\u3003"))),
        "kolom groep. Er staat \u3003",
    ),
    "rij per week": (
        csv(*(row() | {"Lesweek": str(week)} for week in (40, 41))),
        "Is dit een cursist in twee groepen, of een rij per week? Tel de uren dan op",
    ),
    "kolom per maand": (
        csv(row()).replace(b"uren_gevolgd;", b"uren gevolgd sep;uren gevolgd okt;"),
        "Maak dan een rij per cursist per maand",
    ),
    "twee groepen naast elkaar": (
        xlsx([[*cells, "", *cells] for cells in table(row())]), "Zet ze dan onder elkaar",
    ),
    "gekantelde tabel": (
        xlsx(list(zip(*table(*(row(trajectnummer=f"T-{n}") for n in range(3))), strict=True))),
        "Transponeren",
    ),
    "totaalrij met het aantal": (
        csv(row(), SUM | {"rapportagemaand": "Totaal", "trajectnummer": "6"}),
        "Laat trajectnummer dan leeg en zet er Totaal bij",
    ),
    "40:30 als tijd van de dag": (
        book(put("uren_gevolgd", 2, 40.5 / 24, "hh:mm")), '"16:30 of 40:30". Geef de cel',
    ),
    "gemeente en code spreken elkaar tegen": (
        csv(row(gemeentecode="0148 (Zwolle)")), "0148 is Dalfsen, en Zwolle is 0193",
    ),
    "andere woorden voor de status": (
        csv(row(status="loopt"), row(trajectnummer="T-2", status="in les")),
        'Er staat "loopt". Ook: "in les".',
    ),
    "kommabestand met 40,5": (comma_file_with_bare_decimals(), "de komma van 12,5"),
    "Word-document": (word_document(), "Dit is een Word-document. Kopieer de tabel"),
    "bijna lege rij": (csv(row(), {"trajectnummer": "T-2"}), "Deze rij is bijna leeg."),
    "kolom met een andere naam": (
        WITHOUT_ROUTE, 'leerroute (is dat jullie kolom "Leerroute traject"?)',
    ),
    "cursist in twee groepen": (csv(row(groep="A"), row(groep="B")), "Tel de uren dan op"),
    "jaar van twee cijfers": (
        csv(row(datum_aanmelding="01-09-26")), "Schrijf het jaar met vier cijfers",
    ),
    "afgerond zonder reden": (csv(row(**(ENDED | {"reden_einde": ""}))), "Vul de reden van het"),
    "fout van LibreOffice": (csv(row(groep="Err:508")), "foutmelding van het rekenblad: Err:508"),
    "formule zonder uitkomst": (book(put("uren_gevolgd", 2, "=40+0.5")), "Open het bestand in Ex"),
    "samengevoegde cellen": (book(merged), "Splits de cellen en vul elke cel in."),
    "tweede blad zonder kop": (book(second_sheet), 'Blad "Groep 2" is niet gelezen: 2 rijen'),
    "nummer dat een datum werd": (
        book(put("trajectnummer", 2, date(2026, 3, 1))), "Een rekenblad heeft hier een datum",
    ),
    "nummer met .0": (csv(row(trajectnummer="260102.0")), "Is 260102 bedoeld?"),
    "uren als procent": (
        xlsx(table(row() | {"uren_gevolgd": Shown(0.84)})), '"84%". Geef de cel in het',
    ),
    "BSN als nummer": (csv(row(trajectnummer="111222333")), "burgerservicenummer"),
}  # fmt: skip


@pytest.mark.parametrize("name", SENT)
def test_the_answer_says_what_to_do(tmp_path: Path, name: str) -> None:
    content, answer = SENT[name]
    path = tmp_path / ("x.xlsx" if content.startswith(b"PK") else "x.csv")
    path.write_bytes(content)
    outcome = check_file(path, today=TODAY)
    receipt = "\n".join(lines(outcome))
    assert answer in receipt
    # One thing is the matter, and it is told once.
    assert len({(problem.row, problem.code) for problem in outcome.problems}) <= 2, receipt


def summed(**values: str) -> dict[str, str]:
    """One row for two, with the hours of both."""
    good = row()
    hours = {name: good[name] for name in good if name.startswith("uren_")}
    doubled = {
        name: f"{2 * float(value.replace(',', '.')):g}".replace(".", ",")
        for name, value in hours.items()
    }
    return row(**doubled, **values)


def headed(made: Any, _page: Any) -> None:
    other = made.create_sheet("Groep 2")
    for cells in table(row(trajectnummer="T-3"), row(trajectnummer="T-4")):
        other.append(cells)


def nothing(_made: Any, _page: Any) -> None:
    """Leave the workbook as it is."""


MENDED: dict[str, bytes] = {
    "idem": csv(row(), row(trajectnummer="T-2", leerroute="B")),
    "herhalingsteken in een groep": xlsx(
        table(row(groep="A"), row(trajectnummer="T-2", groep="A"))
    ),
    "rij per week": csv(summed()),
    "kolom per maand": csv(row(rapportagemaand="2026-09"), row()),
    "twee groepen naast elkaar": xlsx(table(row(), row(trajectnummer="T-2"))),
    "gekantelde tabel": xlsx(table(*(row(trajectnummer=f"T-{n}") for n in range(3)))),
    "totaalrij met het aantal": csv(
        row(), SUM | {"rapportagemaand": "Totaal", "trajectnummer": ""}
    ),
    "40:30 als tijd van de dag": book(put("uren_gevolgd", 2, 40.5, "0.00")),
    "gemeente en code spreken elkaar tegen": csv(row(gemeentecode="0148")),
    "andere woorden voor de status": csv(row(), row(trajectnummer="T-2")),
    "kommabestand met 40,5": csv(row(), row(trajectnummer="T-2")),
    "Word-document": book(nothing),
    "bijna lege rij": csv(row()),
    "kolom met een andere naam": csv(row()),
    "cursist in twee groepen": csv(summed(groep="A")),
    "jaar van twee cijfers": csv(row(datum_aanmelding="01-09-2026")),
    "afgerond zonder reden": csv(row(**ENDED)),
    "fout van LibreOffice": csv(row(groep="8")),
    "formule zonder uitkomst": book(put("uren_gevolgd", 2, 40.5)),
    "samengevoegde cellen": book(nothing),
    "tweede blad zonder kop": book(headed),
    "nummer dat een datum werd": book(put("trajectnummer", 2, "3-1", "@")),
    "nummer met .0": csv(row(trajectnummer="260102")),
    "uren als procent": book(put("uren_gevolgd", 2, 40.5, "0.00")),
    "BSN als nummer": csv(row(trajectnummer="A-1")),
}
"""The same files after doing to the letter what the answer says."""


@pytest.mark.parametrize("name", MENDED)
def test_one_round_mends_it(tmp_path: Path, name: str) -> None:
    content = MENDED[name]
    path = tmp_path / ("x.xlsx" if content.startswith(b"PK") else "x.csv")
    path.write_bytes(content)
    outcome = check_file(path, today=TODAY)
    receipt = "\n".join(lines(outcome))
    assert outcome.problems == [], receipt
    assert outcome.counts.rejected == 0 < outcome.counts.accepted, receipt


def test_every_question_has_its_mended_file() -> None:
    asked = list(SENT)[list(SENT).index("idem") :]
    assert list(MENDED) == asked


if __name__ == "__main__":  # prints each file and its answer, on a line each
    with tempfile.TemporaryDirectory() as name:
        for title, (sent, _) in SENT.items():
            file = Path(name) / ("x.xlsx" if sent.startswith(b"PK") else "x.csv")
            file.write_bytes(sent)
            receipt = "".join(lines(check_file(file, today=TODAY))).split("  ")[1:]
            said = [line for line in receipt if not line.startswith(("Maanden", "Gelezen als"))]
            sys.stdout.write(f"{title} -> {' '.join(said)}\n")
