"""Form fields for Dutch readers: dates, months, decimals; and messages that name the thing."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from hashlib import sha256
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from wtforms import Field, StringField
from wtforms.validators import Optional, StopValidation
from wtforms.widgets import TextInput

from core.audit import last_actor
from core.errors import DomainError
from core.formats import counted, month_text, read_day, read_decimal, read_month
from core.pages.cells import cell_text
from core.personal_data import refuse

LARGEST_INTEGER = 2**31 - 1


class SafeForm(FlaskForm):
    """A form with Dutch messages and a token against forged requests.

    A form about something that exists carries what it showed (``seen``). When somebody else has
    changed that meanwhile, the second one sees what it is now, and nothing is undone unseen.
    """

    class Meta(FlaskForm.Meta):
        """Dutch for what the fields say themselves."""

        locales = ("nl",)

    changed_by: Callable[[], str] = staticmethod(lambda: "iemand anders")
    """Who changed last what the form is about."""

    def is_about(self, thing: str, thing_id: object, action: str | None = None) -> None:
        """Under what the changes are in the audit trail, so that the last one has a name."""
        self.changed_by = partial(last_actor, thing, thing_id, action)

    def process(
        self,
        formdata: Any = None,
        obj: Any = None,
        data: Mapping[str, Any] | None = None,
        extra_filters: Any = None,
        **kwargs: Any,
    ) -> None:
        """Fill the fields, and note which of them hold something that exists."""
        given = {**(data or {}), **kwargs}
        self._existing = {name for name in self._fields if hasattr(obj, name) or name in given}
        super().process(formdata, obj, data, extra_filters, **kwargs)

    def seen(self) -> str:
        """A short digest of what each field holds now, for the page to send along."""
        return json.dumps(
            {name: _digest(self[name].object_data) for name in self._existing if name in self}
        )

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, and that nobody else changed them since they were shown."""
        good = bool(super().validate(extra_validators))
        return not self._tell_changes() and good

    def _tell_changes(self) -> bool:
        seen = _read_seen(request.form.get(f"{self._prefix}seen", ""))
        changed = False
        for name in sorted(self._existing & seen.keys(), key=list(self._fields).index):
            field: Any = self[name]
            typed = _digest(field.data)
            if _digest(field.object_data) in (seen[name], typed):
                continue
            changed = True
            if typed == seen[name]:  # not touched here: what it is now stays
                field.raw_data, field.data = None, field.object_data
                message = f"Intussen gewijzigd door {self.changed_by()}. Dat staat nu hier."
            else:
                message = (
                    f"Intussen gewijzigd door {self.changed_by()} in: {_value_text(field)}. "
                    "Wat jij invulde, staat er nog."
                )
            field.errors = [*field.errors, message]
        if changed:
            self.form_errors.append(CHANGED_MEANWHILE)
        return changed

    def about_nobody(self, name: str) -> bool:
        """Whether there is no personal data in a text; else its field says so."""
        try:
            refuse(self[name].data, field=name)
        except DomainError as error:
            self.fill_errors(error)
            return False
        return True

    def fill_errors(self, error: DomainError) -> bool:
        """Put a refusal beside its field; ``False`` when it belongs to no field here."""
        field = self._fields.get(error.field or "")
        if field is None:
            self.form_errors += _messages_of(error)
            return False
        field.errors = [*field.errors, *_messages_of(error)]
        return True


MOST_MESSAGES = 25
"""More faults of a file than these are counted."""


def _messages_of(error: DomainError) -> list[str]:
    messages = [error.message, *error.more]
    rest = len(messages) - MOST_MESSAGES
    if rest > 0:
        messages[MOST_MESSAGES:] = [
            f"En nog {counted(rest, 'fout', 'fouten')}. Verbeter eerst deze."
        ]
    return messages


CHANGED_MEANWHILE = (
    "Iemand anders heeft dit intussen gewijzigd. Er is nog niets bewaard: kijk na wat er staat, en "
    "bewaar het dan opnieuw."
)


def _digest(value: Any) -> str:
    """The same for what a field was given and what it reads when nobody touches it."""
    value = getattr(value, "id", value)
    if isinstance(value, list | tuple | set | frozenset):
        value = sorted(str(getattr(item, "id", item)) for item in value)
    text = "" if value is None else str(value).replace("\r\n", "\n").strip()
    return sha256(text.encode()).hexdigest()[:12]


def _read_seen(text: str) -> dict[str, str]:
    try:
        values = json.loads(text)
    except ValueError:
        return {}
    return values if isinstance(values, dict) else {}


def _value_text(field: Any) -> str:
    """What a field holds by now, in words."""
    value = getattr(field.object_data, "id", field.object_data)
    for choice in getattr(field, "iter_choices", tuple)():
        if str(choice[0]) == str(value):
            return str(choice[1])
    return str(cell_text(field.object_data))


class Required:
    """Insist on a value, in words that name the thing: ``Required("Vul een weging in.")``."""

    def __init__(self, message: str) -> None:
        self.message = message
        self.field_flags = {"required": True}

    def __call__(self, _form: Any, field: Field) -> None:
        """Refuse a field that was left empty; what could not be read has its own message."""
        given = field.raw_data and any(
            item.strip() if isinstance(item, str) else item for item in field.raw_data
        )
        if not given:
            field.errors[:] = []
            raise StopValidation(self.message)


class ParsedField(Field):
    """Text that is read as something else; what cannot be read is shown again as typed."""

    widget = TextInput()

    def parse(self, text: str) -> Any:
        """Read the text; ``ValueError`` with a Dutch sentence when it cannot be read."""
        raise ValueError(text)

    def present(self, value: Any) -> str:
        """Write a value as a person would type it."""
        return str(value)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was sent; empty is nothing."""
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        if text:
            self.data = self.parse(text)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.present(self.data)


class DutchDateField(ParsedField):
    """A day as ``23-11-2026`` (or ``2026-11-23``)."""

    def parse(self, text: str) -> date:
        """Read a day."""
        return read_day(text)

    def present(self, value: date) -> str:
        """``23-11-2026``."""
        return f"{value:%d-%m-%Y}"


class DutchMonthField(ParsedField):
    """A month as ``2026-10``, ``10-2026`` or ``oktober 2026``; its value is the first day."""

    def parse(self, text: str) -> date:
        """Read a month."""
        return read_month(text)

    def present(self, value: date) -> str:
        """``oktober 2026``."""
        return month_text(value)


class DutchDecimalField(ParsedField):
    """A number as ``1.234,50`` (or ``1234.5``), with at most ``places`` decimals."""

    def __init__(
        self,
        *args: Any,
        places: int = 2,
        low: Decimal | int | None = None,
        high: Decimal | int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.places, self.low, self.high = places, low, high
        self.render_kw = {"inputmode": "decimal"} | (kwargs.get("render_kw") or {})

    def parse(self, text: str) -> Decimal:
        """Read a number."""
        value = read_decimal(text)
        if -value.as_tuple().exponent > self.places:  # type: ignore[operator]
            raise ValueError(f"Gebruik hoogstens {self.places} cijfers achter de komma.")
        _within(value, self.low, self.high)
        return value

    def present(self, value: Decimal) -> str:
        """``1234,50``; never more decimals than the field takes."""
        typed = value if -value.as_tuple().exponent <= self.places else round(value, self.places)  # type: ignore[operator]
        return f"{typed:f}".replace(".", ",")


class EuroField(DutchDecimalField):
    """An amount in euros, held as whole cents."""

    def parse(self, text: str) -> int:  # type: ignore[override]
        """Read an amount."""
        return int(super().parse(text.removeprefix("€").strip()) * 100)

    def present(self, value: int) -> str:  # type: ignore[override]
        """``11600,00``."""
        return f"{Decimal(value) / 100:.2f}".replace(".", ",")


class HoursField(DutchDecimalField):
    """Hours to a quarter, held as whole minutes."""

    def parse(self, text: str) -> int:  # type: ignore[override]
        """Read hours."""
        minutes = super().parse(text) * 60
        if minutes % 15:
            raise ValueError("Vul uren in tot op een kwartier, bijvoorbeeld 12,5 of 12,25.")
        return int(minutes)

    def present(self, value: int) -> str:  # type: ignore[override]
        """``12,5``."""
        return f"{Decimal(value) / 60:f}".replace(".", ",")


class WholeNumberField(ParsedField):
    """A whole number within bounds that every engine can hold."""

    def __init__(
        self, *args: Any, low: int | None = None, high: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.low = -LARGEST_INTEGER if low is None else low
        self.high = LARGEST_INTEGER if high is None else high
        self.render_kw = {"inputmode": "numeric"} | (kwargs.get("render_kw") or {})

    def parse(self, text: str) -> int:
        """Read a whole number."""
        if not re.fullmatch(r"-?[0-9]{1,12}", text):
            raise ValueError("Vul een heel getal in, zonder punten of komma.")
        _within(int(text), self.low, self.high)
        return int(text)


class TextField(StringField):
    """One line of text, trimmed; empty is nothing when the column allows it."""

    def __init__(
        self,
        label: str | None = None,
        validators: Any = (),
        *,
        empty: str | None = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.empty = empty

    def process_formdata(self, valuelist: list[str]) -> None:
        """Trim what was sent."""
        text = valuelist[0].strip() if valuelist else ""
        self.data: str | None = text or self.empty


def _within(value: Decimal | int, low: Decimal | int | None, high: Decimal | int | None) -> None:
    if low is not None and value < low:
        raise ValueError(f"Vul een getal in van {low} of hoger.")
    if high is not None and value > high:
        raise ValueError(f"Vul een getal in van {high} of lager.")


def validators_for(label: str, *, required: bool) -> list[Callable[..., Any]]:
    """Give the validators of a plain field: required in words that name it, or optional."""
    return [Required(f"Vul in: {label}.")] if required else [Optional()]
