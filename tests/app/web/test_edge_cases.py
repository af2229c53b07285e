"""An odd provider is right and explained on the page, the command line and in spreadsheets."""

import io
import json
import re
from collections.abc import Callable
from datetime import date

import openpyxl
import pytest

from app.cli import main
from core.accounts import Role
from providers.codes import LearningRoute, MarkStatus, TrackStatus
from providers.models import ContractScope, QualityMark
from quality.cards.operations import compute
from tests.builders import AT, make_contract, make_provider, make_record
from tests.quality.cards.test_operations import OCT, deliver

QUICK = {"registered_on": date(2026, 7, 1), "first_lesson_on": date(2026, 7, 10)}


def everybody_within_the_norm() -> None:
    deliver("TA001", OCT, people=12, **QUICK)


def with_a_queue() -> None:
    here = deliver("TA001", OCT, people=12, **QUICK)
    for _ in range(6):
        make_record(
            month=OCT, provider=here, status=TrackStatus.WAITING, registered_on=date(2026, 8, 1)
        )


def people(count: int) -> Callable[[], None]:
    return lambda: deliver("TA001", OCT, people=count, **QUICK)


def no_feed() -> None:
    contract = make_contract(make_provider("TA001"))
    ContractScope.create(contract=contract, route=LearningRoute.B1)
    deliver("TA002", OCT)


def closed_gate() -> None:
    deliver("TA001", OCT, **QUICK)
    QualityMark.update(status=MarkStatus.SUSPENDED).execute()


def sheet(client, address: str) -> list[tuple[object, ...]]:
    """The first sheet of a workbook, as cells."""
    book = openpyxl.load_workbook(io.BytesIO(client.get(address).data), data_only=True)
    return list(book.worksheets[0].iter_rows(values_only=True))


SHOWN = {
    # What is odd: how it is made, then what the command, the page, the pack and the list say.
    "everybody within the norm": (
        everybody_within_the_norm,
        {"Wachttijd": "100,0 %", "oordeel": "goed"},
        ("12 van 12 trajecten begonnen binnen 28 dagen.", "Nu wacht niemand."),
        {"Wachttijd": 100, "Oordeel": "goed"},
        {"Wachttijd: waarde": 100, "Wachttijd: aantal": 12, "Oordeel": "goed"},
    ),
    "some wait, nobody left out": (
        with_a_queue,
        {"Wachttijd": "66,7 %"},
        (
            "Nu wachten 6, de langste al 91 dagen; 6 langer dan 42 dagen",
            "De anderen: 6 wachten nog, al te lang.",
        ),
        {"Oordeel": "voldoende"},
        {"Wachttijd: aantal": 18},
    ),
    "one learner": (
        people(1),
        {"Wachttijd": "< 5", "score": "–", "oordeel": "geen oordeel"},
        ("Er is geen oordeel: er doen minder dan 5 trajecten mee.",),
        {"Wachttijd": "< 5", "Oordeel": "geen oordeel"},
        {"Wachttijd: waarde": "< 5", "Wachttijd: punten": None, "Score": None},
    ),
    "n = 4": (
        people(4),
        {"Docenten": "< 5", "score": "–", "oordeel": "geen oordeel"},
        ("Er is geen oordeel: er zijn minder dan 5 trajecten met lesuren.",),
        {"Bevoegde docenten": "< 5", "Oordeel": "geen oordeel"},
        {"Bevoegde docenten: aantal": "< 5", "Score": None},
    ),
    "n = 5": (
        people(5),
        {"Wachttijd": "100,0 %", "plaats": "–", "oordeel": "goed"},
        ("indicatief Een van de cijfers rust op minder dan 10 trajecten (",),
        {"Wachttijd": 100, "Oordeel": "goed"},
        {"Wachttijd: aantal": 5, "Plaats van": None},
    ),
    "no feed": (
        no_feed,
        {"Wachttijd": "–", "score": "–", "oordeel": "geen levering (!)"},
        ("Er is geen oordeel: er is geen levering voor deze maand.", "Actieve trajecten–"),
        {"Wachttijd": "ontbreekt", "Oordeel": "geen levering"},
        {"Wachttijd: waarde": None, "Wachttijd: punten": None, "Oordeel": "geen levering"},
    ),
    "closed gate": (
        closed_gate,
        {"Wachttijd": "100,0 %", "score": "71,7", "oordeel": "onvoldoende (!)"},
        ("De toegangseis is niet gehaald: het keurmerk is geschorst. Daarom is het oordeel",),
        {"Blik op Werk": "geschorst", "Oordeel": "onvoldoende"},
        {"Toegangseis": "het keurmerk is geschorst", "Oordeel": "onvoldoende"},
    ),
}


def on_the_command_line(capsys) -> dict[str, str]:
    main(["score", "2026-10", "--aanbieder", "TA001"])
    lines = capsys.readouterr().out.replace("\N{NO-BREAK SPACE}", " ").splitlines()
    header = next(line for line in lines if line.startswith("aanbieder"))
    row = next(line for line in lines if line.startswith("TA001"))

    def cells(line: str) -> list[str]:
        return [cell.strip() for cell in re.split(r"\s{2,}", line)]

    return dict(zip(cells(header), cells(row), strict=True))


@pytest.mark.parametrize("what", SHOWN)
def test_an_odd_provider_is_right_and_explained_everywhere(db, client, capsys, what) -> None:
    build, message, sentences, calculated, listed = SHOWN[what]
    build()
    compute(OCT, by="x", at=AT)
    assert on_the_command_line(capsys).items() >= message.items()
    client.sign_in(Role.CONTRACT_MANAGER)
    page = client.get("/kwaliteit/2026-10/TA001/B/")
    for sentence in sentences:
        assert sentence in page.text
    pack = {row[0]: row[1] for row in sheet(client, "/rapportages/2026-10/TA001.xlsx")}
    assert pack.items() >= calculated.items()
    header, *rows = sheet(client, "/kwaliteit/2026-10/scores.xlsx")
    result = next(dict(zip(header, row, strict=True)) for row in rows if row[1] == "TA001")
    assert result.items() >= listed.items()


def test_what_is_not_judged_is_nowhere_a_nought(db, client, capsys) -> None:
    people(4)()
    compute(OCT, by="x", at=AT)
    main(["score", "2026-10", "--json"])
    (tree,) = json.loads(capsys.readouterr().out)["scores"]
    for code in ("wachttijd", "bevoegd", "intensiteit", "avond_weekend"):
        assert tree["criteria"][code]["value"] is tree["criteria"][code]["points"] is None
    client.sign_in(Role.REGION)
    rows = {row[0]: row for row in sheet(client, "/rapportages/2026-10/TA001.xlsx")}
    assert rows["Intensiteit"][4] == "geen oordeel"
    assert rows["Intensiteit"][7] == "er zijn minder dan 5 trajecten met lesuren"
    main(["score", "2026-10"])
    assert "< 5: er doen minder dan 5 trajecten mee" in capsys.readouterr().out
