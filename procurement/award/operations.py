"""Bids up to the prices: each verb one transaction and one audit line.

The audit line names the lot and the number of a bid, never a score, a price or a tenderer: who
reads the trail need not be who may see the bids.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from core import audit
from core.dates import AMSTERDAM
from core.db import transaction
from core.errors import DomainError
from core.formats import moment_text
from core.mail import is_address
from procurement.award.models import (
    AssessorScore,
    Award,
    AwardCriterion,
    AwardDecision,
    Bid,
    BidPrice,
    ConsensusScore,
    KnockOut,
    Lot,
    Proceedings,
)
from procurement.award.queries import KNOCK_OUTS, LotFile, assessors, lot_file, lots_over
from procurement.award.rules import TOP_SCORE, Criterion, Method, require_scheme
from procurement.models import ContractingProcess
from procurement.plan.validity import ROUTES

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
        note(lot, "perceel", by=by, at=at, after={"inschrijven tot": moment_text(lot.closes_at)})
    return lot


def receive_bid(lot: Lot, draft: BidDraft, *, by: str, at: datetime) -> Bid:
    """Enter a bid; one that came after the deadline is put aside with the reason."""
    if draft.received_at > at:
        raise DomainError(
            "received_at", "Vul een moment in dat al geweest is.", field="received_at"
        )
    if draft.email and not is_address(draft.email):
        raise DomainError(
            "email", "Vul een e-mailadres in, bijvoorbeeld info@taalschool.nl.", field="email"
        )
    with transaction():
        file = locked(lot)
        _require_sealed(file)
        if any(bid.tenderer == draft.tenderer for bid in file.bids):
            raise DomainError(
                "twice", f"{draft.tenderer} schreef al in op dit perceel.", field="tenderer"
            )
        late = draft.received_at > lot.closes_at
        bid = Bid.create(
            lot=lot, number=len(file.bids) + 1, tenderer=draft.tenderer, email=draft.email,
            chamber_number=draft.chamber_number, received_at=draft.received_at,
            put_aside=f"Te laat: ontvangen op {moment_text(draft.received_at)}, inschrijven kon "
            f"tot {moment_text(lot.closes_at)}." if late else "",
        )  # fmt: skip
        if draft.price_cents is not None:
            BidPrice.create(bid=bid, price_cents=draft.price_cents)
        note(lot, "inschrijving", by=by, at=at, after={"nummer": bid.number, "te laat": late})
    return bid


def put_checks(bid: Bid, checks: Mapping[str, tuple[bool, str]], *, by: str, at: datetime) -> None:
    """Say of each check whether the bid passes, with the evidence."""
    with transaction():
        file = locked(bid.lot)
        if file.why_out(bid):
            _require_sealed(file)
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
        note(bid.lot, "toets", by=by, at=at, after=after)


def put_scores(bid: Bid, judgements: Mapping[str, Judgement], *, by: str, at: datetime) -> None:
    """Keep what one assessor gives, apart from the others; closed once consensus is opened."""
    with transaction():
        file = locked(bid.lot)
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
        note(file.lot, "beoordeling", by=by, at=at, after={"nummer": bid.number})


def open_consensus(lot: Lot, *, by: str, at: datetime) -> None:
    """Let the assessors see each other's scores, once all of them are in."""
    with transaction():
        file = locked(lot)
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
        note(lot, "consensus geopend", by=by, at=at, after={"beoordelaars": len(done)})


def put_consensus(bid: Bid, judgements: Mapping[str, Judgement], *, by: str, at: datetime) -> None:
    """Keep what the panel gives together; every score with its motivation."""
    with transaction():
        file = locked(bid.lot)
        if file.lot.consensus_opened_at is None:
            raise DomainError("closed", "Open eerst de consensus.")
        _require_sealed(file)
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
        note(file.lot, "consensus", by=by, at=at, after={"nummer": bid.number})


def open_prices(lot: Lot, *, by: str, at: datetime) -> None:
    """Open the envelopes with the prices, once quality is fixed; there is no way back."""
    with transaction():
        file = locked(lot)
        if file.lot.prices_opened_at is not None:
            return
        if at <= file.lot.closes_at:
            raise DomainError(
                "open_still", f"Inschrijven kan nog tot {moment_text(file.lot.closes_at)}."
            )
        if not file.complete:
            raise DomainError("incomplete", "Rond eerst alle toetsen en consensusscores af.")
        file.lot.prices_opened_at = at
        file.lot.save()
        note(lot, "prijzen geopend", by=by, at=at, after={"inschrijvingen": len(file.admitted)})


def _require_sealed(file: LotFile) -> None:
    """Quality is not touched by who knows the prices, unless a judge says so."""
    if file.quality_fixed:
        raise DomainError("opened", "De prijzen zijn open. De kwaliteit staat nu vast.")


def file_of(lot: Lot) -> LotFile:
    """Everything of this lot as it is now."""
    file = lot_file(lot.process, lot.code)
    if file is None:
        raise DomainError("no_lot", "Dit perceel bestaat niet meer.")
    return file


def locked(lot: Lot) -> LotFile:
    """The lot, locked against others, and only while nothing is decided."""
    # An update first: it takes the row on PostgreSQL, so two changes of one lot follow each other.
    Lot.update(code=Lot.code).where(Lot.id == lot.id).execute()
    file = file_of(lot)
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


def day_of(at: datetime) -> date:
    """The Dutch day of a moment."""
    return at.astimezone(AMSTERDAM).date()


def note(lot: Lot, action: str, *, by: str, at: datetime, after: dict[str, Any]) -> None:
    """Write the audit line of a change of this lot."""
    audit.record(
        at=at, actor=by, action=action, thing=THING, thing_id=f"{lot.process.code} {lot.code}",
        after=after,
    )  # fmt: skip


@dataclass(frozen=True)
class OldBids:
    """Lots whose term is over, as conditions on what hangs on them.

    Bids that did not win are kept no longer than the file of a tender has to be. The term runs from
    the final award, and from the closing of the lot when nobody was awarded. Who was awarded, and
    the contract, stay.
    """

    lots: Any

    @classmethod
    def before(cls, day: date) -> "OldBids":
        """Lots awarded, or closed without an award, before a day."""
        return cls(lots_over(day))

    def counts(self) -> dict[str, int]:
        """How much would go."""
        return {
            "inschrijvingen": int(self._losing(Bid.select()).count()),
            "korte gedingen": int(self._cases(Proceedings.select()).count()),
        }

    def remove(self) -> None:
        """Remove the bids that did not win, and their names from the ranking and the court."""
        decisions: Any = AwardDecision.select().where(AwardDecision.lot.in_(self.lots))
        for decision in decisions:
            won = {award.bid.tenderer for award in decision.awards}
            decision.ranking = [row for row in decision.ranking if row["name"] in won]
            decision.save()
        self._cases(Proceedings.delete()).execute()
        self._losing(Bid.delete()).execute()

    def _losing(self, query: Any) -> Any:
        won = Award.select(Award.bid)
        return query.where(Bid.lot.in_(self.lots), Bid.id.not_in(won))

    def _cases(self, query: Any) -> Any:
        return query.where(Proceedings.lot.in_(self.lots))
