"""Ranking of bids: best price-quality ratio, or quality as a deduction from the price.

Points are whole hundredths and money whole cents, so that what is shown is what decides. A missing
answer gives nothing; a bid without a price is not ranked. Equal bids share a rank. What is made
public of a lot and its award says nothing of who did not win.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.errors import DomainError
from core.formats import euro_text, number_text

TOP_SCORE = 10
WHOLE = 100


class Method(StrEnum):
    """How price and quality become one figure."""

    BEST_PRICE_QUALITY = "bpkv"
    VALUE_BASED = "waarde"


METHOD_NAMES = {
    Method.BEST_PRICE_QUALITY: "beste prijs-kwaliteitverhouding",
    Method.VALUE_BASED: "gunnen op waarde",
}


@dataclass(frozen=True, slots=True)
class Criterion:
    """What is scored: by weight in whole per cents, or by a value in euros."""

    code: str
    title: str
    weight: int = 0
    value_cents: int = 0


@dataclass(frozen=True, slots=True)
class Offer:
    """One bid as it is ranked; a score that is missing is an answer that is missing."""

    name: str
    price_cents: int | None
    scores: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Part:
    """What one criterion, or the price, adds to a bid; ``amount`` in hundredths or cents."""

    title: str
    amount: int
    working: str


@dataclass(frozen=True, slots=True)
class Ranked:
    """One bid in the ranking; without a rank it is not valid, and ``remarks`` say why."""

    name: str
    rank: int | None
    total: int | None
    parts: tuple[Part, ...]
    remarks: tuple[str, ...]


def weights_text(total: int) -> str:
    """Whether weights add up, for who is entering them; the script of the pages says the same."""
    if total == WHOLE:
        return "Samen 100 %."
    rest = WHOLE - total
    return f"Samen {total} %: " + (
        f"nog {rest} % te verdelen." if rest > 0 else f"{-rest} % te veel."
    )


def require_scheme(method: Method, price_weight: int, criteria: Sequence[Criterion]) -> None:
    """Refuse weights that do not add up to 100, and values that leave nothing to win."""
    codes = [c.code for c in criteria]
    if not criteria:
        raise DomainError("criteria", "Vul minstens één gunningscriterium in.", field="criteria")
    if len(set(codes)) < len(codes):
        raise DomainError("criteria", "Geef elk criterium een eigen code.", field="criteria")
    if method is Method.VALUE_BASED:
        if any(c.value_cents <= 0 for c in criteria):
            raise DomainError(
                "values", "Geef elk criterium een waarde in euro, boven nul.", field="criteria"
            )
        return
    total = price_weight + sum(c.weight for c in criteria)
    if total != WHOLE or price_weight < 0 or any(c.weight < 0 for c in criteria):
        raise DomainError(
            "weights",
            f"De prijs en de criteria wegen samen {total} %. Maak er 100 % van.",
            field="criteria",
        )


def ranking(
    method: Method, price_weight: int, criteria: Sequence[Criterion], offers: Sequence[Offer]
) -> list[Ranked]:
    """Every bid with its rank and the working; best first, invalid ones last."""
    require_scheme(method, price_weight, criteria)
    prices = [o.price_cents for o in offers if o.price_cents]
    lowest = min(prices, default=0)
    judged: list[tuple[Offer, int | None, tuple[Part, ...]]] = []
    for offer in offers:
        if not offer.price_cents:
            judged.append((offer, None, ()))
        elif method is Method.VALUE_BASED:
            parts = _deductions(offer, offer.price_cents, criteria)
            judged.append((offer, sum(p.amount for p in parts), parts))
        else:
            parts = _points(offer, offer.price_cents, lowest, price_weight, criteria)
            judged.append((offer, sum(p.amount for p in parts), parts))
    sign = 1 if method is Method.VALUE_BASED else -1
    totals = [total for _, total, _ in judged if total is not None]
    rows = [
        Ranked(
            offer.name,
            None if total is None else 1 + sum(sign * other < sign * total for other in totals),
            total,
            parts,
            tuple(_remarks(offer, criteria, total, totals)),
        )
        for offer, total, parts in judged
    ]
    return sorted(rows, key=lambda r: (r.rank is None, r.rank or 0, r.name))


def _points(
    offer: Offer, price: int, lowest: int, price_weight: int, criteria: Sequence[Criterion]
) -> tuple[Part, ...]:
    earned = _rounded(lowest * price_weight * 100, price)
    first = Part(
        "Prijs", earned,
        f"{euro_text(lowest)} ÷ {euro_text(price)} × {price_weight} = {points_text(earned)}",
    )  # fmt: skip
    return (first, *(_quality(offer, c) for c in criteria))


def _quality(offer: Offer, criterion: Criterion) -> Part:
    score = offer.scores.get(criterion.code)
    title = f"{criterion.code} {criterion.title}"
    if score is None:
        return Part(title, 0, "geen antwoord: 0 punten")
    earned = criterion.weight * score * (100 // TOP_SCORE)
    text = f"{score} ÷ {TOP_SCORE} × {criterion.weight} = {points_text(earned)}"
    return Part(title, earned, text)


def _deductions(offer: Offer, price: int, criteria: Sequence[Criterion]) -> tuple[Part, ...]:
    parts = [Part("Prijs", price, euro_text(price))]
    for c in criteria:
        score, title = offer.scores.get(c.code), f"{c.code} {c.title}"
        if score is None:
            parts.append(Part(title, 0, "geen antwoord: geen aftrek"))
            continue
        off = _rounded(c.value_cents * score, TOP_SCORE)
        text = f"{score} ÷ {TOP_SCORE} × {euro_text(c.value_cents)} = {euro_text(off)} aftrek"
        parts.append(Part(title, -off, text))
    return tuple(parts)


def _remarks(
    offer: Offer, criteria: Sequence[Criterion], total: int | None, totals: Sequence[int]
) -> list[str]:
    if total is None:
        return ["Er is geen prijs. De inschrijving is ongeldig."]
    missing = [c.code for c in criteria if offer.scores.get(c.code) is None]
    remarks = [f"Geen antwoord op {', '.join(missing)}."] if missing else []
    if totals.count(total) > 1:
        remarks.append("Gelijk met een andere inschrijving: zij delen deze plaats.")
    return remarks


def _rounded(numerator: int, denominator: int) -> int:
    """Divide and round half up, exactly."""
    return (2 * numerator + denominator) // (2 * denominator)


def points_text(hundredths: int) -> str:
    """``28,50``."""
    return number_text(hundredths / 100, 2)


def total_text(method: Method, total: int | None) -> str:
    """The figure that decides: points, or the price after deduction."""
    if total is None:
        return "ongeldig"
    return euro_text(total) if method is Method.VALUE_BASED else f"{points_text(total)} punten"


def require_choice(ranked: Sequence[Ranked], chosen: Sequence[str], suppliers: int) -> None:
    """Refuse a choice that passes over a better bid, or takes more than there is place for."""
    ranks = {r.name: r.rank for r in ranked}
    if not chosen or len(chosen) > suppliers:
        raise DomainError(
            "chosen", f"Kies één tot en met {suppliers} van de inschrijvingen.", field="chosen"
        )
    for name in chosen:
        if ranks.get(name) is None:
            raise DomainError("chosen", f"{name} kan niet winnen: ongeldig.", field="chosen")
    worst = max(ranks[name] or 0 for name in chosen)
    for name, rank in ranks.items():
        if rank is not None and name not in chosen and rank < worst:
            raise DomainError(
                "chosen", f"{name} staat hoger in de rangorde. Neem die eerst.", field="chosen"
            )


@dataclass(frozen=True, slots=True)
class Winner:
    """A tenderer that was awarded, with the contract once it is signed."""

    key: int
    name: str
    chamber_number: str | None
    contract_number: str | None = None
    signed_on: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None

    @property
    def party(self) -> str:
        """Identifier of the organisation: by chamber of commerce, or within this tender."""
        return f"NL-KVK-{self.chamber_number}" if self.chamber_number else f"inschrijver-{self.key}"


@dataclass(frozen=True, slots=True)
class PublishedLot:
    """One lot; counts and winners only once the award decision was sent."""

    code: str
    title: str
    received: int | None = None
    valid: int | None = None
    sent_on: date | None = None
    awarded_on: date | None = None
    motivation: str = ""
    winners: tuple[Winner, ...] = ()
    tenderers: frozenset[str] = frozenset()
    """Who tendered, to count each once over all lots; not published."""
