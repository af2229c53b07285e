"""The columns of the feed, one entry each: matching headers, reading cells, writing values."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any

from core import municipalities
from core.formats import MISSING, day_text, hours_text
from core.municipalities import name as municipality_name
from core.personal_data import kind_in_key
from providers.codes import (
    Code,
    EndReason,
    ExamResult,
    LearningRoute,
    PipLevel,
    SkillLevel,
    TargetGroup,
    TrackStatus,
    WaitingReason,
    YesNo,
)
from providers.feed.values import (
    Parser,
    code_parser,
    contract_parser,
    day_parser,
    fold,
    hours_parser,
    month_parser,
    municipality_parser,
    same_provider_parser,
    text_parser,
    track_parser,
    whole_parser,
)


class Kind(StrEnum):
    """What a cell of a column holds."""

    MONTH = "maand"
    DAY = "datum"
    HOURS = "uren"
    WHOLE = "geheel getal"
    CODE = "code"
    TEXT = "tekst"
    TRACK = "trajectnummer"
    MUNICIPALITY = "gemeentecode"
    CONTRACT = "contractnummer"
    PROVIDER = "aanbiedercode"


@dataclass(frozen=True)
class Column:
    """One column: its Dutch header, where it is held, and what a cell may say."""

    name: str
    held_as: str
    kind: Kind
    note: str
    required: bool = False
    codes: type[Code] | None = None
    aliases: tuple[str, ...] = ()
    code_aliases: dict[str, str] = field(default_factory=dict, hash=False)
    minimum: int = 0
    maximum: int = 0


def _hours(name: str, held_as: str, note: str, *, required: bool = True) -> Column:
    maximum = 200 if name == "uren_aangeboden" else 744
    what = name.removeprefix("uren_")
    aliases = (f"{what}_uren", f"{what}e_uren")
    return Column(
        name, held_as, Kind.HOURS, note, required=required, aliases=aliases, maximum=maximum
    )


def _level(name: str, held_as: str) -> Column:
    return Column(
        name,
        held_as,
        Kind.CODE,
        "Niveau dat de cursist beheerst. Een + of - erachter telt niet mee.",
        required=True,
        codes=SkillLevel,
        code_aliases={f"{level.code}{sign}": level.code for level in SkillLevel for sign in "+-"},
    )


def _exam(name: str, held_as: str) -> Column:
    return Column(
        name, held_as, Kind.CODE, "Uitslag van dit examenonderdeel in de maand.", codes=ExamResult
    )


def _yes_no(name: str, held_as: str, note: str, *aliases: str) -> Column:
    return Column(
        name, held_as, Kind.CODE, note, codes=YesNo, code_aliases=YES_NO_ALIASES, aliases=aliases
    )


ROUTE_ALIASES = {
    "B1": "B", "B1-route": "B", "B-route": "B", "route B": "B", "route B1": "B",
    "Onderwijsroute": "O", "O-route": "O", "route O": "O",
    "Z-route": "Z", "Zelfredzaamheidsroute": "Z", "route Z": "Z",
}  # fmt: skip
YES_NO_ALIASES = {
    "j": "ja", "yes": "ja", "waar": "ja", "true": "ja", "1": "ja",
    "n": "nee", "no": "nee", "onwaar": "nee", "false": "nee", "0": "nee",
}  # fmt: skip

COLUMNS: tuple[Column, ...] = (
    Column(
        "rapportagemaand", "month", Kind.MONTH,
        "De maand waarover de rij gaat, als JJJJ-MM. Niet in de toekomst en niet voor 2022-01.",
        required=True, aliases=("maand", "periode", "rapportage_maand"),
    ),
    Column(
        "aanbiedercode", "", Kind.PROVIDER,
        "Jullie eigen code. Mag weg; staat hij er, dan is hij die van de afzender.",
        aliases=("aanbieder", "code_aanbieder"), maximum=10,
    ),
    Column(
        "contractnummer", "contract_id", Kind.CONTRACT,
        "Een contract van deze aanbieder dat geldt voor de gemeente en de leerroute.",
        aliases=("contract", "contractnr"), maximum=32,
    ),
    Column(
        "trajectnummer", "track_id", Kind.TRACK,
        "Het nummer dat de gemeente gaf. Nooit een BSN.",
        required=True, aliases=("traject", "trajectnr", "traject_id"),
        maximum=32,
    ),
    Column(
        "gemeentecode", "municipality", Kind.MUNICIPALITY,
        "Vier cijfers, volgens de lijst van het CBS. GM0148 mag ook.",
        required=True, aliases=("gemeente", "gemeente_code", "gm_code"),
    ),
    Column(
        "leerroute", "route", Kind.CODE, "De leerroute van het traject.",
        required=True, codes=LearningRoute, aliases=("route",), code_aliases=ROUTE_ALIASES,
    ),
    Column(
        "niveau_pip", "pip_level", Kind.CODE,
        "Niveau in het PIP. Geen A2 bij O; geen B1 of B2 bij Z.",
        codes=PipLevel, aliases=("pip_niveau", "pip"),
    ),
    Column(
        "datum_aanmelding", "registered_on", Kind.DAY,
        "Niet na het einde van de maand.",
        required=True, aliases=("aanmelddatum", "aangemeld_op", "aanmelding"),
    ),
    Column(
        "datum_eerste_les", "first_lesson_on", Kind.DAY,
        "Verplicht, behalve bij wachtend, en bij uitgevallen of overgedragen voor de eerste les. "
        "Niet voor datum_aanmelding en niet na het einde van de maand.",
        aliases=("eerste_les", "startdatum", "datum_start", "start_lessen"),
    ),
    Column(
        "reden_wachten", "waiting_reason", Kind.CODE, "Alleen bij status wachtend.",
        codes=WaitingReason, aliases=("wachtreden",),
    ),
    _yes_no(
        "wens_avond_weekend", "evening_weekend_wish",
        "Of de cursist om les in de avond of het weekend vroeg.", "avond_weekend_wens",
    ),
    Column("groep", "group_name", Kind.TEXT, "Naam van de groep.", aliases=("klas",), maximum=32),
    Column(
        "groepsgrootte", "group_size", Kind.WHOLE,
        "1 tot en met 60. Boven 12 (Z) of 20 (B) volgt een waarschuwing.",
        aliases=("aantal_in_groep",), minimum=1, maximum=60,
    ),
    Column(
        "dagdelen_per_week", "dayparts_per_week", Kind.WHOLE, "0 tot en met 14.",
        aliases=("dagdelen",), maximum=14,
    ),
    _hours("uren_aangeboden", "minutes_offered", "0 tot en met 200; 0 bij wachtend."),
    _hours("uren_gevolgd", "minutes_attended", "Hoogstens uren_aangeboden."),
    _hours(
        "uren_geoorloofd_verzuim", "minutes_authorised",
        "Telt met uren_gevolgd en uren_ongeoorloofd_verzuim op tot uren_aangeboden.",
    ),
    _hours("uren_ongeoorloofd_verzuim", "minutes_unauthorised", "Zie uren_geoorloofd_verzuim."),
    _hours(
        "uren_avond_weekend", "minutes_evening_weekend",
        "Hoogstens uren_aangeboden. Avond is vanaf 18:00 uur.",
    ),
    _hours(
        "uren_bevoegd_docent", "minutes_certified",
        "Hoogstens uren_aangeboden. Bevoegd: in het register van BVNT2 of Blik op Werk.",
    ),
    _hours(
        "uren_docent_in_opleiding", "minutes_in_training",
        "Met uren_bevoegd_docent hoogstens uren_aangeboden.", required=False,
    ),
    _hours("uren_knm", "minutes_knm", "Deel van uren_aangeboden.", required=False),
    _hours("uren_online", "minutes_online", "Deel van uren_aangeboden.", required=False),
    _hours("uren_participatie", "minutes_participation", "Alleen bij de Z-route.", required=False),
    _level("niveau_lezen", "level_reading"),
    _level("niveau_luisteren", "level_listening"),
    _level("niveau_schrijven", "level_writing"),
    _level("niveau_spreken", "level_speaking"),
    _exam("examen_lezen", "exam_reading"),
    _exam("examen_luisteren", "exam_listening"),
    _exam("examen_schrijven", "exam_writing"),
    _exam("examen_spreken", "exam_speaking"),
    _exam("examen_knm", "exam_knm"),
    Column(
        "verwachte_einddatum", "expected_end_on", Kind.DAY, "Wanneer het traject klaar zal zijn.",
        aliases=("verwacht_einde",),
    ),
    Column(
        "status", "status", Kind.CODE, "Stand van het traject aan het einde van de maand.",
        required=True, codes=TrackStatus, aliases=("trajectstatus",),
    ),
    Column(
        "datum_einde", "ended_on", Kind.DAY,
        "Verplicht bij afgerond, uitgevallen en overgedragen. Niet voor datum_eerste_les en niet "
        "na het einde van de maand.",
        aliases=("einddatum",),
    ),
    Column(
        "reden_einde", "end_reason", Kind.CODE,
        "Verplicht bij afgerond, uitgevallen en overgedragen.", codes=EndReason,
        aliases=("eindreden",),
    ),
    Column(
        "doelgroep", "target_group", Kind.CODE, "Asielstatushouder, gezinsmigrant of overig.",
        codes=TargetGroup, code_aliases={"gezinsmigrant": "gezin", "asielstatushouder": "asiel"},
    ),
    Column(
        "lesmethode", "teaching_method", Kind.TEXT,
        "Een lesmethode die jullie in het register hebben.", aliases=("methode",), maximum=60,
    ),
    _yes_no("taalstage", "language_internship", "Of de cursist een taalstage loopt."),
    _yes_no("duaal", "combined", "Of de lessen samengaan met werk of studie."),
    _yes_no(
        "les_sluit_aan", "lesson_fits",
        "Of de groep volgens de docent bij het niveau van de cursist past.",
    ),
)  # fmt: skip

BY_NAME = {column.name: column for column in COLUMNS}
BY_HEADER = {fold(name): c.name for c in COLUMNS for name in (c.name, *c.aliases)}

PERSONAL = (
    "naam", "bsn", "burgerservicenummer", "sofinummer", "geboorte", "gebdatum", "adres", "straat",
    "huisnummer", "postcode", "woonplaats", "telefoon", "mobiel", "email", "opmerking",
    "toelichting", "notitie", "bijzonderheden", "nationaliteit", "geslacht", "vnummer",
)  # fmt: skip
PERSONS = frozenset(("cursist", "deelnemer", "kandidaat", "leerling", "client", "inburgeraar"))
"""Headers under which a name may stand; with another word behind it, it is a number or a date."""
KEY_COLUMNS = ("#herkomst",)
"""Hidden column of a workbook that we sent back: which file and row a mended row belongs to."""


@dataclass(frozen=True)
class Mapping:
    """What one provider calls things: own header -> column, and own code -> code per column."""

    headers: dict[str, str] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    version: int = 0

    def column(self, header: str) -> str | None:
        """The column that a header stands for: the provider's own choice first."""
        # "Uren gevolgd *" says that the column is mandatory, "Status:" nothing.
        key = fold(header.rstrip("*: "))
        own = self._own_headers.get(key)
        # Empty is a choice too: this column is not used, whatever its name says.
        return BY_HEADER.get(key) if own is None else own or None

    @cached_property
    def _own_headers(self) -> dict[str, str]:
        return {fold(name.rstrip("*: ")): column for name, column in self.headers.items()}

    def own_codes(self, column: str) -> dict[str, str]:
        """Own codes of one column, ready to compare."""
        return {fold(own): code for own, code in self.codes.get(column, {}).items()}


NO_MAPPING = Mapping()


@dataclass(frozen=True)
class Layout:
    """Which cell of a row is which column, and what was left out."""

    header: tuple[str, ...]
    positions: dict[str, int]
    missing: tuple[str, ...]
    doubled: tuple[str, ...]
    unknown: tuple[str, ...]
    personal: tuple[str, ...]
    personal_positions: tuple[int, ...]
    key_position: int | None = None

    @property
    def has_rows_per_lesson(self) -> bool:
        """Whether a column that is not read tells rows of one traject and month apart."""
        return any(_PER_LESSON.match(fold(title)) for title in self.unknown)


_PER_LESSON = re.compile(r"(les|kalender)?week|(les)?(dag|datum|blok)(nr|nummer)?$|lesnr|lesnummer")


def is_personal(header: str) -> bool:
    """Whether a header looks like a name, a birth date, an address, a BSN or free text."""
    # A woonplaatscode names a place of thousands, and no address.
    key = fold(header).replace("woonplaatscode", "")
    return key in PERSONS or any(word in key for word in PERSONAL)


def recognised(cells: Iterable[str], mapping: Mapping = NO_MAPPING) -> int:
    """How many different columns a row of cells names: the header is the row with the most."""
    return len({name for cell in cells if cell and (name := mapping.column(cell))})


def lay_out(header: Sequence[str], mapping: Mapping = NO_MAPPING) -> Layout:
    """Match a header row to the columns."""
    positions: dict[str, int] = {}
    doubled, unknown, personal, personal_positions = [], [], [], []
    key_position = None
    for index, title in enumerate(header):
        if not title:
            continue
        if title in KEY_COLUMNS:
            key_position = index
            continue
        name = mapping.column(title)
        if name is None:
            if is_personal(title):
                personal.append(title)
                personal_positions.append(index)
            else:
                unknown.append(title)
        elif name in positions:
            first = header[positions[name]]
            both = "" if fold(first) == fold(title) else f" ({first} en {title})"
            doubled.append(f"{name}{both}")
        else:
            positions[name] = index
    missing = [c.name for c in COLUMNS if c.required and c.name not in positions]
    return Layout(
        header=tuple(header),
        positions=positions,
        missing=tuple(missing),
        doubled=tuple(doubled),
        unknown=tuple(unknown),
        personal=tuple(personal),
        personal_positions=tuple(personal_positions),
        key_position=key_position,
    )


@dataclass(frozen=True)
class Context:
    """What a check needs to know besides the file."""

    provider_code: str
    today: date
    former_codes: tuple[str, ...] = ()
    """Of providers that went up in this one."""
    last_month: date | None = None
    """The last month of a provider that went up in another, ``successor``."""
    successor: str = ""
    contracts: dict[str, int] = field(default_factory=dict)
    only_month: date | None = None
    mapping: Mapping = field(default_factory=Mapping)
    epoch_1904: bool = False
    any_provider: bool = False


def make_parser(column: Column, context: Context) -> Parser:
    """The parser of a column for this provider and this file."""
    if column.codes is not None:
        entries = {fold(entry.code): int(entry) for entry in column.codes}
        entries |= {fold(a): entries[fold(c)] for a, c in column.code_aliases.items()}
        allowed = ", ".join(entry.code for entry in column.codes)
        return code_parser(entries, allowed, context.mapping.own_codes(column.name))
    parsers: dict[Kind, Callable[[], Parser]] = {
        Kind.MONTH: lambda: month_parser(
            today=context.today,
            only=context.only_month,
            epoch_1904=context.epoch_1904,
            last=context.last_month,
            successor=context.successor,
        ),
        Kind.DAY: lambda: day_parser(epoch_1904=context.epoch_1904),
        Kind.HOURS: lambda: hours_parser(column.maximum),
        Kind.WHOLE: lambda: whole_parser(column.minimum, column.maximum),
        Kind.TRACK: lambda: track_parser(column.maximum),
        Kind.TEXT: lambda: text_parser(column.maximum),
        Kind.MUNICIPALITY: lambda: municipality_parser(municipalities.names()),
        Kind.CONTRACT: lambda: contract_parser(context.contracts),
        Kind.PROVIDER: lambda: same_provider_parser(context.provider_code, context.former_codes),
    }
    if context.any_provider and column.kind in (Kind.CONTRACT, Kind.PROVIDER):
        return text_parser(column.maximum, find=kind_in_key)
    return parsers[column.kind]()


SHOWN = tuple(c for c in COLUMNS if c.held_as not in ("", "month", "track_id"))
"""The columns of which a row holds a value, besides its key."""


def held_text(column: Column, value: Any, contracts: dict[int, str]) -> str:  # noqa: PLR0911  a table
    """A held value as a file would have it; ``contracts`` are their numbers by key."""
    if value is None:
        return MISSING
    if column.codes is not None:
        return column.codes(value).code
    if column.kind is Kind.DAY:
        return day_text(value if isinstance(value, date) else date.fromordinal(value))
    if column.kind is Kind.HOURS:
        return hours_text(value)
    if column.kind is Kind.MUNICIPALITY:
        return f"{value:04d} ({municipality_name(value)})"
    if column.kind is Kind.CONTRACT:
        return contracts.get(value, MISSING)
    return str(value)


def changed(
    before: dict[str, Any], after: dict[str, Any], contracts: dict[int, str]
) -> list[tuple[str, str, str]]:
    """Column, old and new of every value that differs; values go by ``Column.held_as``."""
    return [
        (
            column.name,
            held_text(column, before[column.held_as], contracts),
            held_text(column, after[column.held_as], contracts),
        )
        for column in SHOWN
        if before[column.held_as] != after[column.held_as]
    ]
