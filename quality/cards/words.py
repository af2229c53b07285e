"""A month of judgements in words: what a page says about them at the top and in its cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.formats import MISSING, number_text, percent_text
from core.small_numbers import HIDDEN_TEXT, NOT_SHOWN
from providers.codes import MarkStatus
from quality.method.alike import Alike
from quality.method.change import LOWER
from quality.method.criteria import CRITERIA
from quality.method.words import ORDER, Standing, change_text, standing_of_points, step_word

Tree = Mapping[str, Any]
MEETS = (Standing.GOOD, Standing.SUFFICIENT)
GAPS = {"te_weinig": "< 5", "niet_van_toepassing": "n.v.t."}
NBSP = "\N{NO-BREAK SPACE}"
NOTHING_CAME = {
    "geen_levering": "geen levering. Over deze maand is niets aangeleverd, dus is er geen score.",
    "geen_trajecten": "geen trajecten. Er was niemand om over te leveren, dus is er geen score.",
}
"""Standings of a month without rows, and what is told of them."""
HOURS_A_WEEK = 7 / 60
"""Minutes a day as hours a week."""
LIKE, NEW, GONE = "zelfde oordeel", "nieuw", MISSING


def criterion_text(code: str, item: Tree | None) -> str:
    """A criterion's value with its unit; why there is none otherwise."""
    if item is None or not item["judged"]:
        return GAPS.get(item["state"] if item else "", MISSING)
    if CRITERIA[code].is_status:
        return MarkStatus.from_code(item["value"]).label
    if CRITERIA[code].per_week:
        return f"{number_text(item['value'])}{NBSP}u/week"
    return percent_text(item["value"])


@dataclass(frozen=True, slots=True)
class Cell:
    """A criterion in the table of a month: its value, and what stands under it.

    ``full`` says the value in full where ``text`` is short.
    """

    text: str
    full: str = ""
    standing: str = ""
    n: str = ""
    change: str = ""
    note: str = ""


def cell(code: str, item: Tree | None, short: Mapping[str, str], borders: Sequence[float]) -> Cell:
    """A criterion of one judgement; ``short`` has short words for some values."""
    text = criterion_text(code, item)
    if item is None or not item["judged"]:
        return Cell(text)
    brief = short.get(item["value"]) if CRITERIA[code].is_status else None
    return Cell(
        brief or text,
        text if brief else "",
        standing_of_points(item["points"], borders).label,
        "" if item["n"] is None else n_text(item),
        change_text(item.get("change")),
        outside_norm_text(item),
    )


QUEUE_LABELS = {
    "waiting": "wacht nu",
    "longest_wait": "langste wacht (dagen)",
    "over_42": "langer dan 42 dagen",
    "over_70": "langer dan 70 dagen",
    "left_over_norm": "te lang gewacht en weg",
}
"""The queue, that stands beside the waiting time wherever that is shown."""


def queue_cell(item: Tree, name: str) -> int | str | None:
    """One number of the queue, in a file; what is hidden says so, and nobody is 0."""
    if name not in item or not item["judged"]:
        return None
    if item[name] is None:
        if name == "waiting":
            return HIDDEN_TEXT
        return None if name == "longest_wait" and item["waiting"] == 0 else NOT_SHOWN
    return int(item[name])


def alike_words(code: str, item: Tree, alike: Alike | None, expected_from: float) -> str:
    """Observed against expected for learners alike, and how much comes from who is there.

    Empty where a number must stay hidden, or where too few are expected to say anything.
    """
    if alike is None or not item["judged"] or item["numerator"] is None:
        return ""
    measure = CRITERIA[code]
    if measure.is_share and item["n"] * alike.expected_rate < expected_from:
        return ""
    scale = 100 if measure.is_share else HOURS_A_WEEK
    gap, due = scale * (alike.rate - alike.region_rate), scale * alike.due_to_learners
    if measure.counts_people:
        low, high = alike.ratio_interval
        compared = (
            f"begonnen er in de regio naar verwachting {number_text(alike.expected)} op tijd; hier"
            f" waren het er {number_text(alike.observed, 0)}"
        )
        interval = f"95%-interval {number_text(low, 2)} tot {number_text(high, 2)}, Byar"
    else:
        expected = criterion_text(code, {**item, "value": scale * alike.expected_rate})
        compared = (
            f"zou dit in de regio naar verwachting {expected} zijn; hier is het"
            f" {criterion_text(code, item)}"
        )
        interval = ""
        if item.get("interval"):
            ends = [number_text(end / scale / alike.expected_rate, 2) for end in item["interval"]]
            interval = f"90%-interval {' tot '.join(ends)}"
    unit = "procentpunt" if measure.is_share else "uur per week"
    return (
        f"Met dezelfde soort cursisten (niveau bij de start, doelgroep en kwartaal) {compared}. Dat"
        f" is {number_text(alike.ratio, 2)} keer zoveel{f' ({interval})' if interval else ''}. Van"
        f" het verschil met de regio ({signed(gap)} {unit}) komt {signed(due)} door wie er zit."
    )


def signed(value: float, decimals: int = 1) -> str:
    """``+0,2`` or ``-0,2`` (with a real minus); nothing at all is ``0,0`` without a sign."""
    text = number_text(abs(value), decimals)
    if not text.strip("0,."):
        return text
    return f"+{text}" if value > 0 else f"\N{MINUS SIGN}{text}"


def left_out_words(tree: Tree) -> str:
    """``geen levering`` or ``geen trajecten``."""
    return Standing(tree["standing"]).label


def outside_norm_text(item: Tree) -> str:
    """``onder de norm van Blik op Werk (80 %)``, where that norm holds; it caps nothing."""
    norm = item.get("outside_norm")
    if norm is None or not item.get("below_outside_norm"):
        return ""
    return f"onder de norm van Blik op Werk ({percent_text(norm, 0)})"


def n_text(item: Tree) -> str:
    """``n = 41``, in one piece; hidden or small is ``n < 5``."""
    n = item.get("n")
    if n is None:
        return f"n{NBSP}<{NBSP}5" if item["state"] == "te_weinig" else ""
    return f"n{NBSP}={NBSP}{number_text(n, 0)}"


def change_word(now: Tree, before: Tree | None) -> str:
    """How the standing compares with last month's: a fall or rise only when it is sure enough."""
    if now["score"] is None:
        return GONE
    if before is None or before["score"] is None:
        return NEW
    if now["standing"] == before["standing"]:
        return LIKE
    return step_word(now, before) or NEW


@dataclass(frozen=True, slots=True)
class Fall:
    """A provider on a route that fell a class, and through what."""

    provider: str
    route: str
    standing: str
    cause: str


def falls(trees: Sequence[Tree], before: Sequence[Tree]) -> list[Fall]:
    """Who fell a class since the month before, and is sure enough to have fallen."""
    earlier = {(t["aanbieder"], t["route"]): t for t in before}
    fallen = []
    for tree in trees:
        old = earlier.get((tree["aanbieder"], tree["route"]))
        if old is not None and step_word(tree, old).startswith("zakte"):
            fall = Fall(tree["aanbieder"], tree["route"], tree["standing"], cause_of(tree, old))
            fallen.append(fall)
    return fallen


def cause_of(tree: Tree, before: Tree) -> str:
    """The criterion that lost most; the gate when that closed."""
    if before["gate"]["open"] and not tree["gate"]["open"]:
        return "het keurmerk" if tree["route"] != "O" else "de TST-erkenning"
    losses = {
        code: (before["criteria"][code]["contribution"] or 0) - (item["contribution"] or 0)
        for code, item in tree["criteria"].items()
        if code in before["criteria"]
    }
    worst = max(losses, key=lambda code: losses[code], default="")
    return CRITERIA[worst].cause if worst in CRITERIA else "het geheel"


def month_sentence(trees: Sequence[Tree], before: Sequence[Tree], names: Mapping[str, str]) -> str:
    """``6 van 8 aanbieders voldoen; Taalhuis IJssel zakte naar onvoldoende door de wachttijd.``"""
    judged = {t["aanbieder"] for t in trees if t["standing"] in ORDER}
    if not judged:
        return "Voor deze maand is er nog geen oordeel over een aanbieder."
    short = {t["aanbieder"] for t in trees if t["standing"] == Standing.INSUFFICIENT}
    meets = len(judged - short)
    if len(judged) == 1:
        sentence = "De aanbieder voldoet" if meets else "De aanbieder voldoet niet"
    else:
        sentence = f"{meets} van {len(judged)} aanbieders {'voldoet' if meets == 1 else 'voldoen'}"
    silent = {t["aanbieder"] for t in trees if t["standing"] == Standing.NO_DELIVERY} - judged
    fallen = falls(trees, before)
    if fallen:
        first = fallen[0]
        name = names.get(first.provider, first.provider)
        sentence += f"; {name} zakte naar {first.standing} door {first.cause}"
        more = len(fallen) - 1
        if more:
            sentence += f", en er {'zakte' if more == 1 else 'zakten'} er nog {more}"
    if silent:
        verb = "leverde" if len(silent) == 1 else "leverden"
        sentence += f"; {len(silent)} {verb} niets"
    return f"{sentence}."


def asks_a_talk(tree: Tree) -> bool:
    """Whether somebody falls short, or clearly goes down on a criterion."""
    return tree["standing"] == Standing.INSUFFICIENT or any(
        _goes_down(item) for item in tree["criteria"].values()
    )


def talk_reasons(tree: Tree) -> tuple[str, ...]:
    """The closed gate, and each criterion that is insufficient or went down, with its value."""
    closed = not tree["gate"]["open"]
    reasons = [tree["gate"]["reason"]] if closed else []
    for code, item in tree["criteria"].items():
        if closed and CRITERIA[code].is_status:  # which the gate says already
            continue
        word = standing_of_points(item["points"], tree["borders"])
        if word is not Standing.INSUFFICIENT and not _goes_down(item):
            continue
        text = f"{CRITERIA[code].label.lower()} {criterion_text(code, item)}"
        changed = change_text(item.get("change"))
        reasons.append(f"{text}, {changed}" if changed else text)
    return tuple(reasons)


def _goes_down(item: Tree) -> bool:
    return (item.get("change") or {}).get("direction") == LOWER
