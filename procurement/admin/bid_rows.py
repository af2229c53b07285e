"""What the pages of the award show, ready for the templates and the downloads."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.formats import day_text
from procurement.award.models import AwardDecision, Proceedings
from procurement.award.queries import LotFile, as_json
from procurement.award.rules import Method, total_text
from procurement.plan.steps import Verdict


@dataclass(frozen=True)
class State:
    """How far a lot is, and what to do next."""

    word: str
    tag: str
    sentence: str


def lot_state(file: LotFile) -> State:
    """Say in one sentence where the lot stands."""
    return _judging(file) if file.decision is None else _awarded(file, file.decision)


def _stopped(case: Proceedings) -> State:
    if case.outcome == Verdict.GRANTED:
        return State(
            "tegengehouden", "bad",
            f"De rechter gaf {case.party} gelijk. Trek de gunningsbeslissing in en beslis opnieuw.",
        )  # fmt: skip
    return State(
        "kort geding", "warning",
        f"{case.party} is naar de rechter. Gun pas definitief na de uitspraak, verwacht op "
        f"{day_text(case.expected_on)}.",
    )  # fmt: skip


def _awarded(file: LotFile, decision: AwardDecision) -> State:
    if file.halting:
        return _stopped(file.halting[-1])
    if decision.awarded_on is None:
        return State(
            "gunningsbeslissing verzonden", "info",
            f"De opschortende termijn loopt tot en met {day_text(decision.standstill_until)}.",
        )  # fmt: skip
    open_now = sum(award.contract_number is None for award in file.awards)
    contracts_text = (
        f"{open_now} nog zonder contract." if open_now else "Alle contracten zijn getekend."
    )
    return State(
        "gegund", "good", f"Definitief op {day_text(decision.awarded_on)}. {contracts_text}"
    )


def _judging(file: LotFile) -> State:
    admitted = file.admitted
    waiting = sum(bool(file.unchecked(bid)) for bid in admitted)
    state = State("klaar voor gunning", "info", "De rangorde is bekend.")
    if not file.bids:
        state = State("open", "neutral", "Er is nog niet ingeschreven.")
    elif waiting:
        state = State("toetsen", "warning", f"{waiting} van {len(admitted)} zijn nog te toetsen.")
    elif not admitted:
        state = State("niemand over", "bad", "Geen enkele inschrijving doet nog mee.")
    elif file.lot.consensus_opened_at is None:
        state = State("beoordelen", "warning", "Iedere beoordelaar geeft apart cijfers.")
    elif not file.complete:
        state = State(
            "consensus", "warning",
            f"Nog {len(file.unscored)} van {len(admitted)} inschrijvingen zonder consensus.",
        )  # fmt: skip
    elif file.lot.prices_opened_at is None:
        state = State("prijzen dicht", "warning", "De kwaliteit staat vast. Open nu de prijzen.")
    return state


def ranking_rows(file: LotFile) -> list[dict[str, Any]]:
    """The ranking: as it was decided, or as it is now; nothing while scores are missing."""
    if file.decision is not None:
        rows = file.decision.ranking
    elif file.lot.prices_opened_at is not None and file.complete:
        rows = as_json(file.ranking())
    else:
        return []
    method = Method(file.lot.method)
    return [row | {"text": total_text(method, row["total"])} for row in rows]


def price_lines(file: LotFile) -> Iterator[tuple[Any, ...]]:
    """The ranking with one row per part."""
    for row in ranking_rows(file):
        remark = " ".join(row["remarks"])
        yield row["rank"], row["name"], row["text"], "", "", remark
        for part in row["parts"]:
            yield row["rank"], row["name"], row["text"], part["title"], part["working"], ""


def letters(file: LotFile) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """One row per tenderer: the outcome, own points with motivation, and the winners'."""
    header = (
        "Inschrijver", "E-mail", "Uitkomst", "Plaats", "Totaal",
        *(f"{c.code} {c.title}" for c in file.criteria),
        "Gegund aan", "Totaal van de winnaar", "Motivering", "Bezwaar tot en met",
    )  # fmt: skip
    decision = file.decision
    if decision is None:
        return header, []
    won = [award.bid.tenderer for award in file.awards]
    ranked = {row["name"]: row for row in ranking_rows(file)}
    best = "; ".join(ranked[name]["text"] for name in won)
    rows = []
    for bid in file.bids:
        row, why = ranked.get(bid.tenderer), file.why_out(bid)
        outcome = "gegund" if bid.tenderer in won else why or "niet gegund"
        if row is not None and row["rank"] is None:
            outcome = " ".join(row["remarks"])
        scores = file.consensus.get(bid.id, {})
        given = [
            ""
            if c.code not in scores
            else f"{_mark(scores[c.code].score)}: {scores[c.code].motivation}"
            for c in file.criteria
        ]
        rows.append(
            (
                bid.tenderer, bid.email, outcome, row and row["rank"], row and row["text"], *given,
                "; ".join(won), best, decision.motivation, decision.standstill_until,
            )
        )  # fmt: skip
    return header, rows


def _mark(score: int | None) -> str:
    return "geen antwoord" if score is None else str(score)
