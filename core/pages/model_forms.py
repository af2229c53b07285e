"""Form fields for the columns of a model: one kind of field for each kind of column."""

from collections.abc import Callable, Sequence
from typing import Any

import peewee
from flask import g
from wtforms import BooleanField, Field, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, ValidationError

from core.accounts import visible
from core.db import DayField, MonthField
from core.pages.fields import (
    LARGEST_INTEGER,
    DutchDateField,
    DutchDecimalField,
    DutchMonthField,
    TextField,
    WholeNumberField,
    validators_for,
)

Choices = Sequence[tuple[Any, str]]
PICK = SelectChoice("", "Kies")
YES_NO = ((True, "ja"), (False, "nee"))
NOT_A_CHOICE = "Kies een van de mogelijkheden uit de lijst."


class ChoiceField(SelectField):
    """A drop-down that starts empty; empty is nothing."""

    def __init__(self, label: str, choices: Callable[[], Choices], **kwargs: Any) -> None:
        super().__init__(label, coerce=str, validate_choice=False, choices=[PICK], **kwargs)
        self.values = choices()
        self.choices = [PICK, *(SelectChoice(str(value), text) for value, text in self.values)]

    def process_data(self, value: Any) -> None:
        """Take over a value of the model; a row of another table counts by its key."""
        key = value.get_id() if isinstance(value, peewee.Model) else value
        self.data = "" if key is None else str(key)

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not in the list: also a row that exists, but not for this account."""
        del form
        if self.data and self.data not in {str(value) for value, _ in self.values}:
            raise ValidationError(NOT_A_CHOICE)

    def populate_obj(self, obj: Any, name: str) -> None:
        """Set the value itself on the model."""
        by_text = {str(value): value for value, _ in self.values}
        setattr(obj, name, by_text.get(self.data))


def rows_as_choices(model: type[peewee.Model], label: str) -> Callable[[], Choices]:
    """Choices for a foreign key: the rows that this account may see, by label."""

    def choices() -> Choices:
        column = getattr(model, label)
        return list(
            visible(model, g.account, model.select(model._meta.primary_key, column))
            .order_by(column)
            .tuples()
        )

    return choices


def form_field(  # noqa: PLR0911  a table: one line for each kind of column
    column: peewee.Field,
    *,
    label: str,
    choices: Choices | None = None,
    foreign_label: str = "name",
    description: str = "",
) -> Field:
    """Make the form field of one column, with messages that name it."""
    required = not column.null and column.default is None
    about: dict[str, Any] = {
        "validators": validators_for(label, required=required),
        "description": description,
        "default": column.default,
    }
    if isinstance(column, peewee.ForeignKeyField):
        return ChoiceField(label, rows_as_choices(column.rel_model, foreign_label), **about)
    if choices is not None:
        return ChoiceField(label, lambda: choices, **about)
    if isinstance(column, peewee.BooleanField):
        if column.null:
            return ChoiceField(label, lambda: YES_NO, **about)
        return BooleanField(label, description=description, default=column.default)
    if isinstance(column, MonthField):
        return DutchMonthField(label, **about)
    if isinstance(column, DayField | peewee.DateField):
        return DutchDateField(label, **about)
    if isinstance(column, peewee.DecimalField):
        return DutchDecimalField(label, places=column.decimal_places, **about)
    if isinstance(column, peewee.IntegerField):
        small = isinstance(column, peewee.SmallIntegerField)
        return WholeNumberField(label, low=0, high=32_767 if small else LARGEST_INTEGER, **about)
    empty = None if column.null else ""
    if isinstance(column, peewee.TextField):
        about["validators"] = [*about["validators"], Length(max=10_000)]
        return TextAreaField(label, filters=[lambda text: (text or "").strip() or empty], **about)
    longest = getattr(column, "max_length", 255)
    about["validators"] = [*about["validators"], Length(max=longest)]
    return TextField(label, empty=empty, render_kw={"maxlength": longest}, **about)
