"""The pack of a small region: what the files say, in which order, and what they hide."""

import io
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime

import openpyxl
import pytest

from core import municipalities
from core.accounts import Account, Role
from core.audit import AuditLine
from core.charts import pictures
from core.dates import now, today
from core.jobs.runner import do_next
from providers.codes import LearningRoute
from providers.models import CourseTrack, Provider
from quality.agreements.models import Agreement, Complaint
from quality.cards import operations
from quality.models import Reaction, ScoreCard, Signal
from quality.report.blocks import Bullets, Text
from quality.report.content import AgreementLine
from quality.report.packs import Shelf, packs
from tests.builders import make_provider
from tests.quality.cards.test_operations import OCT, SEP, WHO, deliver

pytestmark = pytest.mark.sqlite_first

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
TODAY = date(2026, 11, 23)
ALL = Provider.select(Provider.id)


@pytest.fixture(scope="module")
def judged(file_db):
    """Three providers: a sound one, one with four learners, one that fell through its teachers."""
    for month in (SEP, OCT):
        deliver("TA001", month)
        deliver("TA002", month, people=4)
        deliver("TA003", month, minutes_certified=0 if month == OCT else 2400)
        operations.compute(month, **WHO)
    Provider.update(name="Taalhuis IJssel").where(Provider.code == "TA003").execute()


@pytest.fixture
def region(judged, db):
    """Forgets what a test does to it."""


def pack_of(code, **more):
    (result,) = packs(OCT, ALL, today=TODAY, codes=[code], **more)
    return result


def text_of(pdf: bytes, tmp_path) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    path = tmp_path / "rapport.pdf"
    path.write_bytes(pdf)
    # In the order of the file, which is that in which it is read out.
    command = ["pdftotext", "-raw", str(path), "-"]
    result = subprocess.run(command, capture_output=True, check=True, text=True)
    return " ".join(result.stdout.split())


def test_the_report_reads_in_order(region, tmp_path):
    text = text_of(pack_of("TA003").make("pdf", at=AT), tmp_path)
    parts = [
        "Taalhuis IJssel (TA003)",
        "Kwaliteit in oktober 2026",
        "Het oordeel",
        "B1-route: voldoende. De score is",
        "Zo is de score berekend:",
        "Wat er veranderde",
        "B1-route: zakte naar voldoende, door het aandeel bevoegde docenten.",
        "Het verloop",
        "Afspraken",
        "Er zijn geen lopende afspraken.",
        "De aanbieder heeft niet gereageerd.",
        "Leveringen van mei 2026 tot en met oktober 2026",
        "Methode",
        "rekenmodel basis-2027, op peildatum 31-10-2026",
    ]
    places = [text.find(part) for part in parts]
    assert -1 not in places, parts[places.index(-1)]
    assert places == sorted(places)


def test_the_pdf_is_tagged_and_pictures_have_a_text(region, tmp_path):
    if shutil.which("pdfinfo") is None:
        pytest.skip("pdfinfo (poppler-utils) is not installed")
    path = tmp_path / "rapport.pdf"
    path.write_bytes(pack_of("TA001").make("pdf", at=AT))
    facts = subprocess.run(["pdfinfo", str(path)], capture_output=True, check=True, text=True)
    tags = subprocess.run(
        ["pdfinfo", "-struct", str(path)], capture_output=True, check=True, text=True
    ).stdout
    assert re.search(r"Tagged:\s+yes", facts.stdout)
    assert "Kwaliteit in oktober 2026, Taalschool TA001" in facts.stdout
    assert tags.count("H1") == 1
    assert tags.index("H1") < tags.index("H2") < tags.index("Figure")
    assert "TH" in tags
    raw = path.read_bytes()
    assert b"pdfuaid" in raw


def test_nothing_special_is_said_when_so(region, tmp_path):
    report = pack_of("TA001").report
    (section,) = [s for s in report.sections if s.heading == "Wat er veranderde"]
    assert section.blocks == (Text("Niets bijzonders."),)


def test_small_numbers_are_hidden_in_the_whole_pack(region, tmp_path):
    reports = packs(OCT, ALL, today=TODAY)
    small = next(pack for pack in reports if pack.code == "TA002")
    text = text_of(small.make("pdf", at=AT), tmp_path)
    assert "geen oordeel" in text
    assert "< 5" in text
    sheet = openpyxl.load_workbook(io.BytesIO(small.make("xlsx", at=AT)))["Score"]
    values = {cell.value for row in sheet.iter_rows() for cell in row}
    assert 4 not in values
    assert "< 5" in values
    for pack in reports:
        for chart in pack.report.charts:
            cells = [cell for row in chart.rows for cell in row]
            of_small = [row for row in chart.rows if row and row[0] == small.material.name]
            assert "4" not in cells
            assert not [row for row in of_small if any(c in ("4", "100,0 %") for c in row)]


def test_the_region_has_everyone_by_name_and_who_fell(region, tmp_path):
    reports = packs(OCT, ALL, today=TODAY)
    assert [pack.code for pack in reports] == ["regio", "TA003", "TA001", "TA002"]
    text = text_of(reports[0].make("pdf", at=AT), tmp_path)
    assert "Taalhuis IJssel zakte op de B1-route naar voldoende" in text
    assert "Oordelen op naam, niet op volgorde van score" in text


def test_agreements_reactions_and_signals_are_in_it(region, tmp_path):
    provider = Provider.get(Provider.code == "TA003")
    Agreement.create(
        provider=provider,
        kind="agreement",
        text="Twee docenten erbij",
        criterion="bevoegd",
        route=1,
        threshold=80,
        agreed_on=date(2026, 9, 1),
        due_on=date(2026, 12, 1),
        created_by="t",
        created_at=AT,
    )
    Reaction.create(
        provider=provider, route=1, month=OCT, text="Een docent was ziek #let", by="a", at=AT
    )
    pack = pack_of("TA003")
    text = text_of(pack.make("pdf", at=AT), tmp_path)
    assert "Twee docenten erbij 01-12-2026 nog niet gehaald" in text
    assert "B1-route: Een docent was ziek #let" in text


def test_the_report_says_whether_an_agreement_worked(region):
    message = "Sinds de afspraak ging het 5 procentpunt beter dan bij anderen."
    lines = [
        AgreementLine("Taalhuis", text, TODAY, "open", "nog niet gehaald", effect)
        for text, effect in (("Twee docenten erbij", message), ("Later beginnen", ""))
    ]
    pack = pack_of("TA003")
    pack = replace(pack, material=replace(pack.material, agreements=tuple(lines)))
    blocks = [block for section in pack.report.sections for block in section.blocks]
    at = blocks.index(Text("Werkten de afspraken?"))
    assert blocks[at + 1] == Bullets((f"Twee docenten erbij: {message}",))


def test_complaints_are_told_without_small_numbers_as_far_as_one_may_see(region):
    for number, criterion in enumerate(["bevoegd"] * 6 + ["wachttijd", None]):
        Complaint.create(
            provider=Provider.get(code="TA001"), kind="docent", criterion=criterion, summary="x",
            route=LearningRoute.B1, received_on=date(2026, 10, 1),
            municipality="0148" if number == 7 else "0193", created_by="a@b.nl", created_at=AT,
        )  # fmt: skip
    pack = pack_of("TA001")
    (section,) = [s for s in pack.report.sections if s.heading == "Klachten"]
    sheet = openpyxl.load_workbook(io.BytesIO(pack.make("xlsx", at=AT)))["Klachten"]
    lines = [f"{about}. {words}" for about, words in sheet.values]
    assert section.blocks == (Bullets(tuple(lines)),)
    assert [line.partition(".")[0] for line in lines] == [
        "Bevoegde docenten", "Wachttijd", "Zonder criterium",
    ]  # fmt: skip
    assert lines[0].endswith(" docent 6 (6 open).")
    assert not re.search(r" [1-4]\.", "".join(lines))
    gemeente = Account(role=Role.MUNICIPALITY, municipalities=["0148"])
    seen = pack_of("TA001", account=gemeente).material.complaints
    assert [about for about, _ in seen] == ["Zonder criterium"]
    assert "Klachten" not in [s.heading for s in pack_of("regio").report.sections]


def test_where_a_criterion_stands_is_told_while_something_runs(region):
    words = {"text": "Les", "due_on": TODAY, "route": LearningRoute.B1, "threshold": 80.0}
    made = {"agreed_on": OCT, "created_by": "a@b.nl", "created_at": AT}
    for criterion, kind in (("bevoegd", "agreement"), ("intensiteit", "plan")):
        provider = Provider.get(code="TA003")
        Agreement.create(provider=provider, kind=kind, criterion=criterion, **words, **made)
    blocks = pack_of("TA003").report.sections[0].blocks
    assert (
        Text(
            "Met een afspraak of plan: Bevoegde docenten (wijkt af, afspraak loopt), "
            "Intensiteit (onderdeel van plan)."
        )
        in blocks
    )
    gemeente = Account(role=Role.MUNICIPALITY, municipalities=["0148"])
    section = pack_of("TA003", account=gemeente).report.sections[0]
    assert "afspraak" not in repr(section)


def test_a_reader_gets_only_what_the_role_may_read(region):
    gemeente = Account(role=Role.MUNICIPALITY, municipalities=["0148"])
    headings = [s.heading for s in pack_of("TA003", account=gemeente).report.sections]
    assert "Reactie van de aanbieder" not in headings
    assert "Afspraken" not in headings
    whole = [s.heading for s in pack_of("TA003").report.sections]
    assert {"Reactie van de aanbieder", "Afspraken"} <= set(whole)


def test_signals_are_counts_with_small_ones_hidden(region):
    provider = Provider.get(Provider.code == "TA001")
    for n, track in enumerate(CourseTrack.select().where(CourseTrack.provider == provider)):
        for kind in ("verzuim", "stagnatie") if n < 2 else ("verzuim",):
            Signal.create(
                track=track, provider=provider, route=1, municipality=148, kind=kind,
                month=OCT, since=SEP,
            )  # fmt: skip
    count = Signal.select().where(Signal.kind == "verzuim").count()
    report = pack_of("regio").report
    (section,) = [s for s in report.sections if s.heading == "Signalen"]
    assert count >= 5
    assert "2 keer" not in section.blocks[0].text
    assert "minder dan 5 keer geen vooruitgang" in section.blocks[0].text


@pytest.fixture
def shelf(tmp_path):
    pictures.keep_in(tmp_path / "pictures")
    yield Shelf(tmp_path / "reports")
    pictures.keep_in(None)


def test_a_report_is_made_once_until_something_changes(region, shelf):
    first = pack_of("TA001")
    path = shelf.get(first, "pdf", at=AT)
    assert not shelf.has(first, "xlsx")
    assert shelf.has(pack_of("TA001"), "pdf")
    assert shelf.get(pack_of("TA001"), "pdf", at=AT) == path
    Reaction.create(
        provider=Provider.get(Provider.code == "TA001"), route=1, month=OCT, text="x", by="a", at=AT
    )
    assert not shelf.has(pack_of("TA001"), "pdf")


YELLOW = "FFFFF7D6"


def recalculated(content: bytes, tmp_path, **typed: float):
    """Open the workbook in LibreOffice, calculate everything anew, and read the result.

    ``typed`` is what somebody enters in the yellow cell of a criterion, by the first word of it.
    """
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice (soffice) is not installed, so nothing can recalculate the sheet")
    source = tmp_path / "in" / "score.xlsx"
    source.parent.mkdir()
    book = openpyxl.load_workbook(io.BytesIO(content))
    for row in book["Score"].iter_rows():
        if row[1].fill.fgColor.rgb == YELLOW and (word := row[0].value.split()[0]) in typed:
            row[1].value = typed[word]
    book.save(source)  # openpyxl drops the stored results: what is read below is calculated
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless",
         "--convert-to", "xlsx", "--outdir", str(tmp_path / "out"), str(source)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return openpyxl.load_workbook(tmp_path / "out" / "score.xlsx", data_only=True)["Score"]


def scores_in(sheet) -> list[float]:
    return [row[4].value for row in sheet.iter_rows() if row[0].value == "Score"]


def test_libreoffice_recomputes_the_score_from_the_values(region, tmp_path):
    sheet = recalculated(pack_of("TA003").make("xlsx", at=AT), tmp_path)
    card = next(c for c in ScoreCard.select() if c.provider.code == "TA003" and c.month == OCT)
    assert scores_in(sheet) == [pytest.approx(card.score, abs=1e-6)]


def words_in(sheet) -> list[str]:
    return [row[1].value for row in sheet.iter_rows() if row[0].value == "Oordeel"]


def test_a_yellow_cell_that_is_changed_changes_the_word_too(region, tmp_path):
    content = pack_of("TA003").make("xlsx", at=AT)
    stored = openpyxl.load_workbook(io.BytesIO(content), data_only=True)["Score"]
    assert words_in(stored) == ["voldoende"]
    sheet = recalculated(content, tmp_path, Bevoegde=100)
    assert scores_in(sheet)[0] > scores_in(stored)[0]
    assert words_in(sheet) == ["goed"]


def test_the_stored_results_of_the_formulas_are_the_score_itself(region):
    content = pack_of("TA003").make("xlsx", at=AT)
    card = next(c for c in ScoreCard.select() if c.provider.code == "TA003" and c.month == OCT)
    stored = openpyxl.load_workbook(io.BytesIO(content), data_only=True)["Score"]
    live = openpyxl.load_workbook(io.BytesIO(content))["Score"]
    assert scores_in(stored) == [pytest.approx(card.score, abs=1e-9)]
    assert [str(v).startswith("=SUMPRODUCT") for v in scores_in(live)] == [True]


def test_no_scores_no_packs(db):
    make_provider("TA001")
    assert packs(OCT, ALL, today=TODAY) == []


def test_the_page_lists_and_gives_reports_and_writes_down_who_got_which(client, region):
    client.sign_in("contractmanager")
    assert client.get("/rapportages/", status=302).location == "/rapportages/2026-10/"
    page = client.get("/rapportages/2026-10/")
    assert [row[0] for row in page.rows()] == [
        "De regio", "Taalhuis IJssel", "Taalschool TA001", "Taalschool TA002",
    ]  # fmt: skip
    assert "voorproef" in page.text
    given = client.get("/rapportages/2026-10/TA003.pdf")
    assert given.data.startswith(b"%PDF")
    assert client.get("/rapportages/2026-10/regio.xlsx").data.startswith(b"PK")
    lines = AuditLine.select().where(AuditLine.action == "give_report").order_by(AuditLine.id)
    assert [line.thing_id for line in lines] == ["2026-10/TA003", "2026-10/regio"]


def test_the_name_of_the_region_stands_above_pages_and_reports(client, region):
    municipalities.use(None, today, region="Regio Zwolle")
    try:
        client.sign_in("contractmanager")
        page = client.get("/rapportages/2026-10/")
        assert page.with_class("site-region")[0].text == "Regio Zwolle"
        assert page.rows()[0][0] == "Regio Zwolle"
        workbook = client.get("/rapportages/2026-10/regio.xlsx").data
        title = openpyxl.load_workbook(io.BytesIO(workbook)).properties.title
        assert title == "Regio Zwolle, oktober 2026"
    finally:
        municipalities.use(None, today)
    assert not client.get("/rapportages/2026-10/").with_class("site-region")


def test_a_school_gets_its_own_report_only(client, region):
    client.sign_in("aanbieder", provider_code="TA001")
    page = client.get("/rapportages/2026-10/")
    assert [row[0] for row in page.rows()] == ["Taalschool TA001"]
    client.get("/rapportages/2026-10/TA001.pdf")
    client.get("/rapportages/2026-10/TA003.pdf", status=404)
    client.get("/rapportages/2026-10/regio.pdf", status=404)


@pytest.mark.parametrize("address", ["2026-13/", "nu/", "1999-01/", "2026-10/TA999.pdf"])
def test_what_is_not_there_is_not_found(client, region, address):
    client.sign_in("contractmanager")
    client.get(f"/rapportages/{address}", status=404)


def test_the_page_says_what_to_do_without_scores(client, db):
    client.sign_in("contractmanager")
    assert "Zodra een aanbieder een maand heeft geleverd" in client.get("/rapportages/").text


def test_a_large_report_is_made_by_the_queue(client, app, region, monkeypatch, tmp_path):
    monkeypatch.setattr("quality.report.packs.DRAWN_AT_ONCE", 3)
    pictures.keep_in(tmp_path)
    client.sign_in("contractmanager")
    offered = client.get("/rapportages/2026-10/regio.pdf")
    assert "nog niet gemaakt" in offered.text
    job = client.post("/rapportages/2026-10/regio.pdf/maken/", status=302).location
    assert "als volgende aan de beurt" in client.get(job).text
    assert do_next(app.config, worker="proef", clock=now)
    assert b'href="/rapportages/2026-10/regio.pdf"' in client.get(job).data
    assert client.get("/rapportages/2026-10/regio.pdf").data.startswith(b"%PDF")


def test_the_queue_makes_nothing_that_its_reader_may_not_see(client, app, region):
    client.sign_in("aanbieder", provider_code="TA001")
    client.post("/rapportages/2026-10/regio.pdf/maken/", status=404)
    assert not do_next(app.config, worker="proef", clock=now)
