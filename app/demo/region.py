"""The demo region: regio Zwolle, with eight invented taalaanbieders, each with its own character.

Every name, number and person here is invented. Months are counted from the last one delivered:
0 is last month, -1 the month before, -23 the first of the two years.
"""

from dataclasses import dataclass, field, replace
from datetime import date

from core.dates import add_months, days, month_end, month_of

MONTHS = 24

# Code, and how many of every hundred learners live there (roughly by inhabitants).
MUNICIPALITIES = {
    "0193": 26,  # Zwolle
    "0160": 12,  # Hardenberg
    "0166": 11,  # Kampen
    "1708": 9,  # Steenwijkerland
    "0119": 7,  # Meppel
    "0177": 6,  # Raalte
    "0148": 6,  # Dalfsen
    "0269": 5,  # Oldebroek
    "1896": 5,  # Zwartewaterland
    "0175": 3,  # Ommen
    "1701": 3,  # Westerveld
    "0180": 3,  # Staphorst
    "0246": 3,  # Heerde
    "1773": 3,  # Olst-Wijhe
    "0244": 2,  # Hattem
}


@dataclass(frozen=True)
class Course:
    """How one provider teaches one route."""

    learners: int
    weekly_hours: float
    group_size: int


@dataclass(frozen=True)
class Character:
    """One invented provider: what it is like, and in which kind of file it delivers."""

    code: str
    name: str
    city: str
    file_format: str
    courses: dict[str, Course]
    cities: tuple[str, ...]
    municipalities: tuple[str, ...] = ()
    waiting_days: tuple[float, float] = (14.0, 6.5)
    slips_from: int | None = None
    certified_share: float = 0.9
    evening_share: float = 0.14
    attendance: float = 0.88
    monthly_dropout: float = 0.009
    months_per_step: float = 6.5
    due_delay: tuple[int, int] = (-6, -1)
    teachers: int = 9
    uncertified_teachers: int = 1
    tst_years: int | None = None
    marks: tuple[tuple[str, int, int | None, int], ...] = field(
        default=(("onbepaalde_tijd", -40, None, 25),)
    )
    """Status, first month, last month, and how many days ago it was last checked."""
    promised: dict[str, str] = field(default_factory=lambda: {"B": "12", "O": "20", "Z": "10"})
    """Lesson hours a week that the contract promises per route; nothing where it is silent."""
    format_before: str = ""
    """In what it delivered until a year ago, when it got a system that makes workbooks."""

    def in_month(self, back: int) -> "Character":
        """The same with the kind of file that it had so many months (negative) ago."""
        if self.format_before and back <= -MONTHS // 2:
            return replace(self, file_format=self.format_before)
        return self


CHARACTERS = (
    Character(
        code="TA001", name="Taalhof Zilverlinde", city="Zwolle", file_format="xlsx",
        courses={"B": Course(210, 15.5, 14), "O": Course(70, 24.0, 15), "Z": Course(60, 13.0, 10)},
        cities=("Zwolle", "Kampen", "Hattem"),
        waiting_days=(11.0, 4.5), certified_share=0.96, evening_share=0.27, attendance=0.92,
        monthly_dropout=0.005, months_per_step=5.2, due_delay=(-8, -5), teachers=14,
        uncertified_teachers=0, tst_years=4, format_before="csv_dutch",
    ),
    Character(
        code="TA002", name="Leerschip De Wachter", city="Kampen", file_format="csv_dutch",
        courses={"B": Course(200, 13.0, 15), "Z": Course(70, 11.0, 11)},
        cities=("Kampen", "Zwartsluis"),
        waiting_days=(13.0, 5.5), slips_from=-7, certified_share=0.757, evening_share=0.1,
        marks=(("bepaalde_tijd", -30, 5, 30),), uncertified_teachers=3,
    ),
    Character(
        code="TA003", name="Spreekwijzer Veenrand", city="Hardenberg", file_format="csv_iso",
        courses={"B": Course(170, 13.0, 15), "Z": Course(50, 11.0, 11)},
        cities=("Hardenberg", "Ommen"), municipalities=("0160", "0175", "0148", "0180", "0193"),
        certified_share=0.58, uncertified_teachers=6, teachers=6, attendance=0.86,
        due_delay=(-4, 0),
    ),
    Character(
        code="TA004", name="Taalkamer Kievit", city="Heerde", file_format="xlsx_text",
        courses={"B": Course(12, 11.5, 9), "Z": Course(5, 10.0, 6)},
        cities=("Heerde",), municipalities=("0246", "0244", "0269"),
        waiting_days=(16.0, 7.0), teachers=2, uncertified_teachers=0, evening_share=0.2,
    ),
    Character(
        code="TA005", name="Woordbrug Lagemeer", city="Meppel", file_format="json",
        courses={"B": Course(140, 12.6, 15), "Z": Course(60, 10.8, 11)},
        cities=("Meppel", "Steenwijk"), municipalities=("0119", "1708", "1701", "0180", "0193"),
        attendance=0.8, monthly_dropout=0.02, certified_share=0.81, months_per_step=7.5,
        marks=(
            ("bepaalde_tijd", -40, -20, 800),
            ("onbepaalde_tijd", -19, -5, 190),
            ("geschorst", -4, -3, 110),
            ("ingetrokken", -2, None, 12),
        ),
    ),
    Character(
        code="TA006", name="Inburgerij Kwartel", city="Raalte", file_format="tsv_utf16",
        courses={"B": Course(140, 13.2, 15), "Z": Course(55, 11.0, 11)},
        cities=("Raalte", "Olst"), municipalities=("0177", "1773", "0193", "0148"),
        due_delay=(4, 16), certified_share=0.86,
    ),
    Character(
        code="TA007", name="Lesplein Ravelijn", city="Steenwijk", file_format="csv_pipe",
        courses={"B": Course(150, 13.8, 15), "Z": Course(50, 11.6, 11)},
        cities=("Steenwijk", "Meppel"), municipalities=("1708", "0119", "1701", "1896", "0193"),
        evening_share=0.0, certified_share=0.91, teachers=4,
        marks=(("onbepaalde_tijd", -40, None, 128),), promised={},
    ),
    Character(
        code="TA008", name="Taalschakel Hogeweide", city="Zwolle", file_format="xlsx_own",
        courses={"O": Course(110, 21.0, 16), "B": Course(70, 12.8, 15)},
        cities=("Zwolle", "Dalfsen"),
        waiting_days=(15.0, 7.0), tst_years=3, certified_share=0.85, evening_share=0.11,
        marks=(("bepaalde_tijd", -30, 8, 40),), format_before="csv_iso",
    ),
)  # fmt: skip

POSTCODES = {
    "Zwolle": "8011", "Kampen": "8261", "Hattem": "8051", "Zwartsluis": "8064",
    "Hardenberg": "7772", "Ommen": "7731", "Heerde": "8181", "Meppel": "7941",
    "Steenwijk": "8331", "Raalte": "8102", "Olst": "8121", "Dalfsen": "7721",
}  # fmt: skip

BY_CODE = {character.code: character for character in CHARACTERS}


def last_month(today: date) -> date:
    """The newest month that providers report about: the one before today's."""
    return add_months(month_of(today), -1)


def register_tables(today: date, months: int = MONTHS) -> dict[str, list[list[str]]]:
    """The register of the region as rows of text per sheet, the header first."""
    last = last_month(today)
    sheets: dict[str, list[list[str]]] = {
        "aanbieders": [
            ["aanbiedercode", "naam", "kvk", "instellingsnummer", "plaats", "contactpersoon",
             "email", "tst_erkenning_van", "tst_erkenning_tot"],
        ],
        "keurmerken": [
            ["aanbiedercode", "status", "van", "tot", "gecontroleerd_op", "bron"],
        ],
        "contracten": [
            ["contractnummer", "aanbiedercode", "leerroutes", "gemeenten", "van", "tot",
             "norm_wachttijd_dagen", "levering_werkdag", "prijs_per_traject",
             "uitzondering_docenten_tot", "uren_per_week_b", "uren_per_week_o", "uren_per_week_z",
             "prijs_per_uur"],
        ],
        "docenten": [["aanbiedercode", "docentcode", "registratie", "van", "tot"]],
        "locaties": [["aanbiedercode", "locatie", "postcode4", "plaats", "avond_weekend"]],
        "reistijden": [["aanbiedercode", "locatie", "gemeente", "kern", "minuten"]],
        "klasbezoeken": [["aanbiedercode", "bezocht_op", "bevinding", "opvolging", "bron"]],
    }  # fmt: skip
    for place, character in enumerate(CHARACTERS):
        sheets["aanbieders"].append(_provider(character, place, last))
        sheets["keurmerken"].extend(_marks(character, last, today))
        sheets["contracten"].extend(_contracts(character, last, months))
        sheets["docenten"].extend(_teachers(character, last))
        sheets["locaties"].extend(_locations(character))
        sheets["reistijden"].extend(_journeys(character))
    sheets["klasbezoeken"].extend(_inspections(last))
    return sheets


def _provider(character: Character, place: int, last: date) -> list[str]:
    tst = ["", ""]
    if character.tst_years is not None:
        start = add_months(last, -30)
        end = month_end(add_months(start, 12 * character.tst_years))
        tst = [start.isoformat(), end.isoformat()]
    mail = character.name.split()[-1].lower()
    contact = ("A. Berkel", "M. Dijkhof", "S. Elzinga", "R. Franken", "N. Goudzwaard",
               "T. Haverman", "L. Ivens", "K. Jorritsma")[place]  # fmt: skip
    return [
        character.code, character.name, f"900000{place + 11}", f"90D{place + 1}", character.city,
        contact, f"administratie@{mail}.example", *tst,
    ]  # fmt: skip


def _marks(character: Character, last: date, today: date) -> list[list[str]]:
    return [
        [
            character.code,
            status,
            add_months(last, first).isoformat(),
            "" if until is None else month_end(add_months(last, until)).isoformat(),
            (today - days(checked)).isoformat(),
            "register Blik op Werk",
        ]
        for status, first, until, checked in character.marks
    ]


def contract_number(character: Character) -> str:
    """The number of a provider's contract."""
    return f"RZ-{character.code}-1"


def _contracts(character: Character, last: date, months: int) -> list[list[str]]:
    first = add_months(last, 1 - months)
    exception = month_end(add_months(last, 2)).isoformat() if character.code == "TA003" else ""
    return [
        [
            contract_number(character),
            character.code,
            ",".join(sorted(character.courses)),
            ",".join(character.municipalities) or "*",
            first.isoformat(),
            month_end(add_months(first, 47)).isoformat(),
            "28",
            "10",
            "11600,00" if "O" in character.courses else "9850,00",
            exception,
            *(
                character.promised.get(route, "") if route in character.courses else ""
                for route in "BOZ"
            ),
            "14,50" if character.promised else "",
        ]
    ]


def _teachers(character: Character, last: date) -> list[list[str]]:
    rows = []
    for number in range(1, character.teachers + 1):
        registration = "BVNT2" if number % 3 else "BoW"
        since = add_months(last, -28 - number).isoformat()
        rows.append([character.code, f"D-{number:02d}", registration, since, ""])
    for number in range(1, character.uncertified_teachers + 1):
        registration = "in_opleiding" if number % 2 else "geen"
        since = add_months(last, -12 + number).isoformat()
        code = f"D-{character.teachers + number:02d}"
        rows.append([character.code, code, registration, since, ""])
    return rows


def _locations(character: Character) -> list[list[str]]:
    streets = ("Het Atelier", "De Brink", "Oude Pastorie")
    return [
        [
            character.code,
            f"{streets[number]} {city}",
            POSTCODES[city],
            city,
            "ja" if character.evening_share and number == 0 else "nee",
        ]
        for number, city in enumerate(character.cities)
    ]


JOURNEYS = {
    "Zwolle": (
        ("0193", "Zwolle", 12), ("0148", "Dalfsen", 31), ("0148", "Lemelerveld", 58),
        ("0119", "Meppel", 26), ("1708", "Steenwijk", 38), ("0180", "Staphorst", 41),
        ("0166", "Kampen", 29), ("0177", "Raalte", 22), ("0175", "Ommen", 24),
        ("0244", "Hattem", 21), ("0246", "Heerde", 37), ("0269", "Oldebroek", 43),
        ("1773", "Wijhe", 18), ("1773", "Olst", 24), ("1896", "Hasselt", 28),
    ),
    "Kampen": (("0166", "Kampen", 10), ("0193", "Zwolle", 34), ("1896", "Genemuiden", 36)),
    "Hardenberg": (
        ("0160", "Hardenberg", 9), ("0160", "Dedemsvaart", 41), ("0175", "Ommen", 27),
        ("0180", "Staphorst", 44),
    ),
    "Meppel": (
        ("0119", "Meppel", 8), ("1708", "Steenwijk", 19), ("0180", "Staphorst", 24),
        ("1701", "Havelte", 29), ("0193", "Zwolle", 33),
    ),
}  # fmt: skip
"""From a kern to lessons in a town: minutes by bus and train, invented but plausible."""


def _journeys(character: Character) -> list[list[str]]:
    return [
        [character.code, location, municipality, place, str(minutes)]
        for _, location, _, city, _ in _locations(character)
        for municipality, place, minutes in JOURNEYS.get(city, ())
    ]


def _inspections(last: date) -> list[list[str]]:
    """What Blik op Werk saw in two classes."""
    source = "verslag klasbezoek"
    return [
        ["TA001", add_months(last, -9).isoformat(), "Les sluit aan bij de groep.", "", source],
        [
            "TA002", add_months(last, -4).isoformat(), "Twee niveaus in een groep.",
            "Groep is gesplitst vanaf de maand erna.", source,
        ],
    ]  # fmt: skip
