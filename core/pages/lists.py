"""Lists of any length: search, filter, sort and page by keyset, read from an address.

``RowList`` takes a query that is already narrowed to what the account may see. Paging goes by the
last row seen, not by number, so that page 40,000 costs as much as page 1. Whatever an address
says, the answer is a list: what cannot be read is left out.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import reduce
from operator import attrgetter, or_
from typing import Any
from urllib.parse import urlencode

import peewee
from itsdangerous import BadData, URLSafeSerializer

from core.db import starts_with
from core.errors import DomainError
from core.formats import read_day

PAGE_SIZE = 25
EXPORT_BATCH = 2_000
COUNT_UP_TO = 10_000
LONGEST_SEARCH = 100
SIZES = (PAGE_SIZE, 50, 100, 200)
SEARCH, SORT, AFTER, BEFORE, SIZE = "zoek", "sorteer", "na", "voor", "per"


@dataclass(frozen=True)
class Column:
    """One column: ``value`` for downloads, ``text`` for the page, ``sort`` when it may sort.

    The name of a column that sorts is where a row holds its value: ``name``, ``provider.name``.
    ``nowrap`` keeps a date or a code on one line; what is ``minor`` waits on a phone for a tick.
    """

    name: str
    label: str
    value: Callable[[Any], Any]
    text: Callable[[Any], Any]
    sort: peewee.Field | None = None
    numeric: bool = False
    nowrap: bool = False
    minor: bool = False


@dataclass(frozen=True)
class Filter:
    """One filter: ``read`` makes a value of the text (``ValueError`` when it cannot), ``apply``
    narrows the query. With ``choices`` (value, label) it is a drop-down; ``choices_of`` gives
    those of the account that asks."""

    name: str
    label: str
    apply: Callable[[Any, Any], Any]
    read: Callable[[str], Any] = str
    choices: Sequence[tuple[str, str]] | None = None
    hint: str = ""
    choices_of: Callable[[], Sequence[tuple[str, str]]] | None = None
    secret: bool = False
    """What is typed here names a person: the audit trail holds a digest of it."""

    def value_of(self, text: str) -> Any:
        """Read what an address says; ``ValueError`` for what is no choice of a drop-down."""
        if self.choices is not None and text not in dict(self.choices):
            raise ValueError(text)
        return self.read(text)


def choice_filter(name: str, label: str, column: Any, choices: Sequence[tuple[Any, str]]) -> Filter:
    """Make a drop-down filter on equality."""
    by_text = {str(value): value for value, _ in choices}
    return Filter(
        name,
        label,
        lambda query, value: query.where(column == value),
        by_text.__getitem__,
        [(str(value), text) for value, text in choices],
    )


def day_filters(name: str, label: str, column: Any) -> tuple[Filter, Filter]:
    """Make two filters on a day: from, and up to and including."""
    return (
        Filter(f"{name}_vanaf", f"{label} vanaf", lambda query, day: query.where(column >= day),
               read_day, hint="23-11-2026"),
        Filter(f"{name}_tot", f"{label} tot en met", lambda query, day: query.where(column <= day),
               read_day, hint="23-11-2026"),
    )  # fmt: skip


@dataclass
class ListState:
    """What an address asks of a list; ``ignored`` says what could not be read."""

    search: str = ""
    sort: str = ""
    descending: bool = False
    filters: dict[str, Any] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    size: int = PAGE_SIZE
    usual_size: int = PAGE_SIZE

    def url(self, **changes: str) -> str:
        """Write the address of the same list with other parts; empty leaves a part out."""
        size = "" if self.size == self.usual_size else str(self.size)
        parts = {SEARCH: self.search, SORT: self.sort_text, SIZE: size} | self.typed | changes
        return "?" + urlencode({name: value for name, value in parts.items() if value})

    @property
    def sort_text(self) -> str:
        """The order as it stands in an address: ``naam`` or ``-naam``."""
        return f"-{self.sort}" if self.descending else self.sort

    @property
    def narrowed(self) -> bool:
        """Whether a search or filter is on."""
        return bool(self.search or self.typed)


@dataclass
class ListPage:
    """One page of a list, with the addresses of its neighbours."""

    rows: list[Any]
    state: ListState
    count: int
    counted_all: bool
    first: str | None = None
    previous: str | None = None
    next: str | None = None


class RowList:
    """A list over one query. ``key`` is the unique column that settles ties (the primary key)."""

    def __init__(
        self,
        query: Any,
        *,
        key: peewee.Field,
        columns: Sequence[Column],
        seal: str,
        search: Sequence[peewee.Field] = (),
        search_from_start: bool = False,
        search_by: Callable[[str], Any] | None = None,
        filters: Sequence[Filter] = (),
        sort: str = "",
        size: int = PAGE_SIZE,
    ) -> None:
        self.query = query
        self.key = key
        self.columns = columns
        self.marks = URLSafeSerializer(seal, salt="page mark")
        self.search = search
        self.search_from_start = search_from_start
        self.search_by = search_by
        self.filters = [
            replace(one, choices=one.choices_of()) if one.choices_of else one for one in filters
        ]
        self.default_sort = sort
        self.size = size
        self.sortable = {c.name: c for c in columns if c.sort is not None}

    def state(self, arguments: Mapping[str, str]) -> ListState:
        """Read an address."""
        state = ListState(usual_size=self.size)
        if self.search:
            state.search = _clean(arguments.get(SEARCH, ""))
        size = arguments.get(SIZE, "")
        state.size = int(size) if size in map(str, SIZES) else self.size
        order = arguments.get(SORT, "")
        if order.lstrip("-") not in self.sortable:
            order = self.default_sort
        state.sort, state.descending = order.lstrip("-"), order.startswith("-")
        for item in self.filters:
            typed = _clean(arguments.get(item.name, ""))
            if not typed:
                continue
            try:
                state.filters[item.name] = item.value_of(typed)
            except (ValueError, KeyError, OverflowError):
                state.ignored.append(f"{item.label}: {typed}")
            else:
                state.typed[item.name] = typed
        return state

    def narrowed(self, state: ListState) -> Any:
        """Apply search and filters."""
        query = self.query
        for item in self.filters:
            if item.name in state.filters:
                query = item.apply(query, state.filters[item.name])
        if state.search and self.search_by is not None:
            query = query.where(self.search_by(state.search))
        elif state.search:
            find = starts_with if self.search_from_start else peewee.Field.contains
            query = query.where(reduce(or_, (find(f, state.search) for f in self.search)))
        return query

    def page(self, arguments: Mapping[str, str]) -> ListPage:
        """Give the page that an address asks for; the first one when its mark is not ours."""
        state = self.state(arguments)
        query = self.narrowed(state)
        after = self._unsealed(arguments.get(AFTER, ""), state)
        before = None if after else self._unsealed(arguments.get(BEFORE, ""), state)
        rows, more = self._batch(query, state, after or before, back=before is not None)
        counted = query.limit(COUNT_UP_TO + 1).count(clear_limit=False)
        page = ListPage(rows, state, min(counted, COUNT_UP_TO), counted <= COUNT_UP_TO)
        has_previous = after is not None or (before is not None and more)
        has_next = more if before is None else True
        if rows and has_previous:
            page.first = state.url()
            page.previous = state.url(**{BEFORE: self._sealed(rows[0], state)})
        if rows and has_next:
            page.next = state.url(**{AFTER: self._sealed(rows[-1], state)})
        return page

    def every_row(self, arguments: Mapping[str, str]) -> Iterator[Any]:
        """Give all rows that an address asks for, a batch at a time.

        A file does not show its filters, so that one that cannot be read is refused.
        """
        state = self.state(arguments)
        if state.ignored:
            raise DomainError(
                "unknown_filter",
                f"Dit filter is niet te lezen: {', '.join(state.ignored)}. Kies het filter in de "
                "lijst en download dan opnieuw.",
            )
        return self._every_row(state)

    def _every_row(self, state: ListState) -> Iterator[Any]:
        query = self.narrowed(state)
        mark: list[Any] | None = None
        more = True
        while more:
            rows, more = self._batch(query, state, mark, size=EXPORT_BATCH)
            yield from rows
            if rows:
                mark = self._mark(rows[-1], state)

    def _batch(
        self,
        query: Any,
        state: ListState,
        mark: list[Any] | None,
        *,
        back: bool = False,
        size: int | None = None,
    ) -> tuple[list[Any], bool]:
        size = size or state.size
        down = state.descending != back
        column = self.sortable[state.sort].sort if state.sort else self.key
        if mark is not None:
            query = query.where(_beyond(column, self.key, mark, down=down, back=back))
        order = [self.key.desc() if down else self.key.asc()]
        if column is not self.key:
            order.insert(0, _ordered(column, down=down, back=back))
        # Only keys are put in order: a database that sorts whole rows takes three times as long.
        keys = query.select(self.key).order_by(*order).limit(size + 1)
        rows = list(query.where(self.key.in_(keys)).order_by(*order))
        more = len(rows) > size
        rows = rows[:size]
        return (rows[::-1] if back else rows), more

    def _mark(self, row: Any, state: ListState) -> list[Any]:
        key = getattr(row, self.key.name)
        return [attrgetter(state.sort)(row) if state.sort else key, key]

    def _sealed(self, row: Any, state: ListState) -> str:
        return self.marks.dumps([state.sort, *map(_plain, self._mark(row, state))])

    def _unsealed(self, text: str, state: ListState) -> list[Any] | None:
        try:
            sort, value, key = self.marks.loads(text)
        except BadData:
            return None
        return [_rich(value), key] if sort == state.sort else None


def _ordered(column: Any, *, down: bool, back: bool) -> Any:
    # Missing values stand last; columns that never miss keep their index.
    nulls = ("first" if back else "last") if column.null else None
    return column.desc(nulls=nulls) if down else column.asc(nulls=nulls)


def _beyond(column: Any, key: Any, mark: list[Any], *, down: bool, back: bool) -> Any:
    value, last = mark
    past_key = key < last if down else key > last
    if column is key:
        return past_key
    if value is None:
        at_null = column.is_null() & past_key
        return column.is_null(False) | at_null if back else at_null
    past_value = column < value if down else column > value
    beyond = past_value | ((column == value) & past_key)
    if column.null and not back:
        return beyond | column.is_null()
    if column.null:
        return beyond
    # As a row value, which one index on both columns answers at any depth.
    pair = peewee.Tuple(column, key)
    end = peewee.Tuple(peewee.Value(value, converter=column.db_value), last)
    return pair < end if down else pair > end


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    return {"day": value.isoformat()} if isinstance(value, date) else value


def _rich(value: Any) -> Any:
    if isinstance(value, dict):
        if "moment" in value:
            return datetime.fromisoformat(value["moment"])
        return date.fromisoformat(value["day"])
    return value


def _clean(text: str) -> str:
    return "".join(c for c in text if c.isprintable()).strip()[:LONGEST_SEARCH]
