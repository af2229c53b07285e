"""Deliveries as verbs: receive, accept, withdraw, declare that there is nothing to report."""

import time
from collections.abc import Container
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from core import audit
from core.dates import add_months, month_end, month_from_number, month_number, month_of
from core.db import lock_until_commit, transaction
from core.errors import DomainError
from core.formats import count_text, counted, month_text
from core.jobs.follow_up_operations import owe, settle
from core.storage import Storage
from providers.deliveries.mapping import header_changes, mapping_of
from providers.deliveries.open_tracks import forget_open_tracks
from providers.deliveries.outcomes import (
    HELD,
    RECEIVED,
    REFUSED,
    WITHDRAWN,
    already_delivered,
    shown_name,
)
from providers.deliveries.queries import completed_by, sent_back
from providers.feed.check.checking import Problem
from providers.feed.check.rules import ERROR, sentence
from providers.feed.columns import Context, Mapping
from providers.feed.hold import intake, rejected, withdrawal
from providers.feed.hold.drift import look_for_drift
from providers.feed.hold.staging import count_grown_tables, one_at_a_time, patience, rows_of
from providers.feed.read import cleaning
from providers.feed.table import RefusedFileError
from providers.feed.tell.outcome import Counts, Outcome, Replaces, Status, held_status
from providers.models import Contract, Delivery, DeliveryMonth, Problem as HeldProblem, Provider


class _EveryMonth:
    def __contains__(self, _: object) -> bool:
        return True


EVERY_MONTH: Container[date] = _EveryMonth()
"""Consent to replace whatever is held, for who sends nothing by mistake."""
LARGE_PART = 10
"""Replacing more than one in so many rows of an earlier month is asked about."""


MAPPABLE = ("F003", "F004")
"""Refusals that end when somebody says what the columns are."""


class _NeedsConsentError(Exception):
    """The delivery would replace a month that its sender did not name; nothing is held."""


@dataclass(frozen=True)
class Request:
    """How a file is to be read: on which day, by which choices of the sender."""

    today: date
    only_month: date | None = None
    sheet: str | None = None
    replace: Container[date] = frozenset()
    """Months of which the sender confirmed that most of their rows are replaced."""
    mapping: Mapping | None = None
    """How to read its headers and codes; as the provider confirmed them when not given."""

    def mapping_for(self, provider: Provider) -> Mapping:
        """The mapping to read a file of this provider with."""
        return mapping_of(provider.id) if self.mapping is None else self.mapping


def find_provider(code: str) -> Provider:
    """The provider with this code."""
    provider: Provider | None = Provider.get_or_none(Provider.code == code)
    if provider is None:
        raise DomainError(
            "unknown_provider",
            f"Aanbieder {code} staat niet in het register. Voeg hem eerst toe.",
            field="provider",
        )
    return provider


def held_delivery(provider: Provider, sha256: str) -> Delivery | None:
    """The newest held delivery of these bytes."""
    same = Delivery.select().where(
        Delivery.provider == provider, Delivery.sha256 == sha256, Delivery.state == HELD
    )
    newest: Delivery | None = same.order_by(Delivery.id.desc()).first()
    return newest


@patience()
def receive(
    source: IO[bytes],
    *,
    file_name: str,
    provider: Provider,
    storage: Storage,
    by: str,
    at: datetime,
    again: bool = False,
    at_most: int | None = None,
) -> tuple[Delivery, bool]:
    """Keep a file before anything is read; return its delivery, and whether it was held already.

    The same bytes make the same delivery, unless ``again`` asks for a new one. A delivery that
    was not finished (a crash), or was refused, is taken up again.
    """
    stored = storage.keep(source, at_most=at_most)
    with stored.path.open("rb") as arrived, transaction():
        _one_at_a_time(stored.sha256)
        one_at_a_time(provider)
        earlier = Delivery.select().where(
            Delivery.provider == provider, Delivery.sha256 == stored.sha256
        )
        taken_in = held_delivery(provider, stored.sha256)
        if taken_in is not None and not again:
            return taken_in, True
        storage.need(arrived, stored.path)
        unfinished = (
            earlier.where(Delivery.state.in_((RECEIVED, REFUSED)))
            .order_by(Delivery.id.desc())
            .first()
        )
        if unfinished is not None:
            unfinished.again_of = taken_in
            unfinished.save()
            return unfinished, False
        delivery = Delivery.create(
            provider=provider,
            file_name=shown_name(file_name),
            sha256=stored.sha256,
            size=stored.size,
            sender=by[:120],
            received_at=at,
            again_of=taken_in,
        )
        audit.record(
            at=at,
            actor=by,
            action="receive",
            thing="delivery",
            thing_id=delivery.id,
            after={"sha256": stored.sha256, "size": stored.size, "provider": provider.code},
        )
    return delivery, False


def preview(path: Path, *, file_name: str, provider: Provider, request: Request) -> Outcome:
    """What would happen to a file, without holding anything."""
    started = time.perf_counter()
    sha256 = cleaning.fingerprint(path)
    outcome = Outcome(shown_name(file_name), sha256, Status.DRY_RUN, provider=provider.id)
    try:
        with intake.one_session():
            staged = intake.stage(path, _context(provider, request), sheet=request.sheet)
            with intake.without_lock():
                intake.compare(provider.id, staged)
                _tell(outcome, staged)
                outcome.replaces = _replaced_months(provider, request)
                outcome.provisional = _months_in_progress(outcome, request.today)
            staged.staging.clear()
    except RefusedFileError as error:
        _tell_refusal(outcome, error)
    outcome.seconds = time.perf_counter() - started
    return outcome


@patience()
def accept(
    delivery: Delivery, *, storage: Storage, request: Request, by: str, at: datetime
) -> Outcome:
    """Take a received file in: all of it in one transaction, or nothing."""
    started = time.perf_counter()
    provider = delivery.provider
    outcome = Outcome(
        delivery.file_name,
        delivery.sha256,
        Status.ACCEPTED,
        delivery=delivery.id,
        provider=provider.id,
    )
    is_new = False
    try:
        with intake.one_session():
            staged = _stage(delivery, storage, request)
            with transaction():
                one_at_a_time(provider)
                again = Delivery.get_by_id(delivery.id)
                if again.state not in (RECEIVED, REFUSED):
                    return already_delivered(again, file_name=delivery.file_name)
                _hold(delivery, staged, outcome, request, by=by, at=at, started=started)
                if staged.stays_as_received:
                    is_new = storage.keep_as_received(delivery.sha256)
                _owe_removal(delivery, storage, by=by, at=at)
            staged.staging.clear()
    except cleaning.FileGoneError:
        again = Delivery.get_by_id(delivery.id)
        if again.state in (RECEIVED, REFUSED):
            raise
        return already_delivered(again, file_name=delivery.file_name)
    except RefusedFileError as error:
        _tell_refusal(outcome, error)
        outcome.seconds = time.perf_counter() - started
        _refuse(delivery, outcome, storage, by=by, at=at)
    except _NeedsConsentError:
        _ask(delivery, outcome)
        outcome.seconds = time.perf_counter() - started
        return outcome
    except Exception:
        if is_new:  # and not committed, as on a full disk
            storage.path(delivery.sha256).unlink()
        raise
    settle(storage.directory.parent, at=at, kind="remove_files", subject=delivery.sha256)
    count_grown_tables(outcome.counts.accepted)
    return outcome


def _owe_removal(delivery: Delivery, storage: Storage, *, by: str, at: datetime) -> None:
    """Have the bytes removed that were received, unless they wait for another decision too."""
    _one_at_a_time(delivery.sha256)
    others = Delivery.select().where(
        Delivery.sha256 == delivery.sha256, Delivery.state == RECEIVED, Delivery.id != delivery.id
    )
    if not others.exists():
        removal = storage.removal(delivery.sha256)
        owe("remove_files", delivery.sha256, removal, by=by, at=at)


def _one_at_a_time(sha256: str) -> None:
    """Let who receives the same bytes wait for who decides on them, and the other way round."""
    lock_until_commit("received", int(sha256[:7], 16))


def _stage(delivery: Delivery, storage: Storage, request: Request) -> intake.Staged:
    """Read what was received; who accepts it at the same moment may be done, and have it gone."""
    provider = delivery.provider
    path = cleaning.received_file(storage, delivery.sha256)
    try:
        staged = intake.stage(path, _context(provider, request), sheet=request.sheet)
        _check_sources(provider, staged)
        if not staged.stays_as_received:
            mapping = request.mapping_for(provider)
            cleaning.write_cleaned(storage, delivery.sha256, path, mapping, request.sheet)
    except FileNotFoundError:
        raise cleaning.FileGoneError from None
    return staged


def _hold(
    delivery: Delivery,
    staged: intake.Staged,
    outcome: Outcome,
    request: Request,
    *,
    by: str,
    at: datetime,
    started: float,
) -> None:
    intake.compare(delivery.provider.id, staged)
    _tell(outcome, staged)
    outcome.provisional = _months_in_progress(outcome, request.today)
    outcome.findings["provisional"] = [f"{month:%Y-%m}" for month in outcome.provisional]
    outcome.replaces = _replaced_months(delivery.provider, request)
    if outcome.replaces:
        raise _NeedsConsentError
    outcome.findings["cleaned"] = not staged.stays_as_received
    HeldProblem.delete().where(HeldProblem.delivery == delivery).execute()
    rejected.keep_rejected(delivery.id)
    staged.staging.hold(delivery.provider.id, delivery.id)
    withdrawal.confirm(delivery.id)
    intake.keep_problems(delivery.id)
    for month, rows in intake.rows_by_month(staged).items():
        DeliveryMonth.create(delivery=delivery, month=month, rows=rows)
    forget_open_tracks(delivery.provider, outcome.months)
    outcome.seconds = time.perf_counter() - started
    _settle(delivery, outcome, state=HELD, at=at)
    rejected.take_up(delivery.provider.id, delivery.id, staged.sources)
    outcome.sent_back, outcome.completes = sent_back(delivery.id), completed_by(delivery.id)
    if outcome.changed:
        over = [month for month in outcome.months if month not in outcome.provisional]
        _owe_judging(delivery, over, by=by, at=at)
    audit.record(
        at=at, actor=by, action="accept", thing="delivery", thing_id=delivery.id,
        after=_summary(outcome),
    )  # fmt: skip


def _months_in_progress(outcome: Outcome, today: date) -> list[date]:
    """The months that are not over: their rows are provisional."""
    return [month for month in outcome.months if month_end(month) >= today]


def _replaced_months(provider: Provider, request: Request) -> list[Replaces]:
    """Months that may be the wrong ones, as far as the sender did not confirm them.

    Of an earlier month than the one that is due more than a tenth of the rows would be replaced,
    or all rows of another month: somebody may have sent October as September.
    """
    due = add_months(month_of(request.today), -1)
    replaced = rows_of("SELECT month, COUNT(*) FROM staged_old WHERE same = 0 GROUP BY month")
    replaced_months = []
    for number, rows in sorted(replaced):
        month = month_from_number(number)
        counts = rows_of(
            "SELECT COUNT(*) FROM progress_record WHERE provider_id = ? AND month = ? "
            "AND superseded_by_id IS NULL",
            provider.id,
            number,
        )[0][0]
        large = rows == counts or (month < due and rows * LARGE_PART > counts)
        if month != due and large and month not in request.replace:
            replaced_months.append(Replaces(month, rows, counts))
    return replaced_months


def _ask(delivery: Delivery, outcome: Outcome) -> None:
    """Leave the delivery as it came, with the question to its sender."""
    outcome.status = Status.NEEDS_CONSENT
    outcome.problems = [
        Problem(
            None, "rapportagemaand", "F016", ERROR, f"{one.month:%Y-%m}",
            sentence(
                "F016", rows=counted(one.rows, "rij", "rijen"), month=month_text(one.month),
                why=f" (van de {count_text(one.active)})",
            ),
        )
        for one in outcome.replaces
    ]  # fmt: skip
    outcome.counts = Counts()
    questions = [
        {"month": one.month.isoformat(), "rows": one.rows, "held": one.active}
        for one in outcome.replaces
    ]
    with transaction():
        Delivery.update(findings={"replaces": questions}).where(
            Delivery.id == delivery.id, Delivery.state.in_((RECEIVED, REFUSED))
        ).execute()


def _context(provider: Provider, request: Request) -> Context:
    contracts = Contract.select(Contract.number, Contract.id).where(Contract.provider == provider)
    successor = provider.merged_into
    return Context(
        provider_code=provider.code,
        former_codes=tuple(
            former.code for former in Provider.select().where(Provider.merged_into == provider)
        ),
        last_month=provider.last_month,
        successor=f"{successor.name} ({successor.code})" if successor else "",
        today=request.today,
        contracts={contract.number: contract.id for contract in contracts},
        only_month=request.only_month,
        mapping=request.mapping_for(provider),
    )


def _check_sources(provider: Provider, staged: intake.Staged) -> None:
    for sha256 in staged.sources:
        same_file = Delivery.select().where(
            Delivery.provider == provider, Delivery.sha256 == sha256
        )
        if not same_file.exists():
            raise RefusedFileError("F008")


def _tell(outcome: Outcome, staged: intake.Staged) -> None:
    outcome.counts = intake.count(staged)
    outcome.months = list(intake.rows_by_month(staged))
    outcome.ignored_columns = [*staged.layout.unknown, *staged.layout.personal]
    outcome.problems = staged.staging.problems()
    outcome.findings = intake.findings(staged) | {"replaced": outcome.counts.replaced}
    if outcome.provider is not None:
        # Rows that were sent back and are mended now are no sample of what this provider sends.
        outcome.findings |= (
            {"profile": {}, "drift": []}
            if staged.sources
            else look_for_drift(outcome.provider, staged.staging, delivery=outcome.delivery)
        )
        changes = header_changes(mapping_of(outcome.provider), staged.layout)
        outcome.findings |= {"mapping": changes} if changes else {}
    if outcome.status is not Status.DRY_RUN:
        outcome.status = held_status(outcome.counts)


def _tell_refusal(outcome: Outcome, error: RefusedFileError) -> None:
    outcome.problems = [Problem(None, None, error.code, ERROR, None, error.message)]
    if error.layout is not None:
        outcome.missing_columns = list(error.layout.missing)
        outcome.ignored_columns = [*error.layout.unknown, *error.layout.personal]
    outcome.status = Status.REFUSED


def _refuse(
    delivery: Delivery, outcome: Outcome, storage: Storage, *, by: str, at: datetime
) -> None:
    """Keep that a file is refused, and why; its bytes go."""
    outcome.findings = {"missing_columns": outcome.missing_columns}
    with transaction():
        HeldProblem.delete().where(HeldProblem.delivery == delivery).execute()
        for problem in outcome.problems:
            HeldProblem.create(
                delivery=delivery, code=problem.code, severity=ERROR, message=problem.message
            )
        _settle(delivery, outcome, state=REFUSED, at=at)
        _owe_removal(delivery, storage, by=by, at=at)
        audit.record(
            at=at, actor=by, action="refuse", thing="delivery", thing_id=delivery.id,
            after={"code": outcome.problems[0].code},
        )  # fmt: skip


def decide_on_preview(
    delivery: Delivery, outcome: Outcome, *, storage: Storage, by: str, at: datetime
) -> None:
    """Refuse a received file that cannot be taken in as it is; nobody needs to accept it first.

    One whose columns can be chosen waits for that choice.
    """
    if outcome.status is not Status.REFUSED:
        return
    if outcome.problems[0].code in MAPPABLE:
        Delivery.update(findings={"to_map": True}).where(
            Delivery.id == delivery.id, Delivery.state == RECEIVED
        ).execute()
        return
    _refuse(delivery, outcome, storage, by=by, at=at)
    settle(storage.directory.parent, at=at, kind="remove_files", subject=delivery.sha256)


def columns_chosen(delivery: Delivery) -> None:
    """The file can be read now: it waits to be accepted like every other."""
    Delivery.update(findings={}).where(
        Delivery.id == delivery.id, Delivery.state == RECEIVED
    ).execute()


def _settle(delivery: Delivery, outcome: Outcome, *, state: str, at: datetime) -> None:
    counts = outcome.counts
    delivery.state, delivery.decided_at, delivery.seconds = state, at, outcome.seconds
    delivery.rows, delivery.accepted = counts.rows, counts.accepted
    delivery.unchanged, delivery.rejected = counts.unchanged, counts.rejected
    delivery.skipped, delivery.warnings = counts.skipped, counts.warnings
    delivery.findings = outcome.findings | {
        "missing_columns": outcome.missing_columns,
        "ignored_columns": outcome.ignored_columns,
    }
    delivery.save()


def _summary(outcome: Outcome) -> dict[str, Any]:
    document = outcome.document(0)
    return {key: document[key] for key in ("rows", "accepted", "unchanged", "rejected", "skipped")}


@patience()
def withdraw(delivery: Delivery, *, reason: str, by: str, at: datetime) -> list[date]:
    """Take a held delivery back: what it replaced is current again. Return the touched months."""
    reason = reason.strip()
    if not reason:
        raise DomainError("no_reason", "Vul in waarom je de levering intrekt.", field="reason")
    with transaction():
        one_at_a_time(delivery.provider)
        delivery = Delivery.get_by_id(delivery.id)
        if delivery.state != HELD:
            raise DomainError(
                "not_held",
                "Alleen een aangenomen levering kun je intrekken. Deze levering is "
                + {WITHDRAWN: "al ingetrokken.", REFUSED: "niet aangenomen."}.get(
                    delivery.state, "nog niet aangenomen."
                ),
            )
        months = [month_from_number(m) for m in withdrawal.touched_months(delivery.id)]
        delivery.state, delivery.withdrawn_at, delivery.withdrawn_reason = WITHDRAWN, at, reason
        delivery.save()
        taken, restored = withdrawal.take_back(delivery.id)
        forget_open_tracks(delivery.provider, months)
        rejected.release(delivery.provider.id, delivery.id)
        _owe_judging(delivery, months, by=by, at=at)
        audit.record(
            at=at, actor=by, action="withdraw", thing="delivery", thing_id=delivery.id,
            before={"state": HELD}, after={"state": WITHDRAWN, "rows": taken, "restored": restored},
            reason=reason,
        )  # fmt: skip
    return months


def _owe_judging(delivery: Delivery, months: list[date], *, by: str, at: datetime) -> None:
    """Have the scores of these months computed again once the rows are committed."""
    numbers = [month_number(month) for month in months]
    owe("judge", delivery.provider.code, {"months": numbers}, by=by, at=at)


def declare_nothing(provider: Provider, month: date, *, by: str, at: datetime) -> Delivery:
    """Nihil-opgave: the provider says that there is nothing to report about a month."""
    with transaction():
        one_at_a_time(provider)
        _refuse_nil_return(provider, month, at)
        delivery = Delivery.create(
            provider=provider,
            file_name=f"Nihil-opgave {month_text(month)}",
            sha256="",
            size=0,
            sender=by[:120],
            received_at=at,
            decided_at=at,
            state=HELD,
        )
        DeliveryMonth.create(delivery=delivery, month=month, rows=0)
        audit.record(
            at=at, actor=by, action="declare_nothing", thing="delivery", thing_id=delivery.id,
            after={"provider": provider.code, "month": f"{month:%Y-%m}"},
        )  # fmt: skip
    return delivery


def _refuse_nil_return(provider: Provider, month: date, at: datetime) -> None:
    if month > at.date():
        raise DomainError("future_month", "Deze maand moet nog komen.", field="month")
    delivered = (
        DeliveryMonth.select()
        .join(Delivery)
        .where(DeliveryMonth.month == month, Delivery.provider == provider, Delivery.state == HELD)
    )
    if delivered.exists():
        raise DomainError(
            "month_delivered",
            f"Over {month_text(month)} is al een levering of een nihil-opgave aangenomen. "
            "Trek die eerst in.",
            field="month",
        )
