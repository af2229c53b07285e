"""The plan of the evaluation of 2019, par. 2.2.2 and 3.1.2: every line, on a page and in a file."""

import csv
import io

import openpyxl
import pytest

URL = "/planning/DALFSEN-2019/"
PHASES = [
    ("1", "Oriënteren en verkennen inhoud en samenwerking", "01-10-2019", "30-11-2019"),
    ("2", "Besluitvorming samenwerking", "01-01-2020", "31-01-2020"),
    ("3", "Inkoopstrategie vaststellen", "01-02-2020", "29-02-2020"),
    ("4", "Marktdialoog en voorbereiding", "01-02-2020", "31-05-2020"),
    ("5", "Besluitvorming aanbestedingsstukken", "01-05-2020", "31-05-2020"),
    ("6", "Doorlopen aanbesteding inclusief gunning", "01-06-2020", "30-11-2020"),
]
START = ("7", "Start van de wet en van de dienstverlening", "01-01-2021", "01-01-2021")
PRINCIPLES = [
    ("U1", ("Maatwerk, flexibiliteit en differentiatie: onderwijs dat past bij het niveau en "
      "aansluit bij het taalgebruik in de praktijk en op de werkvloer"), "les_sluit_aan"),
    ("U2", "Korte wachttijden na aanmelding", "wachttijd"),
    ("U3", "Gecertificeerde professionele docenten gedurende het formele lesaanbod", "bevoegd"),
    ("U4", "Erkende lesmethodes passend bij de doelgroep", "lesmethode"),
    ("U5", "De intensiteit van het traject", "intensiteit"),
    ("U6", ("Avond- en/of weekendonderwijs, met oog voor de bereikbaarheid (bijvoorbeeld vanuit "
      "Lemelerveld)"), "avond_weekend"),
    ("U7", "Input van statushouders bij het programma van eisen", ""),
]  # fmt: skip
NAMES = {
    "les_sluit_aan": "Les sluit aan", "wachttijd": "Wachttijd", "bevoegd": "Bevoegde docenten",
    "lesmethode": "Lesmethode", "intensiteit": "Intensiteit", "avond_weekend": "Avond en weekend",
}  # fmt: skip
SOURCE = "Evaluatie 'Thuis in Dalfsen' (2019), paragraaf 3.1.2"


@pytest.fixture
def dalfsen(client, db, demo):
    client.sign_in("gemeente", municipalities=["0148"])
    return client


def as_csv(page) -> list[list[str]]:
    text = page.data.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))[1:]


def as_xlsx(page) -> list[list[str]]:
    rows = openpyxl.load_workbook(io.BytesIO(page.data)).active.iter_rows(min_row=2)
    return [
        [f"{c.value:%d-%m-%Y}" if c.is_date else str(c.value or "") for c in row] for row in rows
    ]


def test_the_first_version_has_the_six_phases_and_the_start(dalfsen):
    version = f"{URL}planversies/1/"
    rows = [row[:3] for row in dalfsen.get(version).rows()]
    assert rows == [[f"{code} {title}", *days] for code, title, *days in [*PHASES, START]]
    for kind, read in (("csv", as_csv), ("xlsx", as_xlsx)):
        lines = read(dalfsen.get(f"{version.rstrip('/')}.{kind}"))
        assert [tuple(line[:4]) for line in lines] == [*PHASES, START]


def test_the_two_postponements_are_versions_that_can_be_compared(dalfsen):
    said = [dalfsen.get(f"{URL}planversies/{number}/").text for number in (1, 2, 3)]
    for text, start in zip(said, ("01-01-2021", "01-07-2021", "01-01-2022"), strict=True):
        assert f"Streefdatum in deze versie: {start}." in text
    page = dalfsen.get(f"{URL}planversies/1/?met=3")
    assert "2 van 7 mijlpalen hebben een andere einddatum in planversie 3" in page.text
    differences = ["gelijk"] * 5 + ["365 dagen later"] * 2
    assert [row[4] for row in page.rows()] == differences
    file = as_csv(dalfsen.get(f"{URL}planversies/1.csv?met=3"))
    assert [row[4:] for row in file[5:]] == [
        ["30-11-2021", "365 dagen later"], ["01-01-2022", "365 dagen later"],
    ]  # fmt: skip


def test_the_principles_are_requirements_with_their_source_and_what_measures_them(dalfsen):
    page = dalfsen.get(f"{URL}eisen/")
    rows = [row for row in page.rows(page.html.count("<table") - 1) if row[1] == "eis"]
    displayed = [(row[0], row[2], row[6].strip("–")) for row in rows if row[3] == SOURCE]
    # A page names a criterium as people do; a file has the name that the system reads.
    assert displayed == [(code, text, NAMES.get(end, end)) for code, text, end in PRINCIPLES]
    for kind, read in (("csv", as_csv), ("xlsx", as_xlsx)):
        lines = [line for line in read(dalfsen.get(f"{URL}eisen/{kind}/")) if line[0] == "eis"]
        assert [(line[1], line[2], line[5]) for line in lines if line[3] == SOURCE] == PRINCIPLES
