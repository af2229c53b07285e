"""Change indicators: define one, enter a figure, load the figures that come with the product."""

import json
from collections import Counter
from contextlib import suppress
from dataclasses import asdict
from datetime import date, datetime
from math import isfinite
from typing import Any

from core.audit import record
from core.dates import month_end
from core.db import transaction
from core.errors import DomainError
from core.formats import day_text
from providers.codes import LearningRoute
from quality.cards.inputs import latest_month
from quality.indicators.computed import (
    DURATION,
    STANDARD,
    UNIT_OF,
    Person,
    definition_of,
    kind_of,
    measure,
)
from quality.indicators.duration import Learner, duration_until_pass, is_followed
from quality.indicators.models import (
    CohortCount,
    CriterionReference,
    Indicator,
    IndicatorValue,
    ReferenceLine,
)
from quality.indicators.queries import people_of, without_facts
from quality.indicators.rules import (
    BY_HAND,
    COHORT_FILE,
    FROM_TERM,
    INDICATOR_FILE,
    IndicatorLine,
    ReferenceRow,
    read_cohort_lines,
    read_indicator_lines,
)

DALFSEN = "0148"
INDICATOR_SOURCE = "Evaluatie 'Thuis in Dalfsen' (gemeente Dalfsen, 2019), par. 3.3"
COHORT_SOURCE = "DUO, in de evaluatie 'Thuis in Dalfsen' (gemeente Dalfsen, 2019), par. 1.2.2"
COHORT_DAY = date(2019, 1, 1)


def _as_audited(value: IndicatorValue) -> dict[str, Any]:
    return {
        "value": value.value,
        "people": value.people,
        "source": value.source,
        "definition": value.definition,
    }


def _check_figure(*, unit: str, year: int, value: float, people: int | None, source: str) -> None:
    if not 2000 <= year <= 2100:
        raise DomainError("year_out_of_range", "Vul een jaar in, bijvoorbeeld 2026.", field="year")
    if not isfinite(value) or value < 0:
        raise DomainError("value_not_positive", "Vul een waarde in van 0 of hoger.", field="value")
    if unit == "%" and value > 100:
        raise DomainError(
            "percentage_over_100",
            "Een percentage kan niet hoger zijn dan 100. Controleer de waarde.",
            field="value",
        )
    if people is not None and people < 0:
        raise DomainError(
            "people_negative", "Vul het aantal personen in, 0 of hoger.", field="people"
        )
    if not source.strip():
        raise DomainError(
            "source_missing",
            "Vul de bron in: waar komt dit cijfer vandaan?",
            field="source",
        )


def enter_value(
    *,
    indicator: Indicator,
    year: int,
    kind: str,
    value: float,
    people: int | None,
    source: str,
    by: str,
    at: datetime,
    definition: str = BY_HAND,
    detail: dict[str, Any] | None = None,
) -> IndicatorValue:
    """Enter or correct one figure of one year; the same figure again changes nothing."""
    # As the database gives it back, so that the same figure is seen to be the same.
    detail = None if detail is None else json.loads(json.dumps(detail))
    _check_figure(unit=indicator.unit, year=year, value=value, people=people, source=source)
    with transaction():
        current = IndicatorValue.get_or_none(
            (IndicatorValue.indicator == indicator)
            & (IndicatorValue.year == year)
            & (IndicatorValue.kind == kind)
        )
        before = None if current is None else _as_audited(current)
        figure = current or IndicatorValue(indicator=indicator, year=year, kind=kind)
        figure.value, figure.people, figure.source = value, people, source.strip()
        figure.definition = definition.strip() or BY_HAND
        if before == _as_audited(figure) and figure.detail == detail:
            return figure
        figure.detail, figure.entered_by, figure.entered_at = detail, by, at
        figure.save()
        record(
            at=at,
            actor=by,
            action="enter" if before is None else "change",
            thing="indicator_value",
            thing_id=f"{indicator.number}/{year}/{kind}",
            before=before,
            after=_as_audited(figure),
        )
    return figure


def define_indicator(
    *,
    number: str,
    name: str,
    unit: str,
    better: str,
    municipality: str | None,
    computation: str | None,
    definition: str,
    by: str,
    at: datetime,
    source: str = "",
) -> Indicator:
    """Define a new indicator, of a gemeente or (without one) of the region."""
    given = UNIT_OF.get(kind_of(computation) or "", unit)
    if unit != given:
        word = {"%": "een percentage", "aantal": "een aantal"}.get(given, given)
        raise DomainError("wrong_unit", f"Deze berekening geeft {word}.", field="unit")
    exists = (Indicator.number == number) & (
        Indicator.municipality.is_null() if municipality is None
        else Indicator.municipality == municipality
    )  # fmt: skip
    with transaction():
        if Indicator.select().where(exists).exists():
            raise DomainError(
                "number_taken", f"Nummer {number} bestaat hier al. Kies een ander.", field="number"
            )
        indicator = Indicator.create(
            number=number.strip(), name=name.strip(), unit=unit, better=better,
            municipality=municipality, computation=computation, definition=definition.strip(),
            source=source.strip(),
        )  # fmt: skip
        record(
            at=at, actor=by, action="create", thing="indicator", thing_id=number,
            after={"name": indicator.name, "unit": unit, "municipality": municipality},
        )  # fmt: skip
    return indicator


def load_references(
    indicator: Indicator, lines: list[ReferenceRow], *, by: str, at: datetime
) -> int:
    """Keep what others reached; a figure of the same name and year is replaced."""
    with transaction():
        _keep_references(ReferenceLine, {"indicator": indicator}, lines)
        record(
            at=at, actor=by, action="load", thing="reference_line", thing_id=indicator.number,
            after={"lines": len(lines), "names": sorted({line.name for line in lines})},
        )  # fmt: skip
    return len(lines)


def load_criterion_references(
    criterion: str, route: LearningRoute, lines: list[ReferenceRow], *, by: str, at: datetime
) -> int:
    """Keep what others reached on a criterion of a route; the same name and year is replaced."""
    with transaction():
        about = {"criterion": criterion, "route": int(route)}
        _keep_references(CriterionReference, about, lines)
        record(
            at=at, actor=by, action="load", thing="criterion_reference",
            thing_id=f"{criterion}/{route.code}",
            after={"lines": len(lines), "names": sorted({line.name for line in lines})},
        )  # fmt: skip
    return len(lines)


def _keep_references(model: Any, about: dict[str, Any], lines: list[ReferenceRow]) -> None:
    for line in lines:
        key = about | {"name": line.name, "year": line.year}
        figures = {
            "value": line.value, "source": line.source, "published_on": line.published_on,
        }  # fmt: skip
        model.insert(**key, **figures).on_conflict(
            conflict_target=[getattr(model, name) for name in key],
            update=figures,
        ).execute()


def load_reference_figures(*, by: str, at: datetime) -> int:
    """Load the indicators and the cohort table that come with the product, once.

    Returns the number of figures that were new. A figure that people corrected since stays.
    """
    with INDICATOR_FILE.open(encoding="utf-8", newline="") as file:
        lines = read_indicator_lines(file)
    with COHORT_FILE.open(encoding="utf-8", newline="") as file:
        cohorts = read_cohort_lines(file)
    with transaction():
        count = sum(_load_line(line, by=by, at=at) for line in lines)
        for status, year, people in cohorts:
            _, new = CohortCount.get_or_create(
                municipality=DALFSEN,
                measured_on=COHORT_DAY,
                start_year=year,
                status=status,
                defaults={"people": people, "source": COHORT_SOURCE},
            )
            count += new
        if count:
            record(
                at=at,
                actor=by,
                action="load",
                thing="indicator",
                thing_id=DALFSEN,
                after={"figures": count},
            )
    return count


def _load_line(line: IndicatorLine, *, by: str, at: datetime) -> bool:
    months = line.unit == "maanden"
    indicator, _ = Indicator.get_or_create(
        number=line.number,
        municipality=DALFSEN,
        defaults={
            "name": line.name,
            "unit": line.unit,
            "better": "lower" if months else "higher",
            "computation": STANDARD.get(line.number),
        },
    )
    _, new = IndicatorValue.get_or_create(
        indicator=indicator,
        year=line.year,
        kind=line.kind,
        defaults={
            "value": line.value,
            "people": None,
            "source": INDICATOR_SOURCE,
            "entered_by": by,
            "entered_at": at,
        },
    )
    return new


def compute_value(
    *, indicator: Indicator, year: int, last_month: date, by: str, at: datetime
) -> IndicatorValue:
    """Work a realised figure out from what is held, up to ``last_month`` at most, and keep it."""
    if indicator.computation is None:
        raise DomainError(
            "not_computed", "Dit cijfer is niet te berekenen. Vul het met de hand in."
        )
    compute = _compute_duration if indicator.computation == DURATION else _compute_formula
    return compute(indicator, year=year, until=month_end(last_month), by=by, at=at)


def _compute_duration(
    indicator: Indicator, *, year: int, until: date, by: str, at: datetime
) -> IndicatorValue:
    first, last = date(year, 1, 1), min(date(year, 12, 31), until)
    if last < first:
        raise DomainError("no_month_yet", f"Over {year} is nog geen maand voorbij.", field="year")
    people = people_of(indicator.municipality)
    no_term = sum(one.term_from is None for one in people)
    if no_term == len(people):
        raise DomainError(
            "no_term",
            "Van geen enkele cursist is het begin van de termijn (termijn_van) ingevuld. "
            "Vul dat eerst aan bij Cursisten.",
            field="year",
        )
    window = {"window_start": first.toordinal(), "reference": last.toordinal()}
    lives = [(one.municipality, _life(one)) for one in people if one.term_from is not None]
    followed = [(place, life) for place, life in lives if is_followed(life, **window)]
    result = duration_until_pass([life for _, life in followed], **window)
    if result.mean is None:
        raise DomainError(
            "nobody_passed",
            f"Over {year} is van niemand met een begin van de termijn (termijn_van) bekend dat hij "
            "slaagde (geslaagd_op). Daarom is er geen gemiddelde duur.",
            field="year",
        )
    return enter_value(
        indicator=indicator,
        year=year,
        kind="realised",
        value=round(result.mean, 3),
        people=result.people,
        source=f"berekend uit wat de gemeente invulde, tot en met {day_text(last)}",
        definition=FROM_TERM,
        detail=asdict(result)
        | {
            "no_term": no_term + without_facts(indicator.municipality),
            "municipalities": dict(Counter(place for place, _ in followed)),
        },
        by=by,
        at=at,
    )


def _life(person: Person) -> Learner:
    days = (person.term_from, person.passed_on, person.left_on)
    term_from, passed, left = (None if day is None else day.toordinal() for day in days)
    return Learner(term_from or 0, passed, left)


def _compute_formula(
    indicator: Indicator, *, year: int, until: date, by: str, at: datetime
) -> IndicatorValue:
    computation = indicator.computation or ""
    figure = measure(computation, people_of(indicator.municipality), year=year, until=until)
    if figure.value is None:
        raise DomainError(
            "nobody_asked",
            f"Over {year} is van niemand bekend wat deze indicator vraagt. "
            "Vul eerst aan wat de gemeente van haar cursisten weet.",
            field="year",
        )
    return enter_value(
        indicator=indicator,
        year=year,
        kind="realised",
        value=figure.value,
        people=figure.people,
        source=f"berekend uit wat de gemeente invulde, tot en met {day_text(until)}",
        definition=definition_of(computation)[:120],
        detail=asdict(figure),
        by=by,
        at=at,
    )


def refresh_computed(*, by: str, at: datetime) -> None:
    """Work every computed figure out again, and that of the newest year for the first time.

    What people entered by hand stays. A figure that has nothing to rest on any more stays too: it
    says up to which day it was computed.
    """
    last_month = latest_month()
    if last_month is None:
        return
    for indicator in Indicator.select().where(Indicator.computation.is_null(False)):
        by_year = {
            one.year: one
            for one in IndicatorValue.select().where(
                IndicatorValue.indicator == indicator, IndicatorValue.kind == "realised"
            )
        }
        for year in sorted({last_month.year, *by_year}):
            if year not in by_year or by_year[year].detail is not None:
                with suppress(DomainError):  # nobody passed yet: then there is no duration
                    compute_value(
                        indicator=indicator, year=year, last_month=last_month, by=by, at=at
                    )
