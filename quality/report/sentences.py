"""Judgements as sentences in plain Dutch. What is hidden in a tree is hidden here."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from core.formats import MISSING, day_text, month_text, number_text
from quality.cards.words import (
    GAPS,
    NOTHING_CAME,
    cause_of,
    criterion_text,
    left_out_words,
    outside_norm_text,
)
from quality.charts.words import route_label
from quality.learners.signals import KINDS
from quality.method.criteria import CRITERIA
from quality.method.words import (
    AROUND,
    FEW_GROUPS,
    border_text,
    changes as changes_of,
    score_text,
    standing_of_points,
    step_word,
)

Tree = Mapping[str, Any]
NOTHING_SPECIAL = "Niets bijzonders."
NOTABLE = 5.0
"""Points that a criterion must move in a month before it is told."""


def judgement(tree: Tree) -> str:
    """``B1-route: goed. De score is 95,6; met 90 procent zekerheid tussen 92,8 en 97,7.``"""
    route = route_label(tree["route"])
    if tree["standing"] in NOTHING_CAME:
        return f"{route}: {NOTHING_CAME[tree['standing']]}"
    if tree["score"] is None:
        return f"{route}: geen oordeel. {_why_no_score(tree)}"
    sentence = f"{route}: {tree['standing'].replace('_', ' ')}. De score is "
    sentence += score_text(tree["score"], tree["borders"])
    if tree["interval"]:
        low, high = tree["interval"]
        sentence += f"; met 90 procent zekerheid tussen {number_text(low)} en {number_text(high)}"
    sentence += "."
    if border := border_text(tree):
        sentence += f" Het oordeel ligt {border}."
    if tree.get("few_groups"):
        sentence += f" Er zijn {FEW_GROUPS}."
    if not tree["gate"]["open"]:
        sentence += f" De toegangseis is niet gehaald: {tree['gate']['reason']}."
    if tree.get("indicative"):
        sentence += f" Lees de score als een indicatie{smallest_words(tree)}."
    elif tree["small"]:
        sentence += f" Het gaat om een klein aantal{smallest_words(tree)}."
    remarks = [CRITERIA[code].label + ": " + text for code, text in changes_of(tree)]
    remarks += [
        f"{CRITERIA[code].label}: {text}"
        for code, item in tree["criteria"].items()
        if (text := outside_norm_text(item))
    ]
    return sentence + "".join(f" {text}." for text in remarks)


def smallest_words(tree: Tree) -> str:
    """`` (Wachttijd, n = 7)``: the criterion and the n that caused a flag."""
    smallest = tree.get("smallest")
    if not smallest:
        return ""
    code, n = smallest
    return f" ({CRITERIA[code].label}, n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{number_text(n, 0)})"


def _why_no_score(tree: Tree) -> str:
    few = [c for c in tree["criteria"].values() if c["state"] == "te_weinig"]
    if few:
        return "Er zijn te weinig cursisten voor een score."
    return "Te weinig criteria hebben een uitkomst voor een score."


CRITERIA_HEADERS = (
    "Criterium",
    "Waarde",
    "90%-interval",
    "n",
    "Groepen",
    "Punten",
    "Gewicht",
    "Oordeel",
)


def criteria_rows(tree: Tree) -> tuple[tuple[str, ...], ...]:
    """One row per criterion; why there is no value where there is none."""
    rows = []
    for code, item in tree["criteria"].items():
        n = item.get("n")
        count = MISSING if CRITERIA[code].is_status else "< 5" if n is None else number_text(n, 0)
        if item["state"] in ("ontbreekt", "niet_van_toepassing"):
            count = MISSING
        rows.append(
            (
                CRITERIA[code].label,
                criterion_text(code, item),
                interval_words(item),
                count,
                MISSING if item.get("groups") is None else number_text(item["groups"], 0),
                score_text(item["points"], tree["borders"]),
                number_text(item["weight"], 0),
                GAPS.get(item["state"], standing_of_points(item["points"], tree["borders"]).label),
            )
        )
    return tuple(rows)


def interval_words(item: Tree) -> str:
    """``81,2 tot 93,4``; a dash where there is none."""
    interval = item.get("interval")
    return MISSING if not interval else f"{number_text(interval[0])} tot {number_text(interval[1])}"


def changes(now: Tree, before: Tree | None) -> list[str]:
    """What moved since the month before: the standing when that is sure enough, and criteria."""
    route = route_label(now["route"])
    if before is None:
        return []
    word = step_word(now, before)
    if word == AROUND:
        return [f"{route}: het oordeel is {AROUND}.", *_moved(now, before)]
    if word:
        why = f", door {cause_of(now, before)}" if word.startswith("zakte") else ""
        return [f"{route}: {word}{why}.", *_moved(now, before)]
    if now["standing"] != before["standing"] and now["standing"] in NOTHING_CAME:
        return [f"{route}: {left_out_words(now)}."]
    return _moved(now, before)


def _moved(now: Tree, before: Tree) -> list[str]:
    moves = []
    for code, item in now["criteria"].items():
        old = before["criteria"].get(code)
        if old is None or item["points"] is None or old["points"] is None:
            continue
        gap = item["points"] - old["points"]
        if abs(gap) >= NOTABLE:
            way = "meer" if gap > 0 else "minder"
            points = number_text(abs(gap))
            values = f"{criterion_text(code, old)} werd {criterion_text(code, item)}"
            label = CRITERIA[code].label
            moves.append(f"{route_label(now['route'])}, {label}: {values} ({points} punten {way}).")
    return moves


def needed(tree: Tree, ways: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Per criterion what would lift the score to goed; nothing when it is goed already."""
    if tree["score"] is None or any(way["met"] for way in ways.values()):
        return []
    parts = []
    for code, way in ways.items():
        label = CRITERIA[code].label
        if not way["possible"]:
            continue
        item = {"judged": True, "value": way["value"], "state": "waarde"}
        parts.append(f"{label}: {criterion_text(code, item)}.")
    route = route_label(tree["route"])
    if not parts:
        return [f"{route}: met één criterium alleen is goed niet te halen."]
    ways_text = " Of: ".join(parts)
    return [f"{route}: goed wordt gehaald met één van deze waarden. {ways_text}"]


def signals(counts: Mapping[str, int | None], signalled: tuple[int, int] | None = None) -> str:
    """``Bij 306 van 756 cursisten is er een signaal: 12 keer verzuim, ...``

    ``signalled`` is of how many learners there is one or more, and how many there are.
    """
    parts = [
        f"{'minder dan 5' if count is None else number_text(count, 0)} keer {KINDS.get(kind, kind)}"
        for kind, count in counts.items()
        if count is None or count > 0
    ]
    if not parts:
        return NOTHING_SPECIAL
    begin = "Signalen over cursisten"
    if signalled is not None:
        some, everyone = (number_text(count, 0) for count in signalled)
        begin = f"Bij {some} van {everyone} cursisten is er een signaal"
    return f"{begin}: {', '.join(parts)}."


def status(trees: Sequence[Tree]) -> str:
    """Whether the scores are fixed, by whom not being told outside."""
    fixed = sum(tree["status"] == "vastgesteld" for tree in trees)
    if trees and fixed == len(trees):
        return "vastgesteld"
    return "concept" if not fixed else f"{fixed} van {len(trees)} vastgesteld"


def method(model: str, reference_day: date, month: date) -> str:
    """How the figures came about."""
    return (
        f"De scores zijn berekend met rekenmodel {model}, op peildatum {day_text(reference_day)}, "
        f"uit alle aangenomen regels tot en met {month_text(month)}. Aantallen onder de 5 zijn "
        "niet getoond, en ook niet waaruit zij te berekenen zijn. Het interval zegt waar de score "
        "met 90 procent zekerheid ligt. De methode staat op de pagina Methode."
    )
