"""What the page of one judgement says in words: windows, knots, differences, and the queue."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from core.dates import add_months
from core.formats import MISSING, count_text, counted, day_text, month_text, number_text
from core.small_numbers import HIDDEN_TEXT, is_small
from quality.agreements.rules import COMPLAINT_KINDS
from quality.cards.words import criterion_text, signed as signed_number
from quality.method.criteria import CRITERIA

Tree = Mapping[str, Any]


def signed(value: float | None, decimals: int = 1) -> str:
    """``+0,2`` or ``-0,2``; a dash where there is nothing."""
    return MISSING if value is None else signed_number(value, decimals)


def iso_day(text: str) -> str:
    """``30-06-2026`` from ``2026-06-30``."""
    return day_text(date.fromisoformat(text))


def plain(value: float) -> str:
    """A number without decimals that say nothing: ``75``, ``12,5``."""
    text = number_text(value, 2)
    return text.rstrip("0").rstrip(",")


def window_words(month: date, months: int) -> str:
    """``over augustus tot en met oktober 2026``; the year twice only where it differs."""
    first = add_months(month, 1 - months)
    if first == month:
        return f"over {month_text(month)}"
    begin = month_text(first) if first.year != month.year else month_text(first).split()[0]
    return f"over {begin} tot en met {month_text(month)}"


def knots_words(item: Tree) -> str:
    """``0 geeft 0, 75 geeft 50, 90 geeft 80, 100 geeft 100``."""
    return ", ".join(f"{plain(value)} geeft {plain(points)}" for value, points in item["knots"])


def amount(code: str, value: float | None) -> str:
    """A numerator or denominator: trajectories are whole, hours have a decimal."""
    return number_text(value, 0 if CRITERIA[code].counts_people else 1)


def working(code: str, item: Tree) -> str:
    """How the value came about: numerator and denominator, as far as they may be told."""
    top, bottom = item["numerator"], item["denominator"]
    if top is None or bottom is None:
        return ""
    if CRITERIA[code].counts_people:
        days = item["norm_days"]
        begun = f"{count_text(top)} van {counted(bottom, 'traject', 'trajecten')}"
        norm = f"{days} dagen" + (
            ", de norm in het contract" if item.get("norm_source") == "contract" else ""
        )
        text = f"{begun} {_began(top)} binnen {norm}."
        if "started_late" not in item:
            return f"{text} Wie nog wacht, telt mee in de waarde."
        parts = [
            counted(item[name], *words)
            for name, *words in (
                ("started_late", "begon te laat", "begonnen te laat"),
                ("waiting_over_norm", "wacht nog, al te lang", "wachten nog, al te lang"),
                ("left_over_norm", "wachtte te lang en ging weg", "wachtten te lang en gingen weg"),
            )
            if item[name]
        ]
        if parts:
            text += f" De anderen: {', '.join(parts)}."
        if None in (item["started_late"], item["waiting_over_norm"], item["left_over_norm"]):
            whom = "de rest" if parts else "de anderen"
            text += f" Hoe het met {whom} ging, tonen we niet, om kleine aantallen te beschermen."
        return text
    above, below = CRITERIA[code].sums
    if not above:
        return ""
    return f"{number_text(top)} {above}, gedeeld door {number_text(bottom)} {below}."


def interval_words(item: Tree) -> str:
    """``81,2 tot 93,4``; a dash where there is none."""
    interval = item.get("interval")
    return MISSING if not interval else f"{number_text(interval[0])} tot {number_text(interval[1])}"


def interval_ends(code: str, item: Tree) -> str:
    """``55,2 % en 82,0 %``: the ends of the interval, each with its unit."""
    return " en ".join(criterion_text(code, {**item, "value": end}) for end in item["interval"])


def sure_words(item: Tree) -> str:
    """From how many groups a value comes, and how many learners that is worth."""
    groups, worth = item.get("groups"), item.get("effective_n")
    if groups is None or worth is None:
        return ""
    in_groups = counted(groups, "groep", "groepen")
    inferred = ""
    if item.get("groups_inferred"):
        inferred = (
            " De aanbieder noemt geen groepen: we leiden ze af uit gemeente, eerste les en"
            " groepsgrootte."
        )
    return (
        f"Het cijfer komt uit {in_groups}. Cursisten in één groep lijken op elkaar: samen zeggen ze"
        f" zoveel als {number_text(worth)} onafhankelijke cursisten.{inferred}"
    )


def queue_words(item: Tree) -> str:
    """Who waits now, how long, and who left: whole sentences, singular where it is one."""
    waiting = item["waiting"]
    if waiting is None:
        parts = ["Het aantal wachtenden is te klein om te tonen (< 5)."]
    elif waiting == 0:
        parts = ["Nu wacht niemand."]
    else:
        text = f"Nu {'wacht' if waiting == 1 else 'wachten'} {count_text(waiting)}"
        if item["longest_wait"] is None:
            text += "; hoe lang al, is niet getoond (te kleine aantallen)"
        else:
            text += f", de langste al {counted(item['longest_wait'], 'dag', 'dagen')}"
        if item["over_42"] is not None and item["over_70"] is not None:
            text += (
                f"; {count_text(item['over_42'])} langer dan 42 dagen"
                f" en {count_text(item['over_70'])} langer dan 70 dagen"
            )
        parts = [f"{text}."]
    if "left_unstarted" in item:
        left = item["left_unstarted"]
    elif None in (item["left_over_norm"], item["left_within_norm"]):
        left = None
    else:
        left = item["left_over_norm"] + item["left_within_norm"]
    if left is None and waiting is not None:
        parts.append("Hoeveel er weggingen zonder te beginnen, is niet getoond.")
    elif left:
        parts.append(
            f"{count_text(left)} {'ging' if left == 1 else 'gingen'} weg zonder te beginnen."
        )
    return " ".join(parts)


def asked_words(item: Tree) -> str:
    """Of those who asked for the evening or the weekend, how many got it."""
    asked, met = item["asked"], item["met"]
    if asked is None:
        return "Het aantal deelnemers dat om avond of weekend vroeg is te klein om te tonen (< 5)."
    if asked == 0:
        return "Niemand vroeg om les in de avond of het weekend."
    people = f"{counted(asked, 'deelnemer vroeg', 'deelnemers vroegen')}"
    if met is None:
        return f"{people} hierom; hoeveel die les kregen is te klein om te tonen (< 5)."
    return f"{people} hierom; {count_text(met)} {'kreeg' if met == 1 else 'kregen'} die les."


def complaint_words(kinds: Mapping[str, tuple[int, int]], *, outside: bool) -> str:
    """Complaints per kind with how many are open; outside the team without small numbers."""
    if not kinds:
        return "Er zijn geen klachten in de laatste twaalf maanden."
    parts = []
    for kind, (count, still_open) in sorted(kinds.items()):
        text = HIDDEN_TEXT if outside and is_small(count) else count_text(count)
        betrays = is_small(count) or is_small(still_open) or is_small(count - still_open)
        if still_open and not (outside and betrays):
            text += f" ({count_text(still_open)} open)"
        parts.append(f"{COMPLAINT_KINDS[kind]} {text}")
    return f"Klachten in de laatste twaalf maanden: {', '.join(parts)}."


def _began(count: float) -> str:
    return "begon" if count == 1 else "begonnen"
