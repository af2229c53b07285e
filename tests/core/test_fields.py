"""What people type: days, months and numbers, read or answered with a sentence."""

from datetime import date
from decimal import Decimal

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form

from core.errors import DomainError
from core.formats import read_day
from core.pages.fields import (
    DutchDateField,
    DutchDecimalField,
    DutchMonthField,
    EuroField,
    Required,
    SafeForm,
    TextField,
    WholeNumberField,
    read_decimal,
    read_month,
)


@pytest.mark.parametrize("text", ["23-11-2026", "23/11/2026", "2026-11-23", " 23.11.2026 "])
def test_reads_a_day(text):
    assert read_day(text) == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("23-11-26", "Schrijf de datum als dag-maand-jaar"),
        ("11-23-2026", "De dag '11-23-2026' bestaat niet."),
        ("31-02-2026", "De dag '31-02-2026' bestaat niet."),
        ("0000-01-01", "De dag '0000-01-01' bestaat niet."),
        ("morgen", "Schrijf de datum als dag-maand-jaar"),
        ("٢٣-١١-٢٠٢٦x", "Schrijf de datum"),
    ],
)
def test_says_how_to_write_a_day(text, sentence):
    with pytest.raises(ValueError, match=sentence.replace(".", r"\.")):
        read_day(text)


@pytest.mark.parametrize("text", ["2026-10", "10-2026", "oktober 2026", "Oktober  2026", "10/2026"])
def test_reads_a_month(text):
    assert read_month(text) == date(2026, 10, 1)


@pytest.mark.parametrize(
    "text", ["", "oktober", "13-2026", "2026-00", "99999-01", "1-2-3", "x 2026"]
)
def test_says_how_to_write_a_month(text):
    with pytest.raises(ValueError, match="Schrijf de maand als maand en jaar"):
        read_month(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12,5", "12.5"), ("12.5", "12.5"), ("1.234,50", "1234.50"), ("1234,5", "1234.5"),
        ("1.234", "1234"), ("1.234.567", "1234567"), ("-3", "-3"), ("0,001", "0.001"),
    ],
)  # fmt: skip
def test_reads_a_number_as_a_dutch_reader_means_it(text, value):
    assert read_decimal(text) == Decimal(value)


@pytest.mark.parametrize(
    "text", ["NaN", "Infinity", "1e400", "1,2,3", "1.23.4", "12,", "€", "9" * 40]
)
def test_refuses_what_is_no_number(text):
    with pytest.raises(ValueError, match="Vul een getal in, bijvoorbeeld 12,5"):
        read_decimal(text)


class _Form(Form):
    day = DutchDateField("Dag", [Required("Vul een dag in.")])
    month = DutchMonthField("Maand")
    hours = DutchDecimalField("Uren", low=0, high=24)
    price = EuroField("Prijs")
    count = WholeNumberField("Aantal", low=1)
    name = TextField("Naam", empty=None)


def _filled(**values: str) -> _Form:
    return _Form(MultiDict(values))


def test_gives_values_and_shows_them_as_typed():
    form = _filled(
        day="23-11-2026", month="oktober 2026", hours="1,5", price="€ 11.600,00", count="3",
        name="  Kim ",
    )  # fmt: skip
    assert form.validate()
    assert form.data == {
        "day": date(2026, 11, 23), "month": date(2026, 10, 1), "hours": Decimal("1.5"),
        "price": 1_160_000, "count": 3, "name": "Kim",
    }  # fmt: skip
    assert 'value="oktober 2026"' in form.month()


def test_shows_held_values_as_a_person_would_type_them():
    form = _Form(
        data={"day": date(2026, 1, 2), "month": date(2026, 10, 1), "hours": Decimal("1.50"),
              "price": 1_160_050, "count": 3}
    )  # fmt: skip
    texts = [field._value() for field in (form.day, form.month, form.hours, form.price, form.count)]
    assert texts == ["02-01-2026", "oktober 2026", "1,50", "11600,50", "3"]


def test_each_error_says_what_to_do():
    form = _filled(day="", month="x", hours="25", price="1,234", count="0", name="")
    assert not form.validate()
    assert form.errors == {
        "day": ["Vul een dag in."],
        "month": ["Schrijf de maand als maand en jaar, bijvoorbeeld oktober 2026."],
        "hours": ["Vul een getal in van 24 of lager."],
        "price": ["Gebruik hoogstens 2 cijfers achter de komma."],
        "count": ["Vul een getal in van 1 of hoger."],
    }
    assert _filled(day="morgen").errors == {}
    form = _filled(day="morgen", count="1.5")
    form.validate()
    assert form.day.errors == ["Schrijf de datum als dag-maand-jaar, bijvoorbeeld 23-11-2026."]
    assert form.count.errors == ["Vul een heel getal in, zonder punten of komma."]
    assert 'value="morgen"' in form.day()


def test_a_refusal_lands_beside_its_field_or_above_the_form(app):
    class _Safe(SafeForm):
        name = TextField("Naam")

    with app.test_request_context():
        form = _Safe()
        assert form.fill_errors(DomainError("x", "Kies een andere naam.", field="name"))
        assert not form.fill_errors(DomainError("x", "Dit kan niet."))
        assert form.errors == {"name": ["Kies een andere naam."], "": ["Dit kan niet."]}
