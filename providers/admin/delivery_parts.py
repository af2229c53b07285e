"""What the pages of the deliveries show, put together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

import peewee
from flask import current_app, g
from flask_wtf.file import FileField
from wtforms import BooleanField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice

from core.accounts import Role, visible
from core.dates import add_months
from core.formats import count_text, moment_text
from core.jobs.models import Job
from core.municipalities import name as municipality_name
from core.pages.fields import DutchMonthField, Required, SafeForm
from core.pages.lists import Column, RowList, choice_filter
from core.small_numbers import few_text
from providers.codes import LearningRoute, TrackStatus
from providers.deliveries import outcomes
from providers.deliveries.calendar_queries import CalendarCell, delivery_calendar
from providers.deliveries.history_queries import Narrow
from providers.deliveries.outcomes import RECEIVED, STATE_WORDS
from providers.deliveries.queries import completeness, missing_rows
from providers.feed.tell.outcome import Outcome, Status
from providers.models import CURRENT, Delivery, DeliveryMonth, ProgressRecord, Provider


def state_words() -> dict[str, str]:
    """What the states are called: a school hands in, others accept."""
    waits = {RECEIVED: "wacht op indienen"} if g.account.role == Role.PROVIDER else {}
    return STATE_WORDS | waits


def state_word(delivery: Delivery) -> str:
    """How a delivery stands for who reads this page."""
    word = outcomes.state_word(delivery)
    return state_words()[RECEIVED] if word == STATE_WORDS[RECEIVED] else word


def delivery_list() -> RowList:
    """Every delivery that the signed-in account may see, as a list."""
    own = g.account.role == Role.PROVIDER
    D = Delivery  # noqa: N806  a short name for a long list
    query = visible(D, g.account, D.select(D, Provider).join(Provider))
    providers = visible(Provider, g.account).order_by(Provider.name)
    return RowList(
        query,
        key=D.id,
        seal=str(current_app.secret_key),
        search=(D.file_name,),
        filters=(
            choice_filter("stand", "Stand", D.state, list(state_words().items())),
            choice_filter(
                "aanbieder", "Aanbieder", Provider.code, [(p.code, p.name) for p in providers]
            ),
        ),
        columns=(
            Column("file_name", "Bestand", lambda d: d.file_name, lambda d: d.file_name,
                   D.file_name),
            Column("provider", "Aanbieder", lambda d: d.provider.code,
                   lambda d: d.provider.name, minor=own),
            Column("received_at", "Ontvangen", lambda d: d.received_at,
                   lambda d: moment_text(d.received_at), D.received_at, minor=True),
            Column("state", "Stand", state_word, state_word, D.state),
            Column("accepted", "Aangenomen", lambda d: d.accepted, lambda d: d.accepted,
                   D.accepted, numeric=True, minor=True),
            Column("unchanged", "Ongewijzigd", lambda d: d.unchanged, lambda d: d.unchanged,
                   D.unchanged, numeric=True, minor=True),
            Column("rejected", "Terug te sturen", lambda d: d.rejected, lambda d: d.rejected,
                   D.rejected, numeric=True, minor=not own),
        ),
        sort="-received_at",
    )  # fmt: skip


_IN_THE_QUEUE = {
    "preview": "Wij kijken het bestand na. Kijk straks weer: dan zie je wat er zou gebeuren.",
    "delivery": "Het bestand staat in de rij. Kijk straks weer: dan staat hier het "
    "ontvangstbewijs.",
}


@dataclass(frozen=True)
class CalendarRow:
    """One provider over the months of the calendar; each with who is missing in it, in words."""

    provider: Provider
    cells: list[tuple[CalendarCell, str]]


def calendar_rows(
    providers: Sequence[Provider], first: date, last: date, today: date, *, exact: bool
) -> list[CalendarRow]:
    """The calendar, a provider a row; ``exact`` is whether fewer than five may be told."""
    keys = [provider.id for provider in providers]
    complete = completeness(keys, first, last)
    by_provider: dict[int, list[tuple[CalendarCell, str]]] = {key: [] for key in keys}
    for cell in delivery_calendar(keys, first, last, today):
        one = complete.get((cell.provider_id, cell.month))
        gone = one.missing if one is not None and cell.delivery_id is not None else 0
        by_provider[cell.provider_id].append((cell, missing_words(gone, exact=exact)))
    return [CalendarRow(provider, by_provider[provider.id]) for provider in providers]


def missing_words(gone: int, *, exact: bool) -> str:
    """``12 ontbreken``; nothing when nobody does."""
    if not gone:
        return ""
    number = count_text(gone) if exact else few_text(gone)
    return f"{number}\N{NO-BREAK SPACE}{'ontbreekt' if number == '1' else 'ontbreken'}"


def answer_of(delivery: Delivery, outcome: Outcome, *, job: Job | None, sends: bool) -> str:
    """The one sentence at the top of a receipt; ``sends`` is whether a school itself reads it."""
    if job is not None and job.waiting:
        return _IN_THE_QUEUE[job.kind]
    if delivery.state == "received" and outcome.status is not Status.REFUSED:
        return _before_accepting(outcome, sends=sends)
    if delivery.state == "withdrawn":
        return "Deze levering is ingetrokken. Wat zij verving, geldt weer."
    if not delivery.size:
        return "De aanbieder meldt dat er over deze maand niets te melden is."
    if outcome.status is Status.REFUSED:
        what = "Het bestand is niet aangenomen"
        if outcome.missing_columns and delivery.state == "received":
            what = (
                "Er ontbreekt een kolom: kies welke het is"
                if len(outcome.missing_columns) == 1
                else "Er ontbreken kolommen: kies welke het zijn"
            )
        return f"{what}. Er is niets veranderd."
    return _after_accepting(outcome)


def _before_accepting(outcome: Outcome, *, sends: bool) -> str:
    counts, go_on = outcome.counts, "dien de levering in" if sends else "neem de levering aan"
    if not counts.rows:
        return f"Laat het bestand nakijken, of {go_on}. Dan volgt het ontvangstbewijs."
    nothing_yet = "Er is nog niets verwerkt."
    if not counts.rejected:
        return f"Alle rijen zijn goed. Kijk ze na en {go_on}. {nothing_yet}"
    rows = "1 rij moet" if counts.rejected == 1 else f"{count_text(counts.rejected)} rijen moeten"
    return f"{rows} anders. Verbeter het bestand eerst, of {go_on} zonder die rijen. {nothing_yet}"


def _after_accepting(outcome: Outcome) -> str:
    if not outcome.counts.rejected:
        return "Alle rijen zijn verwerkt."
    open_rows = len(outcome.to_mend)
    if open_rows:
        rows = "1 rij is" if open_rows == 1 else f"{count_text(open_rows)} rijen zijn"
        still = "nog " if open_rows < outcome.counts.rejected else ""
        return f"{rows} {still}terug te sturen. Verbeter en stuur alleen wat niet is verwerkt."
    if all(fate.mended for fate in outcome.sent_back):
        return "Alle rijen zijn verwerkt: wat terugkwam, is aangevuld."
    return "Alle rijen die terugkwamen zijn opnieuw gestuurd. Een deel kwam daar weer terug."


SHOWN_MISSING = 20


@dataclass(frozen=True)
class MonthCompleteness:
    """How many of the trajecten that were open a month before are there, and who is not."""

    month: date
    expected: int
    present: int
    missing: list[ProgressRecord]


def month_completeness(
    delivery: Delivery, months: Sequence[date], narrow: Narrow | None
) -> list[MonthCompleteness]:
    """Completeness of some months of a delivery; who is missing, for those who may see rows."""
    if not months:
        return []
    provider = delivery.provider.id
    by_month = completeness([provider], months[0], months[-1])
    rows = []
    for month in months:
        one = by_month.get((provider, month))
        if one is not None:
            gone: list[ProgressRecord] = []
            if narrow is not None and one.present < one.expected:
                gone = list(missing_rows(provider, month, narrow).limit(SHOWN_MISSING))
            rows.append(MonthCompleteness(month, one.expected, one.present, gone))
    return rows


def missing_cells(rows: Any) -> Iterator[tuple[Any, ...]]:
    """Those who are missing, as cells of a file."""
    for row in rows.iterator():
        yield (
            row.track.number, TrackStatus(row.status).label, LearningRoute(row.route).label,
            municipality_name(row.municipality), f"{row.month:%Y-%m}",
        )  # fmt: skip


@dataclass(frozen=True)
class MonthChange:
    """One month of a delivery beside the month before it: learners and hours."""

    month: date
    learners: int
    learners_before: int
    minutes: int
    minutes_before: int


def month_changes(delivery: Delivery) -> list[MonthChange]:
    """What changed against the month before, for the last months of a delivery."""
    months = [
        row.month
        for row in DeliveryMonth.select()
        .where(DeliveryMonth.delivery == delivery, DeliveryMonth.rows > 0)
        .order_by(DeliveryMonth.month.desc())
        .limit(3)
    ]
    wanted = {
        month for month_shown in months for month in (month_shown, add_months(month_shown, -1))
    }
    rows = (
        ProgressRecord.select(
            ProgressRecord.month,
            peewee.fn.COUNT(ProgressRecord.id),
            peewee.fn.SUM(ProgressRecord.minutes_offered),
        )
        .where(
            CURRENT,
            ProgressRecord.provider == delivery.provider,
            ProgressRecord.month.in_(sorted(wanted)),
        )
        .group_by(ProgressRecord.month)
    )
    as_tuples: Any = rows.tuples()
    active = {month: (count, int(minutes or 0)) for month, count, minutes in as_tuples}
    return [
        MonthChange(
            month,
            active.get(month, (0, 0))[0],
            active.get(add_months(month, -1), (0, 0))[0],
            active.get(month, (0, 0))[1],
            active.get(add_months(month, -1), (0, 0))[1],
        )
        for month in sorted(months)
    ]


class UploadForm(SafeForm):
    """A file of one provider."""

    provider = SelectField("Aanbieder", validators=[Required("Kies de aanbieder.")])
    file = FileField(
        "Bestand",
        description="XLSX, XLS, ODS, CSV of JSON. De volgorde van de kolommen maakt niet uit.",
        validators=[Required("Kies een bestand.")],
    )
    again = BooleanField(
        "Neem het bestand opnieuw in, ook als wij het al hebben",
        description="Alleen nodig als een latere levering rijen van dit bestand verving.",
    )

    def offer(self, providers: Sequence[tuple[str, str]]) -> None:
        """Let the sender choose from these providers; one alone is chosen already."""
        choices = [SelectChoice(code, name) for code, name in providers]
        first = [] if len(choices) == 1 else [SelectChoice("", "Kies een aanbieder")]
        self.provider.choices = first + choices
        # HTML lets a choice be required only where it can be left open.
        self.provider.flags.required = bool(first)


class NilReturnForm(SafeForm):
    """Nothing to report about a month."""

    provider = SelectField("Aanbieder", validators=[Required("Kies de aanbieder.")])
    month = DutchMonthField(
        "Maand",
        description="Bijvoorbeeld: oktober 2026, of 2026-10.",
        validators=[Required("Vul de maand in waarover er niets te melden is.")],
    )

    offer = UploadForm.offer

    @property
    def chosen_month(self) -> date:
        """The month that was filled in."""
        return cast("date", self.month.data)


class WithdrawForm(SafeForm):
    """Why a delivery is withdrawn."""

    reason = TextAreaField(
        "Reden",
        description="De aanbieder leest deze reden in het ontvangstbewijs.",
        validators=[Required("Vul in waarom je de levering intrekt.")],
    )
