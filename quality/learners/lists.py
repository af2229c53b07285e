"""The list of learners: its columns and filters, and who sees which of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup
from peewee import JOIN, Case, fn

import quality.scopes  # noqa: F401  registers who sees what
from core.accounts import Account, Role, visible
from core.dates import month_end
from core.formats import MISSING, day_text, number_text, short_month_text
from core.municipalities import name as municipality_name
from core.pages.lists import Column, Filter, choice_filter
from providers.codes import LearningRoute, SkillLevel, TargetGroup, TrackStatus
from providers.models import Provider
from providers.register.queries import promises
from providers.register.rules import Promise, promise_for
from quality.learners.models import LearnerSummary as S
from quality.learners.signals import KINDS, months_between_days, months_words
from quality.learners.summary_operations import BITS, EXAMS, SKILLS

ROUTES = {int(route): route.label for route in LearningRoute}
STATUSES = {int(status): status.label for status in TrackStatus}
LEVELS = {int(level): level.code for level in SkillLevel}
OPEN = "lopend"
TERM_SOON_MONTHS = 6


def summaries(account: Account) -> Any:
    """Learners that an account may see: a gemeente each once, a contractmanager per provider."""
    query = S.select(S, Provider).join(Provider, JOIN.LEFT_OUTER)
    query = visible(S, account, query)
    return query.where(S.latest) if account.role == Role.MUNICIPALITY else query


@dataclass(frozen=True, slots=True)
class Answer:
    """What the list as a whole says."""

    learners: int
    open: int
    off_course: int
    missing: int


def answer_of(account: Account) -> Answer:
    """Count the learners, and of those whose lessons go on: off course, not reported."""
    is_open = S.status.is_null() | (S.status < TrackStatus.COMPLETED)

    def count(condition: Any) -> Any:
        return fn.COALESCE(fn.SUM(Case(None, [(condition, 1)], 0)), 0)

    query = S.select(
        fn.COUNT(S.id), count(is_open), count(S.signals.bin_and(BITS["koers"]) > 0),
        count(S.missing),
    )  # fmt: skip
    query = visible(S, account, query)
    if account.role == Role.MUNICIPALITY:
        query = query.where(S.latest)
    return Answer(*map(int, query.tuples().get()))


def levels_text(row: Any) -> str:
    """The four levels, in the order of the feed, and the aim: ``A1 A2 A1 A1, PIP B1``."""
    levels = [getattr(row, skill) for skill in SKILLS]
    if None in levels:
        return MISSING
    aim = "" if row.pip_level is None else f", PIP {LEVELS[row.pip_level]}"
    return " ".join(LEVELS[level] for level in levels) + aim


def exams_text(row: Any) -> str:
    """How many parts are passed; the Z-route has none to pass."""
    if row.route is None or row.route == LearningRoute.SELF_RELIANCE:
        return MISSING
    return f"{row.exams_passed.bit_count()} van {len(EXAMS)}"


def months_left(row: Any, today: date) -> int | None:
    """Whole months left of the term; negative when it is over."""
    return None if row.term_until is None else round(months_between_days(today, row.term_until))


def term_text(row: Any, today: date) -> str:
    """Months left of the term, and whether that is estimated."""
    left = months_left(row, today)
    if left is None:
        return MISSING
    return f"{left}{' (geschat)' if row.term_estimated else ''}"


def term_words(row: Any, today: date) -> str:
    """The end of the term with how far off it is: ``21-02-2027, nog 3 maanden``."""
    left = months_left(row, today)
    if left is None:
        return MISSING
    guess = ", geschat" if row.term_estimated else ""
    far = f"{months_words(-left)} voorbij" if left < 0 else f"nog {months_words(left)}"
    return f"{day_text(row.term_until)}{guess}, {far}"


def signals_text(row: Any) -> str:
    """The kinds that are open and not dealt with."""
    return ", ".join(word for kind, word in KINDS.items() if row.signals & BITS[kind])


class Promised:
    """What contracts promise, asked for once per provider that is listed."""

    def __init__(self) -> None:
        self._made: dict[int, list[Promise]] = {}

    def of(self, row: Any) -> int | None:
        """Minutes a week that the contract of a learner promises."""
        if row.provider_id is None:
            return None
        agreed = self._made.get(row.provider_id)
        if agreed is None:
            agreed = self._made[row.provider_id] = promises(row.provider_id)
        promise = promise_for(
            agreed, route=row.route, month=row.month, municipality=row.municipality,
            contract=row.contract_id,
        )  # fmt: skip
        return None if promise is None else promise.weekly_minutes


def weekly_text(minutes: int | None) -> str:
    """Minutes a week as hours with one decimal."""
    return MISSING if minutes is None else number_text(minutes / 60)


def columns_of(
    account: Account, today: date, *, link: Callable[[Any], str], places: int
) -> list[Column]:
    """The columns of the list; what only the gemeente knows is there for the gemeente alone."""
    promised = Promised()

    def number(row: Any) -> Markup:
        return Markup('<a href="{}">{}</a>').format(link(row), row.number)

    def hours(row: Any) -> str:
        parts = (promised.of(row), row.weekly_offered, row.weekly_attended)
        return " / ".join(map(weekly_text, parts))

    own = account.role == Role.MUNICIPALITY
    columns = [Column("number", "Traject", lambda r: r.number, number, S.number, nowrap=True)]
    if places != 1:
        columns.append(
            Column("municipality", "Gemeente", lambda r: municipality_name(r.municipality),
                   lambda r: municipality_name(r.municipality), minor=True)
        )  # fmt: skip
    columns += [
        Column("provider", "Aanbieder", _provider, _provider, minor=own),
        Column("route", "Route", _route, _route_name, minor=True),
        Column("status", "Status", _status, _status, minor=own),
        Column("registered_on", "Sinds", lambda r: r.registered_on,
               lambda r: day_text(r.registered_on), S.registered_on, nowrap=True, minor=True),
        Column("waited_days", "Wacht (dagen)", lambda r: r.waited_days,
               lambda r: MISSING if r.waited_days is None else r.waited_days, S.waited_days,
               numeric=True, minor=True),
        Column("lowest_level", "Niveau: lezen, luisteren, schrijven, spreken", levels_text,
               levels_text, S.lowest_level, minor=True),
        Column("weekly_attended", "Uren per week: beloofd, les, gevolgd", hours, hours,
               S.weekly_attended, nowrap=True, minor=True),
        Column("attended_share", "Aanwezig (%)", lambda r: r.attended_share,
               lambda r: MISSING if r.attended_share is None else r.attended_share,
               S.attended_share, numeric=True, minor=True),
        Column("exams_passed", "Examens", exams_text, exams_text, S.exams_passed, minor=True),
    ]  # fmt: skip
    if own:
        columns += [
            Column("term_until", "Maanden over", lambda r: months_left(r, today),
                   lambda r: term_text(r, today), S.term_until, numeric=True),
            Column("urgency", "Signaal", signals_text, lambda r: signals_text(r) or MISSING,
                   S.urgency),
        ]  # fmt: skip
    columns.append(
        Column(
            "month",
            "Laatste maand",
            lambda r: r.month and f"{r.month:%Y-%m}",
            _month,
            S.month,
            minor=own,
        )
    )
    return columns


def _provider(row: Any) -> str:
    return row.provider.name if row.provider_id else "niet gemeld"


def _route(row: Any) -> str:
    return MISSING if row.route is None else LearningRoute(row.route).code


def _route_name(row: Any) -> str:
    """``B1``, ``onderwijs`` or ``Z``: a narrow column whose head says that it is a route."""
    name = MISSING if row.route is None else ROUTES[row.route]
    return name.removesuffix("route").removesuffix("-")


def _status(row: Any) -> str:
    return STATUSES.get(row.status, MISSING)


def _month(row: Any) -> str:
    if row.month is None:
        return MISSING
    gone = ", ontbreekt" if row.missing else ""
    return f"{short_month_text(row.month)}{gone}"


def filters_of(
    account: Account, today: date, *, providers: Iterable[tuple[int, str]], places: Iterable[int]
) -> list[Filter]:
    """The filters of the list; what only the gemeente knows is there for the gemeente alone."""
    named = [(place, municipality_name(place)) for place in places]
    open_now = S.status.is_null() | (S.status < TrackStatus.COMPLETED)
    states: dict[str, Any] = {OPEN: open_now} | {
        status.code: S.status == int(status) for status in TrackStatus
    }
    filters = [
        choice_filter("gemeente", "Gemeente", S.municipality, named) if len(named) > 1 else None,
        choice_filter("aanbieder", "Aanbieder", S.provider, list(providers)),
        choice_filter("route", "Route", S.route, list(ROUTES.items())),
        _one_of("status", "Status", {OPEN: "lopend"} | {s.code: s.label for s in TrackStatus},
                states),
        choice_filter("niveau", "Laagste niveau", S.lowest_level, list(LEVELS.items())),
        _one_of("gemeld", "Laatste maand", {"nee": "ontbreekt"}, {"nee": S.missing}),
    ]  # fmt: skip
    if account.role == Role.MUNICIPALITY:
        soon = _months_later(today, TERM_SOON_MONTHS)
        filters += [
            _one_of("signaal", "Signaal", {"elk": "elk signaal"} | KINDS,
                    {"elk": S.signals > 0}
                    | {kind: S.signals.bin_and(bit) > 0 for kind, bit in BITS.items()}),
            _one_of("termijn", "Termijn", {"kort": "minder dan 6 maanden", "om": "voorbij"},
                    {"kort": S.term_until.between(today, soon), "om": S.term_until < today}),
            choice_filter("doelgroep", "Doelgroep", S.target_group,
                          [(int(group), group.label) for group in TargetGroup]),
        ]  # fmt: skip
    return [item for item in filters if item is not None]


def _one_of(name: str, label: str, words: dict[str, str], conditions: dict[str, Any]) -> Filter:
    def read(text: str) -> str:
        if text not in conditions:
            raise ValueError(text)
        return text

    return Filter(
        name, label, lambda query, value: query.where(conditions[value]), read, list(words.items())
    )


def _months_later(day: date, months: int) -> date:
    """The same day some months later, or the last one of that month."""
    number = day.year * 12 + day.month - 1 + months
    first = date(number // 12, number % 12 + 1, 1)
    return first.replace(day=min(day.day, month_end(first).day))
