"""Which parser reads a column, for this provider and this file."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from core import municipalities
from core.personal_data import kind_in_key
from providers.feed.columns import Column, Kind, Mapping
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


@dataclass(frozen=True)
class Context:
    """What a check needs to know besides the file."""

    provider_code: str
    today: date
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
            today=context.today, only=context.only_month, epoch_1904=context.epoch_1904
        ),
        Kind.DAY: lambda: day_parser(epoch_1904=context.epoch_1904),
        Kind.HOURS: lambda: hours_parser(column.maximum),
        Kind.WHOLE: lambda: whole_parser(column.minimum, column.maximum),
        Kind.TRACK: lambda: track_parser(column.maximum),
        Kind.TEXT: lambda: text_parser(column.maximum),
        Kind.MUNICIPALITY: lambda: municipality_parser(municipalities.names()),
        Kind.CONTRACT: lambda: contract_parser(context.contracts),
        Kind.PROVIDER: lambda: same_provider_parser(context.provider_code),
    }
    if context.any_provider and column.kind in (Kind.CONTRACT, Kind.PROVIDER):
        return text_parser(column.maximum, find=kind_in_key)
    return parsers[column.kind]()
