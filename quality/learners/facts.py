"""What a gemeente adds about its own learners: columns, rules, and from a table to facts. Pure.

The columns are one more set for the reader and the cell parsers of the feed, so that a date, a code
or a BSN is read and refused here as it is there.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping as AnyMapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from core.formats import day_text
from core.personal_data import CITIZEN_NUMBER, is_citizen_number
from providers.codes import Outflow, Participation, TargetGroup
from providers.feed.check.checking import Problem
from providers.feed.check.rules import ERROR, WARNING, Rule, sentence
from providers.feed.columns import Column, Context, Kind, Layout, Mapping, make_parser
from providers.feed.values import (
    BROKEN_CELLS,
    Fault,
    Parser,
    clean,
    echo,
)

Record = tuple[int, list[str]]
Values = dict[str, Any]
"""Field of ``LearnerFacts`` -> day number, code number or None."""


def _day(name: str, held_as: str, note: str, *aliases: str) -> Column:
    return Column(name, held_as, Kind.DAY, note, aliases=aliases)


FACT_COLUMNS: tuple[Column, ...] = (
    Column(
        "trajectnummer", "number", Kind.TRACK,
        "Het nummer dat jullie zelf gaven. Nooit een BSN.",
        required=True, aliases=("traject", "trajectnr", "traject_id"), maximum=32,
    ),
    Column("doelgroep", "target_group", Kind.CODE, "De groep van DUO.", codes=TargetGroup),
    _day("vestiging_op", "settled_on", "Vestiging in de gemeente.", "datum_vestiging"),
    _day("termijn_van", "term_from", "Begin van de inburgeringstermijn: de dag na het eerste PIP."),
    _day("termijn_tot", "term_until", "Einde van de inburgeringstermijn."),
    _day("termijn_verlengd_tot", "term_extended_until", "Einde na verlenging.", "verlengd_tot"),
    _day("leerbaarheidstoets_op", "learnability_test_on", "Datum van de leerbaarheidstoets."),
    _day("kennisgeving_op", "notified_on", "Kennisgeving van DUO: het begin van de tien weken."),
    _day("pip_op", "plan_on", "Dagtekening van het eerste PIP.", "dagtekening_pip", "datum_pip"),
    _day("geslaagd_op", "passed_on", "Het laatste onderdeel gehaald.", "datum_geslaagd"),
    _day("pvt_op", "pvt_on", "PVT ondertekend.", "datum_pvt"),
    _day("map_op", "map_on", "Eindgesprek van de MAP.", "datum_map"),
    Column(
        "participatie", "participation", Kind.CODE, "Hoe iemand meedoet naast de lessen.",
        codes=Participation,
    ),
    _day("participatie_van", "participation_from", "Sinds wanneer dat zo is."),
    Column("uitstroom", "outflow", Kind.CODE, "Of iemand uit de uitkering is.", codes=Outflow),
    _day("uitstroom_op", "outflow_on", "Sinds wanneer dat zo is."),
)  # fmt: skip
BY_FIELD = {column.held_as: column for column in FACT_COLUMNS}
FACTS = tuple(column.held_as for column in FACT_COLUMNS if column.held_as != "number")
"""The fields that a gemeente fills in, in the order of the file."""
HEADERS = Mapping(headers={name: c.name for c in FACT_COLUMNS for name in (c.name, *c.aliases)})
HAPPENED = (
    "settled_on", "learnability_test_on", "notified_on", "plan_on", "passed_on", "pvt_on",
    "map_on", "participation_from", "outflow_on",
)  # fmt: skip
"""Days of something that has happened."""


@dataclass(frozen=True)
class FactRule:
    """A rule about one learner: broken where ``broken`` says so, told at ``column``."""

    rule: Rule
    column: str
    broken: Callable[[AnyMapping[str, Any], int], bool]


def _before(later: str, earlier: str) -> Callable[[AnyMapping[str, Any], int], bool]:
    def broken(facts: AnyMapping[str, Any], _today: int) -> bool:
        a, b = facts.get(later), facts.get(earlier)
        return a is not None and b is not None and a < b

    return broken


def _in_future(name: str) -> Callable[[AnyMapping[str, Any], int], bool]:
    return lambda facts, today: (facts.get(name) or 0) > today


_KEPT_OUT = "De rij is niet verwerkt."
_FUTURE = Rule(
    "L101", "Wat gebeurd is, heeft een datum tot en met vandaag.",
    "Deze datum ({value}) moet nog komen. Vul hem in als het zover is.", _KEPT_OUT,
)  # fmt: skip
FACT_RULES: tuple[FactRule, ...] = (
    *(FactRule(_FUTURE, name, _in_future(name)) for name in HAPPENED),
    FactRule(
        Rule("L102", "De termijn eindigt niet voor hij begint.",
             "Het einde van de termijn ({value}) ligt voor het begin. Verbeter een van de twee.",
             _KEPT_OUT),
        "term_until", _before("term_until", "term_from"),
    ),
    FactRule(
        Rule("L103", "Een verlenging eindigt niet voor de termijn zelf.",
             "Het einde na verlenging ({value}) ligt voor termijn_tot. Verbeter een van de twee.",
             _KEPT_OUT),
        "term_extended_until", _before("term_extended_until", "term_until"),
    ),
    FactRule(
        Rule("L104", "Het PIP is niet ouder dan de vestiging.",
             "Het PIP ({value}) is ouder dan de vestiging. Verbeter een van de twee.", _KEPT_OUT),
        "plan_on", _before("plan_on", "settled_on"),
    ),
    FactRule(
        Rule("L105", "Het PIP komt na de kennisgeving.",
             "Het PIP ({value}) is ouder dan de kennisgeving van DUO. Kijk of dat klopt.",
             "De rij telt mee.", WARNING),
        "plan_on", _before("plan_on", "notified_on"),
    ),
    FactRule(
        Rule("L106", "Wie sinds een dag meedoet, doet iets.",
             "Er staat sinds wanneer iemand meedoet ({value}), maar niet waarmee. Vul participatie "
             "in.", _KEPT_OUT),
        "participation_from",
        lambda facts, _: facts.get("participation_from") is not None
        and not facts.get("participation"),
    ),
    FactRule(
        Rule("L107", "Wie sinds een dag uitstroomde, is uitgestroomd.",
             "Er staat wanneer iemand uitstroomde ({value}), maar niet waardoor. Vul uitstroom in.",
             _KEPT_OUT),
        "outflow_on",
        lambda facts, _: facts.get("outflow_on") is not None and not facts.get("outflow"),
    ),
    FactRule(
        Rule("L108", "Wie slaagde, deed dat na het PIP.",
             "De dag van slagen ({value}) ligt voor het PIP. Kijk of dat klopt.",
             "De rij telt mee.", WARNING),
        "passed_on", _before("passed_on", "plan_on"),
    ),
)  # fmt: skip


RESTRICTED = Rule(
    "L109", "Van wie de verwerking is beperkt, wordt niets ingelezen.",
    "De verwerking van deze cursist is beperkt. Laat de rij weg, of hef de beperking eerst op.",
    _KEPT_OUT,
)  # fmt: skip
FACT_RULES_BY_CODE = {rule.code: rule for rule in (*(one.rule for one in FACT_RULES), RESTRICTED)}
SHEET = "Cursisten"


def template_checks(cells: Callable[[str], str]) -> list[tuple[str, str]]:
    """What the self-check of the empty workbook looks at (``providers.feed.tell.template``)."""
    number = cells("trajectnummer")
    twice = f'({number}<>"")*(COUNTIF({number},{number})>1)'
    orders = (
        ("termijn_tot", "termijn_van"),
        ("termijn_verlengd_tot", "termijn_tot"),
        ("pip_op", "vestiging_op"),
    )
    return [
        ("hetzelfde trajectnummer staat er twee keer", twice),
        *(
            (
                f"{later} ligt voor {earlier}",
                f'({cells(later)}<>"")*({cells(earlier)}<>"")*({cells(later)}<{cells(earlier)})',
            )
            for later, earlier in orders
        ),
    ]


@dataclass(frozen=True)
class FactRow:
    """A row that could be read: the facts of the columns that the file has."""

    row: int
    number: str
    values: Values
    cells: tuple[str, ...] = ()
    """Our columns as the file has them, in its order."""


@dataclass
class FactReading:
    """What a file says, and what is wrong in it; every row is in exactly one of the counts."""

    rows: list[FactRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    read: int = 0
    rejected: int = 0
    repeated: int = 0
    skipped: list[int] = field(default_factory=list)
    to_mend: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """Row -> our columns of it, of what is sent back."""


def own_positions(layout: Layout) -> dict[str, int]:
    """Where our columns stand in a file, by the field that they fill."""
    return {
        column.held_as: layout.positions[column.name]
        for column in FACT_COLUMNS
        if column.name in layout.positions
    }


def own_header(layout: Layout) -> list[str]:
    """Our columns as the file calls them, in its order."""
    return [layout.header[at] for at in sorted(own_positions(layout).values())]


def ignored_columns(layout: Layout) -> list[str]:
    """Headers that are not ours; nothing under them is read."""
    own = {column.name for column in FACT_COLUMNS}
    others = [layout.header[at] for name, at in layout.positions.items() if name not in own]
    return [*others, *layout.unknown, *layout.personal]


def read_facts(layout: Layout, records: Iterable[Record], *, today: date) -> FactReading:
    """Read every row; the rules about what is already known come later (``broken_rules``)."""
    places = own_positions(layout)
    context = Context(provider_code="", today=today)
    parsers = {name: make_parser(BY_FIELD[name], context) for name in places}
    reading = FactReading()
    by_number: dict[str, list[FactRow]] = {}
    in_order = sorted(places.values())
    for row, cells in records:
        reading.read += 1
        texts = [clean(cell) for cell in cells]
        if not any(texts[at] for at in places.values() if at < len(texts)) or _is_total(
            texts, places
        ):
            reading.skipped.append(row)
            continue
        own = tuple(texts[at] if at < len(texts) else "" for at in in_order)
        values: Values = {}
        problems = list(_faults(row, texts, places, parsers, values))
        if problems:
            reading.rejected += 1
            reading.to_mend[row] = own
            reading.problems.extend(problems)
            continue
        number = str(values.pop("number"))
        by_number.setdefault(number, []).append(FactRow(row, number, values, own))
    for number, rows in by_number.items():
        _settle_repeats(reading, number, rows)
    reading.rows.sort(key=lambda one: one.row)
    reading.problems.sort(key=lambda problem: problem.row or 0)
    return reading


_TOTAL = re.compile(r"(sub|eind)?totaa?l(en)?\b", re.IGNORECASE)


def _is_total(texts: list[str], places: dict[str, int]) -> bool:
    """Whether a row adds up others: no number, and a word for a total."""
    number = texts[places["number"]] if places["number"] < len(texts) else ""
    return (not number or bool(_TOTAL.match(number))) and any(map(_TOTAL.match, texts))


def _faults(
    row: int, texts: list[str], places: dict[str, int], parsers: dict[str, Parser], values: Values
) -> Iterator[Problem]:
    for name, at in places.items():
        text = texts[at] if at < len(texts) else ""
        try:
            values[name] = _read(BY_FIELD[name], text, parsers[name])
        except Fault as fault:
            value = None if fault.code == "F301" else echo(text)
            column = BY_FIELD[name].name
            message = sentence(fault.code, **{**fault.details, "column": column, "value": value})
            yield Problem(row, column, fault.code, ERROR, value, message)


def _read(column: Column, text: str, parse: Parser) -> int | str | None:
    if not text:
        if column.required:
            raise Fault("F013")
        return None
    if text in BROKEN_CELLS:
        raise Fault(BROKEN_CELLS[text])
    try:
        return parse(text)
    except Fault:
        if is_citizen_number(text):
            raise Fault("F301", kind=CITIZEN_NUMBER) from None
        raise


_TWICE = "Dit trajectnummer staat meer dan één keer in het bestand (rij {rows})."


def _settle_repeats(reading: FactReading, number: str, rows: list[FactRow]) -> None:
    """Of equal rows the first counts; rows that differ are all sent back."""
    first, *others = rows
    same_number = ", ".join(str(one.row) for one in rows[:10])
    if all(one.values == first.values for one in others):
        reading.rows.append(first)
        reading.repeated += len(others)
        reading.problems.extend(
            Problem(one.row, "trajectnummer", "F501", WARNING, echo(number),
                    f"{_TWICE.format(rows=same_number)} De rijen zijn gelijk; de eerste telt.")
            for one in others
        )  # fmt: skip
        return
    reading.rejected += len(rows)
    reading.to_mend |= {one.row: one.cells for one in rows}
    reading.problems.extend(
        Problem(one.row, "trajectnummer", "F501", ERROR, echo(number),
                f"{_TWICE.format(rows=same_number)} Laat één rij staan en stuur die opnieuw.")
        for one in rows
    )  # fmt: skip


def broken_rules(row: int | None, facts: AnyMapping[str, Any], *, today: date) -> list[Problem]:
    """What is wrong in the facts of one learner as they would be held."""
    problems = []
    for one in FACT_RULES:
        if one.broken(facts, today.toordinal()):
            value = day_text(date.fromordinal(facts[one.column]))
            message = one.rule.provider.format(value=value)
            name = BY_FIELD[one.column].name
            problems.append(Problem(row, name, one.rule.code, one.rule.severity, value, message))
    return problems
