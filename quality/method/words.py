"""What the figures bear to be said: standings near a border, falls and rises, how sure. Pure."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum
from typing import Any

from core.dates import parse_month
from core.formats import MISSING, month_text, number_text
from quality.method.model import TOLERANCE

Tree = Mapping[str, Any]


class Standing(StrEnum):
    """The word for a provider on a route in a month."""

    GOOD = "goed"
    SUFFICIENT = "voldoende"
    INSUFFICIENT = "onvoldoende"
    NO_JUDGEMENT = "geen_oordeel"
    NO_DELIVERY = "geen_levering"
    NO_TRACKS = "geen_trajecten"

    @property
    def label(self) -> str:
        """As it is printed."""
        return self.value.replace("_", " ")


ORDER = (Standing.INSUFFICIENT, Standing.SUFFICIENT, Standing.GOOD)
"""The standings that a score can have, lowest first."""

FEW_GROUPS = "te weinig groepen om zeker te zijn"
AROUND = "rond de grens"


def score_text(score: float | None, borders: Sequence[float], decimals: int = 1) -> str:
    """A score or points with one decimal; a border is never printed that was not reached."""
    if score is None:
        return MISSING
    step = Decimal(1).scaleb(-decimals)
    rounded = Decimal(repr(score)).quantize(step)
    for border in borders:
        if score < border - TOLERANCE <= float(rounded) + TOLERANCE:
            down = Decimal(repr(score)).quantize(step, rounding=ROUND_FLOOR)
            return number_text(down, decimals)
    return number_text(score, decimals)


def standing_text(tree: Tree) -> str:
    """The word for a standing, as it is printed."""
    return Standing(tree["standing"]).label


def standing_of_points(points: float | None, borders: Sequence[float]) -> Standing:
    """The word for points or a score, by the borders of the model that judged."""
    if points is None:
        return Standing.NO_JUDGEMENT
    sufficient, good = borders
    if points >= good - TOLERANCE:
        return Standing.GOOD
    return Standing.SUFFICIENT if points >= sufficient - TOLERANCE else Standing.INSUFFICIENT


def border_text(tree: Tree) -> str:
    """``op de grens van voldoende en onvoldoende (58 % kans)``; empty when it is sure enough."""
    chances = tree.get("chances")
    if not tree.get("border") or not chances:
        return ""
    standing = tree["standing"]
    other = max((s for s in chances if s != standing), key=lambda s: chances[s])
    pair = sorted((standing, other), key=lambda s: ORDER.index(Standing(s)), reverse=True)
    return f"op de grens van {pair[0]} en {pair[1]} ({chance_text(chances[standing])} kans)"


def sure_text(tree: Tree) -> str:
    """How sure the word is: near a border, too few groups, or the chance of it."""
    if tree.get("few_groups"):
        return FEW_GROUPS
    chances = tree.get("chances")
    if chances is None:
        return "niet te zeggen"
    return border_text(tree) or f"{chance_text(chances[tree['standing']])} kans op dit oordeel"


def chance_text(chance: float) -> str:
    """A chance as whole per cents; what is not quite sure is never printed as 0 or 100."""
    percent = round(100 * chance)
    if percent == 100 and chance < 1:
        return "meer dan 99\N{NO-BREAK SPACE}%"
    if percent == 0 and chance > 0:
        return "minder dan 1\N{NO-BREAK SPACE}%"
    return f"{percent}\N{NO-BREAK SPACE}%"


def step_word(tree: Tree, before: Tree | None) -> str:
    """``zakte naar onvoldoende`` or ``steeg naar goed``, when the new standing is sure enough.

    ``rond de grens`` when it is not; empty when nothing changed or too little is known.
    """
    standings = [str(s) for s in ORDER]
    if before is None or tree["standing"] not in standings or before["standing"] not in standings:
        return ""
    if tree["standing"] == before["standing"] or tree.get("few_groups"):
        return ""
    if tree.get("chances") is None or tree["border"]:
        return AROUND
    fell = standings.index(tree["standing"]) < standings.index(before["standing"])
    return f"{'zakte' if fell else 'steeg'} naar {tree['standing']}"


def change_text(change: Tree | None) -> str:
    """``duidelijk lager dan een jaar geleden`` or ``duidelijk lager sinds mei 2026``."""
    if change is None:
        return ""
    if change["since"] is not None:
        since = month_text(parse_month(change["since"]))
        return f"duidelijk {change['direction']} sinds {since}"
    return f"duidelijk {change['direction']} dan een jaar geleden"


def changes(tree: Tree) -> list[tuple[str, str]]:
    """Criterion and word of every change in a judgement."""
    return [
        (code, change_text(item["change"]))
        for code, item in tree["criteria"].items()
        if item.get("change")
    ]


def judged_first(trees: Sequence[Tree]) -> list[Tree]:
    """The judgements that have a standing; every count leaves out the others."""
    standings = [str(s) for s in ORDER]
    return [tree for tree in trees if tree["standing"] in standings]
