"""Bids and award: each verb one transaction and one audit line.

The audit line names the lot and the number of a bid, never a score, a price or a tenderer: who
reads the trail need not be who may see the bids.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from core import audit
from core.dates import AMSTERDAM, term_end
from core.db import transaction
from core.errors import DomainError
from core.formats import day_text, moment_text
from procurement import metrics, operations
from procurement.award import TOP_SCORE, Criterion, Method, require_choice, require_scheme
from procurement.bid_metrics import KNOCK_OUTS, LotFile, all_lots, as_json, assessors, lot_file
from procurement.bid_models import (
    AssessorScore,
    Award,
    AwardCriterion,
    AwardDecision,
    Bid,
    ConsensusScore,
    KnockOut,
    Lot,
)
from procurement.models import ContractingProcess
from procurement.terms import Purpose, term_on
from procurement.validity import ROUTES

THING = "perceel"
LEAST_ASSESSORS = 2
CODE = r"[A-Za-z0-9-]{1,12}"


@dataclass(frozen=True, slots=True)
class LotDraft:
    """What is said of a lot before bids come in."""

    code: str
    title: str
    route: str
    closes_at: datetime
    criteria: tuple[Criterion, ...]
    method: Method = Method.BEST_PRICE_QUALITY
    price_weight: int = 0
    suppliers: int = 1


@dataclass(frozen=True, slots=True)
class BidDraft:
    """A bid as it came in."""

    tenderer: str
    received_at: datetime
    price_cents: int | None
    chamber_number: str | None = None
    email: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A score with its reason; without a score there is no answer."""

    score: int | None
    motivation: str = ""


def put_lot(
    process: ContractingProcess, draft: LotDraft, *, new: bool = False, by: str, at: datetime
) -> Lot:
    """Make a lot, or change one for which no bid came in yet; ``new``: its code must be new."""
    if not re.fullmatch(CODE, draft.code) or draft.code == "nieuw":
        raise DomainError("code", "Gebruik letters, cijfers en streepjes: P1.", field="code")
    if not draft.title.strip():
        raise DomainError("title", "Geef het perceel een naam.", field="title")
    if not all(re.fullmatch(r"[A-Za-z0-9]{1,12}", c.code) for c in draft.criteria):
        raise DomainError(
            "criteria", "Gebruik voor een criterium een code als G1.", field="criteria"
        )
    if draft.route not in ROUTES:
        raise DomainError("route", "Kies leerroute B, O of Z.", field="route")
    require_scheme(draft.method, draft.price_weight, draft.criteria)
    with transaction():
        old = lot_file(process, draft.code)
        if old is not None and new:
            raise DomainError("exists", f"Perceel {draft.code} is er al.", field="code")
        if old is not None and old.bids:
            raise DomainError("bids", "Er is al ingeschreven. Dit perceel verandert niet meer.")
        lot = Lot(process=process) if old is None else old.lot
        for name in ("code", "title", "route", "closes_at", "price_weight", "suppliers"):
            setattr(lot, name, getattr(draft, name))
        lot.method = str(draft.method)
        lot.save()
        AwardCriterion.delete().where(AwardCriterion.lot == lot).execute()
        for c in draft.criteria:
            AwardCriterion.create(
                lot=lot, code=c.code, title=c.title, weight=c.weight, value_cents=c.value_cents
            )
        _line(lot, "perceel", by=by, at=at, after={"inschrijven tot": moment_text(lot.closes_at)})
    return lot


def receive_bid(lot: Lot, draft: BidDraft, *, by: str, at: datetime) -> Bid:
    """Enter a bid; one that came after the deadline is put aside with the reason."""
    if draft.received_at > at:
        raise DomainError(
            "received_at", "Vul een moment in dat al geweest is.", field="received_at"
        )
    with transaction():
        file = _open(lot)
        if any(bid.tenderer == draft.tenderer for bid in file.bids):
            raise DomainError(
                "twice", f"{draft.tenderer} schreef al in op dit perceel.", field="tenderer"
            )
        late = draft.received_at > lot.closes_at
        bid = Bid.create(
            lot=lot, number=len(file.bids) + 1, tenderer=draft.tenderer, email=draft.email,
            chamber_number=draft.chamber_number, received_at=draft.received_at,
            price_cents=draft.price_cents,
            put_aside=f"Te laat: ontvangen op {moment_text(draft.received_at)}, inschrijven kon "
            f"tot {moment_text(lot.closes_at)}." if late else "",
        )  # fmt: skip
        _line(lot, "inschrijving", by=by, at=at, after={"nummer": bid.number, "te laat": late})
    return bid


def put_checks(bid: Bid, checks: Mapping[str, tuple[bool, str]], *, by: str, at: datetime) -> None:
    """Say of each check whether the bid passes, with the evidence."""
    with transaction():
        _open(bid.lot)
        for rule, (passed, evidence) in checks.items():
            if not evidence.strip():
                raise DomainError(
                    "evidence", f"Vul in waaruit dit blijkt: {KNOCK_OUTS[rule]}.", field=rule
                )
            KnockOut.delete().where(KnockOut.bid == bid, KnockOut.rule == rule).execute()
            KnockOut.create(
                bid=bid, rule=rule, passed=passed, evidence=evidence.strip(), checked_by=by,
                checked_at=at,
            )  # fmt: skip
        failed = [rule for rule, (passed, _) in checks.items() if not passed]
        after = {"nummer": bid.number, "voldoet niet aan": failed}
        _line(bid.lot, "toets", by=by, at=at, after=after)


def put_scores(bid: Bid, judgements: Mapping[str, Judgement], *, by: str, at: datetime) -> None:
    """Keep what one assessor gives, apart from the others; closed once consensus is opened."""
    with transaction():
        file = _open(bid.lot)
        if file.lot.consensus_opened_at is not None:
            raise DomainError("opened", "De consensus is geopend. Scores staan nu vast.")
        _require_admitted(file, bid)
        for criterion in file.criteria:
            given = _required(criterion, judgements)
            AssessorScore.delete().where(
                AssessorScore.bid == bid,
                AssessorScore.criterion == criterion,
                AssessorScore.assessor == by,
            ).execute()
            AssessorScore.create(
                bid=bid, criterion=criterion, assessor=by, score=given.score,
                motivation=given.motivation.strip(),
            )  # fmt: skip
        _line(file.lot, "beoordeling", by=by, at=at, after={"nummer": bid.number})


def open_consensus(lot: Lot, *, by: str, at: datetime) -> None:
    """Let the assessors see each other's scores, once all of them are in."""
    with transaction():
        file = _open(lot)
        if file.lot.consensus_opened_at is not None:
            return
        wanted = len(file.admitted) * len(file.criteria)
        done = assessors(file)
        if len(done) < LEAST_ASSESSORS:
            raise DomainError(
                "assessors", f"Laat minstens {LEAST_ASSESSORS} mensen apart beoordelen."
            )
        unfinished = [name for name, count in done.items() if count < wanted]
        if unfinished:
            raise DomainError(
                "unfinished", f"Nog niet alles beoordeeld: {', '.join(sorted(unfinished))}."
            )
        file.lot.consensus_opened_at = at
        file.lot.save()
        _line(lot, "consensus geopend", by=by, at=at, after={"beoordelaars": len(done)})


def put_consensus(bid: Bid, judgements: Mapping[str, Judgement], *, by: str, at: datetime) -> None:
    """Keep what the panel gives together; every score with its motivation."""
    with transaction():
        file = _open(bid.lot)
        if file.lot.consensus_opened_at is None:
            raise DomainError("closed", "Open eerst de consensus.")
        _require_admitted(file, bid)
        for criterion in file.criteria:
            given = _required(criterion, judgements)
            if not given.motivation.strip():
                raise DomainError(
                    "motivation", f"Motiveer het cijfer voor {criterion.title}.",
                    field=f"motivation_{criterion.code}",
                )  # fmt: skip
            ConsensusScore.delete().where(
                ConsensusScore.bid == bid, ConsensusScore.criterion == criterion
            ).execute()
            ConsensusScore.create(
                bid=bid, criterion=criterion, score=given.score,
                motivation=given.motivation.strip(),
            )  # fmt: skip
        _line(file.lot, "consensus", by=by, at=at, after={"nummer": bid.number})


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
        file = _open(lot)
        if not file.complete:
            raise DomainError("incomplete", "Rond eerst alle toetsen en consensusscores af.")
        if sent_on > _day(at) or sent_on <= _day(file.lot.closes_at):
            raise DomainError(
                "sent_on",
                f"Kies een dag na {day_text(_day(file.lot.closes_at))} en niet na vandaag.",
                field="sent_on",
            )
        if not motivation.strip():
            raise DomainError("motivation", "Motiveer de beslissing.", field="motivation")
        found = file.ranking()
        require_choice(found, chosen, file.lot.suppliers)
        decision = AwardDecision.create(
            lot=file.lot,
            sent_on=sent_on,
            standstill_until=term_end(sent_on, term_on("standstill", sent_on).value),
            motivation=motivation.strip(),
            ranking=as_json(found),
        )
        for bid in file.bids:
            if bid.tenderer in chosen:
                Award.create(decision=decision, bid=bid)
        _line(file.lot, "gunningsbeslissing", by=by, at=at, after={"verzonden": str(sent_on)})
        _tell_plan(file.lot.process, by=by, at=at)
    return decision


def award_finally(lot: Lot, *, awarded_on: date, by: str, at: datetime) -> None:
    """Make the award final, once the standstill period is over."""
    with transaction():
        file = _file(lot)
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
        if awarded_on > _day(at):
            raise DomainError("awarded_on", "Kies een dag die er al is.", field="awarded_on")
        decision.awarded_on = awarded_on
        decision.save()
        _line(file.lot, "definitieve gunning", by=by, at=at, after={"op": str(awarded_on)})
        _tell_plan(file.lot.process, by=by, at=at)


def sign_contract(
    award: Award,
    number: str,
    *,
    signed_on: date,
    starts_on: date,
    ends_on: date | None,
    by: str,
    at: datetime,
) -> None:
    """Keep which contract follows from an award; only after the award is final."""
    awarded_on = award.decision.awarded_on
    if awarded_on is None:
        raise DomainError("not_final", "Teken pas na de definitieve gunning.")
    if award.contract_number is not None:
        raise DomainError("signed", "Dit contract staat al in het register.")
    if not awarded_on <= signed_on <= _day(at):
        raise DomainError(
            "signed_on", f"Kies een dag vanaf {day_text(awarded_on)}, niet na vandaag.",
            field="signed_on",
        )  # fmt: skip
    if ends_on is not None and ends_on < starts_on:
        raise DomainError("ends_on", "Kies een einde na het begin.", field="ends_on")
    with transaction():
        award.contract_number, award.signed_on = number, signed_on
        award.starts_on, award.ends_on = starts_on, ends_on
        award.save()
        lot = award.bid.lot
        _line(lot, "contract", by=by, at=at, after={"contract": number, "op": str(signed_on)})
        _tell_plan(lot.process, by=by, at=at)


def _tell_plan(process: ContractingProcess, *, by: str, at: datetime) -> None:
    """Close the milestones that all lots together have reached; what has a date keeps it.

    A milestone at which every gemeente decides stays theirs.
    """
    files = all_lots(process)
    decisions = [file.decision for file in files if file.decision is not None]
    final = [d.awarded_on for d in decisions if d.awarded_on is not None]
    awards = [award for file in files for award in file.awards]
    signed = [award.signed_on for award in awards if award.signed_on is not None]
    reached: dict[Purpose, date] = {}
    if len(decisions) == len(files):
        reached[Purpose.AWARD_DECISION] = max(d.sent_on for d in decisions)
        if len(final) == len(decisions):
            reached[Purpose.STANDSTILL_END] = max(d.standstill_until for d in decisions)
            reached[Purpose.AWARD] = max(final)
            if len(signed) == len(awards):
                reached[Purpose.CONTRACT] = max(signed)
    for step in metrics.load(process).steps:
        day = None if step.purpose is None else reached.get(step.purpose)
        if day and not step.actual_end and not step.per_municipality and not step.cancelled:
            begun = None if step.actual_start is None else min(step.actual_start, day)
            done = replace(step, actual_start=begun, actual_end=day, progress=100)
            operations.put_step(process.code, done, by=by, at=at)


def _file(lot: Lot) -> LotFile:
    found = lot_file(lot.process, lot.code)
    if found is None:
        raise DomainError("no_lot", "Dit perceel bestaat niet meer.")
    return found


def _open(lot: Lot) -> LotFile:
    """The lot, locked against others, and only while nothing is decided."""
    # An update first: it takes the row on PostgreSQL, so two changes of one lot follow each other.
    Lot.update(code=Lot.code).where(Lot.id == lot.id).execute()
    file = _file(lot)
    if file.decision is not None:
        raise DomainError("decided", "De gunningsbeslissing is verzonden. Dit staat nu vast.")
    return file


def _require_admitted(file: LotFile, bid: Bid) -> None:
    why = file.why_out(bid)
    if why:
        raise DomainError("out", f"Deze inschrijving doet niet mee. {why}")
    if file.unchecked(bid):
        raise DomainError("unchecked", "Rond eerst de toetsen van deze inschrijving af.")


def _required(criterion: AwardCriterion, judgements: Mapping[str, Judgement]) -> Judgement:
    given = judgements.get(criterion.code)
    if given is None or (given.score is not None and not 0 <= given.score <= TOP_SCORE):
        raise DomainError(
            "score", f"Geef {criterion.title} een cijfer van 0 tot en met {TOP_SCORE}.",
            field=f"score_{criterion.code}",
        )  # fmt: skip
    return given


def _day(at: datetime) -> date:
    return at.astimezone(AMSTERDAM).date()


def _line(lot: Lot, action: str, *, by: str, at: datetime, after: dict[str, Any]) -> None:
    audit.record(
        at=at, actor=by, action=action, thing=THING, thing_id=f"{lot.process.code} {lot.code}",
        after=after,
    )  # fmt: skip
