"""Fill an empty database with the demo region, through the same operations as any installation."""

import io
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from peewee import Case, fn

from app.demo import ACCOUNTS, KEEPER, MANAGER, PASSWORD, REGION_TEAM
from app.demo.facts import Lived, facts_file
from app.demo.follow_up import follow_up
from app.demo.region import MONTHS, MUNICIPALITIES, last_month, register_tables
from app.demo.story import Parcel, parcels
from core.accounts import Account
from core.dates import AMSTERDAM, add_months, days, month_end
from core.identity.account_operations import add_account
from core.jobs.follow_up_operations import settled
from core.municipalities import name as municipality_name
from core.storage import Storage
from procurement import demo as procurement_demo
from procurement.promises.demo import load_promises
from providers.codes import EndReason, LearningRoute
from providers.deliveries.mapping import save_mapping
from providers.deliveries.operations import (
    EVERY_MONTH,
    Request,
    accept,
    declare_nothing,
    receive,
    withdraw,
)
from providers.feed.tell.outcome import Outcome
from providers.models import CURRENT, CourseTrack, ProgressRecord, Provider
from providers.register.operations import import_register
from providers.register.rows import RegisterTable, read_tables
from quality.cards.operations import compute_months, fix
from quality.learners.fact_operations import import_facts
from quality.models import ScoreCard
from quality.regions.demo import load_regions

CONCEPT_MONTHS = 2
"""The newest so many months are still concept; older ones are vastgesteld."""
Progress = Callable[[str], None]


@dataclass
class Loaded:
    """What went in."""

    last_month: date
    outcomes: list[Outcome] = field(default_factory=list)
    cards: int = 0

    @property
    def rows(self) -> int:
        """Rows of all files together."""
        return sum(outcome.counts.rows for outcome in self.outcomes)


def load_region(
    *, data_directory: Path, today: date, seed: int, report: Progress, months: int = MONTHS
) -> Loaded:
    """Register, deliveries, scores and accounts; the database must be migrated and empty."""
    last = last_month(today)
    loaded = Loaded(last)
    report("Het register van de regio")
    _register(today, months)
    report(f"De leveringen van acht aanbieders over {months} maanden")
    storage = Storage(data_directory)
    for parcel in parcels(today, last, seed, months):
        if parcel.content:
            loaded.outcomes.append(_deliver(parcel, storage))
        else:
            sender = Provider.get(Provider.code == parcel.provider)
            declare_nothing(sender, parcel.month, by=_sender(sender), at=parcel.at)
    report("Wat de gemeenten van hun cursisten weten")
    _facts(seed, today)
    report("De scores van alle maanden")
    loaded.cards = _score([add_months(last, back) for back in range(1 - months, 1)], today)
    settled("judge")
    report("Gesprekken, afspraken en signalen")
    follow_up(last, by=MANAGER, at=_moment(today))
    report("Andere regio's")
    load_regions(add_months(last, -CONCEPT_MONTHS), by=MANAGER, at=_moment(today))
    report("De inkooptrajecten")
    procurement_demo.load(today, municipalities=tuple(MUNICIPALITIES), by=REGION_TEAM)
    report("Wat de contracten beloven, en de facturen")
    load_promises(by=MANAGER, at=_moment(today))
    report("De accounts")
    _accounts(_moment(today))
    return loaded


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(9), tzinfo=AMSTERDAM)


NORM_BEFORE = {"TA004": "42"}
NORM_REASON = "Besluit stuurgroep: ook een kleine aanbieder laat binnen vier weken beginnen"


def _register(today: date, months: int) -> None:
    """Take the register in as it began, and then the one norm that changed since."""
    sheets = register_tables(today, months)
    head, *contracts = sheets["contracten"]
    norm = head.index("norm_wachttijd_dagen")
    began = [
        [*one[:norm], NORM_BEFORE.get(one[1], one[norm]), *one[norm + 1 :]] for one in contracts
    ]
    begin, now = _moment(today), _moment(today) + timedelta(minutes=30)
    _take_in({**sheets, "contracten": [head, *began]}, at=begin, reason="Start van de contracten")
    _take_in({"contracten": sheets["contracten"]}, at=now, reason=NORM_REASON)


def _take_in(sheets: dict[str, list[list[str]]], *, at: datetime, reason: str) -> None:
    tables = [
        RegisterTable(sheet, rows[0], list(enumerate(rows[1:], start=2)))
        for sheet, rows in sheets.items()
    ]
    import_register(read_tables(tables), by=MANAGER, at=at, reason=reason)


def _sender(provider: Provider) -> str:
    return f"administratie van {provider.name}"


def _deliver(parcel: Parcel, storage: Storage) -> Outcome:
    provider = Provider.get(Provider.code == parcel.provider)
    sender = _sender(provider)
    if parcel.mapping.headers:
        save_mapping(
            provider,
            headers=parcel.mapping.headers,
            codes=parcel.mapping.codes,
            by=sender,
            at=parcel.at,
        )
    delivery, earlier = receive(
        io.BytesIO(parcel.content),
        file_name=parcel.name,
        provider=provider,
        storage=storage,
        by=sender,
        at=parcel.at,
    )
    request = Request(today=parcel.at.date(), replace=EVERY_MONTH)
    outcome = accept(delivery, storage=storage, request=request, by=sender, at=parcel.at)
    if parcel.withdrawn_because and not earlier:
        later = parcel.at + days(1)
        withdraw(delivery, reason=parcel.withdrawn_because, by=MANAGER, at=later)
    return outcome


def _score(months: list[date], today: date) -> int:
    """Compute each month as of some weeks later, and fix all but the newest."""
    moments = {month: _moment(min(month_end(month) + days(45), today)) for month in months}
    compute_months(moments, by=MANAGER)
    for month in months[:-CONCEPT_MONTHS]:
        fix(month, by=MANAGER, at=min(moments[month] + days(7), _moment(today)))
    return ScoreCard.select().count()


def _accounts(at: datetime) -> list[Account]:
    return [
        add_account(
            email=email, name=name, role=role, password=PASSWORD, by=KEEPER, at=at,
            provider_code=provider, municipalities=list(municipalities),
        )
        for email, name, role, provider, municipalities in ACCOUNTS
    ]  # fmt: skip


def _facts(seed: int, today: date) -> None:
    """Each gemeente sends one file about the learners that providers reported."""
    rows: Any = (
        ProgressRecord.select(
            CourseTrack.number, ProgressRecord.municipality, ProgressRecord.route,
            fn.MIN(ProgressRecord.registered_on), fn.MIN(ProgressRecord.first_lesson_on),
            fn.MAX(Case(None, [(ProgressRecord.end_reason == EndReason.DIPLOMA,
                                ProgressRecord.ended_on)], None)),
        )
        .join(CourseTrack)
        .where(CURRENT)
        .group_by(CourseTrack.number, ProgressRecord.municipality, ProgressRecord.route)
        .order_by(CourseTrack.number)
    )  # fmt: skip
    people: dict[int, dict[str, Lived]] = {}
    for number, place, route, *when in rows.tuples():
        registered, started, passed = map(_day, when)
        if registered is not None:
            people.setdefault(place, {})[number] = Lived(
                number, LearningRoute(route).code, registered, started, passed
            )
    for place, learners in sorted(people.items()):
        with tempfile.NamedTemporaryFile(suffix=".csv") as file:
            file.write(facts_file(learners.values(), seed=seed, today=today))
            file.flush()
            import_facts(
                Path(file.name), file_name=f"cursisten-{place:04d}.csv", municipality=place,
                by=f"klantvolgsysteem van {municipality_name(place)}", at=_moment(today),
                today=today,
            )  # fmt: skip


def _day(value: date | int | None) -> date | None:
    return date.fromordinal(value) if isinstance(value, int) else value
