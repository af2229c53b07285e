"""From the ranking to the contract: decision, standstill, kort geding, final award, signatures.

Each verb is one transaction with an audit line that names the lot, never a tenderer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from core.dates import term_end
from core.db import transaction
from core.errors import DomainError
from core.formats import day_text
from procurement.award.models import Award, AwardDecision, Lot, Proceedings, Signature
from procurement.award.operations import day_of, file_of, locked, note
from procurement.award.queries import LotFile, all_lots, as_json
from procurement.award.rules import require_choice
from procurement.models import ContractingProcess
from procurement.plan import operations, queries
from procurement.plan.documents import PlanDecision, PlanDocument, PlanStep
from procurement.plan.steps import SETTLED, USUAL_WAIT, Outcome, Verdict
from procurement.plan.terms import Purpose, term_on


def decide_award(
    lot: Lot,
    chosen: Sequence[str],
    *,
    sent_on: date,
    motivation: str,
    by: str,
    at: datetime,
) -> AwardDecision:
    """Keep the award decision with the ranking as it is now; the standstill period starts."""
    with transaction():
        file = locked(lot)
        if not file.complete:
            raise DomainError("incomplete", "Rond eerst alle toetsen en consensusscores af.")
        if file.lot.prices_opened_at is None:
            raise DomainError("sealed", "Open eerst de prijzen.")
        if sent_on > day_of(at) or sent_on <= day_of(file.lot.closes_at):
            raise DomainError(
                "sent_on",
                f"Kies een dag na {day_text(day_of(file.lot.closes_at))} en niet na vandaag.",
                field="sent_on",
            )
        if not motivation.strip():
            raise DomainError("motivation", "Motiveer de beslissing.", field="motivation")
        ranked = file.ranking()
        require_choice(ranked, chosen, file.lot.suppliers)
        decision = AwardDecision.create(
            lot=file.lot,
            sent_on=sent_on,
            standstill_until=term_end(sent_on, term_on("standstill", sent_on).value),
            motivation=motivation.strip(),
            ranking=as_json(ranked),
        )
        for bid in file.bids:
            if bid.tenderer in chosen:
                Award.create(decision=decision, bid=bid)
        note(file.lot, "gunningsbeslissing", by=by, at=at, after={"verzonden": str(sent_on)})
        _tell_plan(file.lot.process, by=by, at=at)
    return decision


def award_finally(lot: Lot, *, awarded_on: date, by: str, at: datetime) -> None:
    """Make the award final, once the standstill period is over and no judge stands in the way."""
    with transaction():
        file = file_of(lot)
        decision = file.decision
        if decision is None or decision.awarded_on is not None:
            raise DomainError("decision", "Er is geen gunningsbeslissing die nog open staat.")
        if awarded_on <= decision.standstill_until:
            raise DomainError(
                "standstill",
                "De opschortende termijn loopt tot en met "
                f"{day_text(decision.standstill_until)}. Kies een dag daarna.",
                field="awarded_on",
            )
        if awarded_on > day_of(at):
            raise DomainError("awarded_on", "Kies een dag die er al is.", field="awarded_on")
        _require_free(file, awarded_on)
        decision.awarded_on = awarded_on
        decision.save()
        note(file.lot, "definitieve gunning", by=by, at=at, after={"op": str(awarded_on)})
        _tell_plan(file.lot.process, by=by, at=at)


def _require_free(file: LotFile, awarded_on: date) -> None:
    """Refuse while a judge has still to decide, or forbids it (Aanbestedingswet art. 2.131)."""
    for case in file.halting:
        if case.outcome == Verdict.GRANTED:
            raise DomainError(
                "forbidden",
                f"De rechter gaf {case.party} gelijk. Trek de gunningsbeslissing in en beslis "
                "opnieuw.",
            )
        raise DomainError(
            "proceedings",
            f"Het kort geding van {case.party} loopt nog. Gun pas definitief na de uitspraak.",
        )
    for case in file.proceedings:
        if case.is_current and case.decided_on is not None and awarded_on < case.decided_on:
            raise DomainError(
                "before_verdict",
                f"De uitspraak was op {day_text(case.decided_on)}. Kies die dag of een dag daarna.",
                field="awarded_on",
            )


@dataclass(frozen=True, slots=True)
class Case:
    """What is said of a kort geding; without a day the verdict is counted on in ten weeks."""

    party: str
    lodged_on: date
    reference: str = ""
    expected_on: date | None = None
    outcome: Verdict = Verdict.PENDING
    decided_on: date | None = None


def put_proceedings(
    lot: Lot, case: Case, old: Proceedings | None = None, *, by: str, at: datetime
) -> Proceedings:
    """Enter a kort geding against the award decision, or what became of it; the plan follows."""
    with transaction():
        file = file_of(lot)
        decision = file.decision
        if decision is None or decision.awarded_on is not None:
            raise DomainError("decision", "Er is geen gunningsbeslissing die nog open staat.")
        if old is not None and old.outcome != Verdict.PENDING:
            raise DomainError("decided", "De uitkomst van dit kort geding staat vast.")
        _require_case(case, decision, day_of(at))
        row = old or Proceedings(lot=file.lot, decision=decision)
        row.party, row.reference = case.party.strip(), case.reference.strip()
        row.lodged_on = case.lodged_on
        row.expected_on = case.expected_on or case.lodged_on + USUAL_WAIT
        row.outcome, row.decided_on = str(case.outcome), case.decided_on
        row.save()
        summary = {"ingesteld": str(row.lodged_on), "uitspraak verwacht": str(row.expected_on),
                "uitkomst": row.outcome}  # fmt: skip
        note(file.lot, "kort geding", by=by, at=at, after=summary)
        _tell_plan(file.lot.process, by=by, at=at)
        operations.recalculate(file.lot.process.code, at=at)
    return row


def _require_case(case: Case, decision: AwardDecision, today: date) -> None:
    if not case.party.strip():
        raise DomainError("party", "Vul in wie naar de rechter gaat.", field="party")
    last = min(decision.standstill_until, today)
    if not decision.sent_on <= case.lodged_on <= last:
        raise DomainError(
            "lodged_on",
            f"Kies een dag van {day_text(decision.sent_on)} tot en met {day_text(last)}. Alleen "
            "een kort geding binnen de opschortende termijn houdt de gunning tegen.",
            field="lodged_on",
        )
    if case.expected_on is not None and case.expected_on <= case.lodged_on:
        raise DomainError(
            "expected_on", "Kies een dag na de dagvaarding.", field="expected_on"
        )  # fmt: skip
    if (case.outcome is Verdict.PENDING) != (case.decided_on is None):
        raise DomainError(
            "decided_on", "Vul bij een uitkomst de dag van de uitspraak in, en anders niet.",
            field="decided_on",
        )  # fmt: skip
    if case.decided_on is not None and not case.lodged_on <= case.decided_on <= today:
        raise DomainError(
            "decided_on", "Kies een dag vanaf de dagvaarding, niet na vandaag.", field="decided_on"
        )


def withdraw_award(lot: Lot, reason: str, *, by: str, at: datetime) -> None:
    """Take an award decision back before it is final; the ranking stays, the decision is anew."""
    with transaction():
        file = file_of(lot)
        decision = file.decision
        if decision is None or decision.awarded_on is not None:
            raise DomainError("decision", "Er is geen gunningsbeslissing die nog open staat.")
        if not reason.strip():
            raise DomainError("reason", "Vul in waarom de beslissing vervalt.", field="reason")
        decision.delete_instance()
        note(
            file.lot, "gunningsbeslissing ingetrokken", by=by, at=at,
            after={"was verzonden": str(decision.sent_on), "reden": reason.strip()},
        )  # fmt: skip
        for step in queries.load(file.lot.process).steps:
            if step.purpose is Purpose.AWARD_DECISION and step.actual_end == decision.sent_on:
                undone = replace(step, actual_end=None, progress=0)
                operations.put_step(file.lot.process.code, undone, by=by, at=at)
        operations.recalculate(file.lot.process.code, at=at)


@dataclass(frozen=True, slots=True)
class Signed:
    """A contract of an award, signed on one day by some gemeenten; none: by the whole region."""

    number: str
    municipalities: tuple[str, ...]
    signed_on: date
    starts_on: date
    ends_on: date | None


def sign_contract(award: Award, signed: Signed, *, by: str, at: datetime) -> None:
    """Keep who signed the contract of an award, and when; the decisions of the plan follow.

    Gemeenten that sign later sign the same contract.
    """
    awarded_on = award.decision.awarded_on
    if awarded_on is None:
        raise DomainError("not_final", "Teken pas na de definitieve gunning.")
    if not awarded_on <= signed.signed_on <= day_of(at):
        raise DomainError(
            "signed_on", f"Kies een dag vanaf {day_text(awarded_on)}, niet na vandaag.",
            field="signed_on",
        )  # fmt: skip
    if signed.ends_on is not None and signed.ends_on < signed.starts_on:
        raise DomainError("ends_on", "Kies een einde na het begin.", field="ends_on")
    with transaction():
        file = file_of(award.bid.lot)
        done = file.signatures.get(award.id, {})
        fresh = [code for code in signed.municipalities if code not in done]
        if award.contract_number is None:
            award.contract_number, award.signed_on = signed.number, signed.signed_on
            award.starts_on, award.ends_on = signed.starts_on, signed.ends_on
            award.save()
        elif not fresh:
            raise DomainError("signed", "Dit contract staat al in het register.")
        for code in fresh:
            Signature.create(award=award, municipality=code, signed_on=signed.signed_on)
        summary = {
            "contract": award.contract_number,
            "op": str(signed.signed_on),
            "gemeenten": fresh,
        }
        note(file.lot, "contract", by=by, at=at, after=summary)
        _tell_plan(file.lot.process, by=by, at=at)


def _tell_plan(process: ContractingProcess, *, by: str, at: datetime) -> None:
    """Close the milestones that all lots together have reached; what has a date keeps it."""
    files, document = all_lots(process), queries.load(process)
    for step in document.steps:
        if step.purpose is Purpose.CONTRACT and step.per_municipality:
            signed = _signed_at(step, document, files)
            if signed:
                operations.decide_all(process.code, signed, by=by, at=at)
    reached = _reached(files, document, day_of(at))
    for step in document.steps:
        day = None if step.purpose is None else reached.get(step.purpose)
        if day and not step.actual_end and not step.per_municipality and not step.cancelled:
            begun = None if step.actual_start is None else min(step.actual_start, day)
            done = replace(step, actual_start=begun, actual_end=day, progress=100)
            operations.put_step(process.code, done, by=by, at=at)


def _reached(files: Sequence[LotFile], document: PlanDocument, today: date) -> dict[Purpose, date]:
    """Which moments all lots have had, and when the last of them had it."""
    decisions = [file.decision for file in files if file.decision is not None]
    if len(decisions) < len(files):
        return {}
    reached = {Purpose.AWARD_DECISION: max(d.sent_on for d in decisions)}
    until = max(d.standstill_until for d in decisions)
    if until < today:
        reached[Purpose.STANDSTILL_END] = until
    final = [d.awarded_on for d in decisions if d.awarded_on is not None]
    if len(final) == len(decisions):
        reached[Purpose.AWARD] = max(final)
        signed = [
            _last_signed(file, award, _joining(document, file.lot.route))
            for file in files
            for award in file.awards
        ]
        days = [day for day in signed if day is not None]
        if days and len(days) == len(signed):
            reached[Purpose.CONTRACT] = max(days)
    return reached


def _joining(document: PlanDocument, route: str) -> set[str]:
    return {p.municipality for p in document.participations if p.route == route}


def _last_signed(file: LotFile, award: Award, municipalities: Iterable[str]) -> date | None:
    """When the last of these gemeenten signed; none while one has not."""
    signed = file.signatures.get(award.id, {})
    days = [signed.get(code) for code in municipalities] or [award.signed_on]
    dates = [day for day in days if day is not None]
    return max(dates) if len(dates) == len(days) else None


def _signed_at(
    step: PlanStep, document: PlanDocument, files: Sequence[LotFile]
) -> list[PlanDecision]:
    """Decisions of the gemeenten that signed every contract of the routes that they join for."""
    moments = []
    for decision in document.decisions:
        if decision.step != step.code or decision.outcome in SETTLED:
            continue
        place = decision.municipality
        own = [f for f in files if place in _joining(document, f.lot.route)]
        days = [_last_signed(f, award, [place]) for f in own for award in f.awards]
        dates = [day for day in days if day is not None]
        if not dates or len(dates) < len(days) or not all(f.awards for f in own):
            continue
        numbers = ", ".join(str(award.contract_number) for f in own for award in f.awards)
        moments.append(
            replace(
                decision, outcome=Outcome.DECIDED, decided_on=max(dates),
                document=decision.document or f"Contract {numbers}",
            )
        )  # fmt: skip
    return moments
