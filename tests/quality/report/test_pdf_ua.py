"""The files of the pack: sound for who cannot see them, and as long as they should be."""

import io

import pikepdf
import pytest

from core.charts.pictures import Chart
from core.db import database
from providers.codes import LearningRoute
from providers.models import Provider
from quality.agreements.models import Agreement
from quality.cards import operations
from quality.report.blocks import Picture, Report, Section, Table, Text
from quality.report.packs import REGION, packs
from quality.report.pdf import pdf
from tests.many_cards import earlier_months, other_providers
from tests.pdf_ua import faults
from tests.quality.cards.test_operations import OCT, WHO, deliver
from tests.quality.report.test_packs import ALL, AT, TODAY, text_of

pytestmark = pytest.mark.sqlite_first


def pdf_of(code: str) -> bytes:
    (pack,) = packs(OCT, ALL, today=TODAY, codes=[code])
    return pack.make("pdf", at=AT)


def pages_of(content: bytes) -> int:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return len(pdf.pages)


def judge():
    """Three providers, of which one with few learners, in one month."""
    deliver("TA001")
    deliver("TA002", people=4)
    deliver("TA003", minutes_certified=0)
    operations.compute(OCT, **WHO)


@pytest.fixture(scope="module")
def small_region(file_db):
    """The reports over two years of those three."""
    with database.atomic() as attempt:
        judge()
        earlier_months(OCT, 24)
        reports = {code: pdf_of(code) for code in (REGION, "TA001", "TA002")}
        attempt.rollback()
    return reports


@pytest.mark.parametrize("code", [REGION, "TA001", "TA002"])
def test_a_report_passes_pdf_ua(small_region, code):
    assert faults(small_region[code]) == []


def _without_language(pdf):
    del pdf.Root.Lang


def _without_title(pdf):
    pdf.Root.ViewerPreferences.DisplayDocTitle = False


def _untagged(pdf):
    page = pdf.pages[0]
    page.Contents = pdf.make_stream(page.Contents.read_bytes() + b"\n0 0 9 9 re f")


def _all_of_a_kind(pdf, name):
    return [one for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and name in one]


def _without_text_for_a_picture(pdf):
    for one in _all_of_a_kind(pdf, "/Alt"):
        del one["/Alt"]


def _with_a_skipped_heading(pdf):
    for one in _all_of_a_kind(pdf, "/S"):
        if one.S == "/H2":
            one.S = pikepdf.Name("/H4")


def _without_headings_of_rows(pdf):
    for one in _all_of_a_kind(pdf, "/S"):
        if one.S == "/TH":
            one.S = pikepdf.Name("/TD")


def _without_fonts(pdf):
    for one in _all_of_a_kind(pdf, "/FontDescriptor"):
        for name in [key for key in list(one.FontDescriptor) if key.startswith("/FontFile")]:
            del one.FontDescriptor[name]


def _without_letters(pdf):
    for one in _all_of_a_kind(pdf, "/ToUnicode"):
        del one["/ToUnicode"]


def _forgotten_in_the_tree(pdf):
    pdf.Root.StructTreeRoot.K[0].K = pikepdf.Array(list(pdf.Root.StructTreeRoot.K[0].K)[1:])


@pytest.mark.parametrize(
    ("harm", "number"),
    [
        (_without_language, "11-006"),
        (_without_title, "07-001"),
        (_untagged, "01-005"),
        (_without_text_for_a_picture, "13-004"),
        (_with_a_skipped_heading, "14-003"),
        (_without_headings_of_rows, "15-000"),
        (_without_fonts, "31-009"),
        (_without_letters, "31-027"),
        (_forgotten_in_the_tree, "01-005"),
    ],
)
def test_the_check_finds_what_is_wrong(small_region, harm, number):
    harmed = io.BytesIO()
    with pikepdf.open(io.BytesIO(small_region["TA001"])) as pdf:
        harm(pdf)
        pdf.save(harmed)
    assert {fault[:6] for fault in faults(harmed.getvalue())} >= {number}


def test_the_region_reads_in_order(small_region, tmp_path):
    text = text_of(small_region[REGION], tmp_path)
    parts = [
        "De regio",
        "gemaakt op",
        "Kwaliteit in oktober 2026",
        "Oordeel per aanbieder",
        "Oordelen op naam, niet op volgorde van score",
        "Wat er veranderde",
        "De maand in beeld",
        "Het verloop",
        "Verschillen tussen aanbieders",
        "Signalen",
        "Afspraken",
        "Leveringen",
        "Methode",
    ]
    places = [text.find(part) for part in parts]
    assert -1 not in places, parts[places.index(-1)]
    assert places == sorted(places)


@pytest.fixture
def large_region(file_db, db):
    """A hundred and fifty providers with agreements, names short and long."""
    judge()
    other_providers(OCT, 147)
    earlier_months(OCT, 2)
    for number, provider in enumerate(Provider.select()):
        Agreement.create(
            provider=provider, kind="agreement", text="Meer bevoegde docenten in de klas. " * 3,
            agreed_on=OCT, due_on=TODAY, route=LearningRoute.B1, criterion="bevoegd",
            threshold=80.0 + number % 5, created_by="a@b.nl", created_at=AT,
        )  # fmt: skip


def test_a_provider_has_two_to_four_pages_and_a_small_region_six_to_ten(small_region):
    assert 2 <= pages_of(small_region["TA001"]) <= 4
    assert pages_of(small_region[REGION]) <= 10


def test_a_large_region_has_six_to_ten_pages_and_says_whom_it_shows(large_region, tmp_path):
    content = pdf_of(REGION)
    assert faults(content) == []
    assert 6 <= pages_of(content) <= 10
    text = text_of(content, tmp_path)
    assert "toont dit rapport de 24 aanbieders die het eerst aandacht vragen" in text
    assert "En nog 138 andere." in text


def test_a_name_with_signs_that_the_font_lacks_or_without_a_break_can_be_set(tmp_path):
    name = "Taalwerk 🎓 漢字 " + "x" * 120
    chart = Chart(
        "proef", name, "Aantal", name, ("Naam",), ((name,),), lambda canvas, _: canvas.sheet(), None
    )
    blocks = (Text(name), Table(name, ("Naam", "Aantal"), ((name, "3"),)), Picture(chart))
    report = Report(name, name, name, ((name, name),), (Section(name, blocks),))
    content = pdf(report, at=AT)
    assert faults(content) == []
    assert "Taalwerk □ □□" in text_of(content, tmp_path)
