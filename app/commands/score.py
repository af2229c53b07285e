"""``taalinkoop score MONTH``: the scores of a month, as a table or as one JSON document."""

import argparse
from collections.abc import Iterator
from datetime import date
from typing import Any

from app.commands import as_json, month_argument, say
from core.dates import day_end, month_end, now, today
from core.errors import DomainError
from core.formats import MISSING, day_text, month_text, number_text
from providers.codes import LearningRoute
from providers.models import Provider
from quality.cards import operations, queries as cards
from quality.cards.words import criterion_text
from quality.indicators.operations import refresh_computed
from quality.method.criteria import CRITERIA
from quality.models import ScoreCard

ACTOR = "opdrachtregel"
NARROWEST = 11
"""A column of a criterion; the words of a mark take twice as much."""
COLUMNS = (
    ("aanbieder", -10),
    *(
        (measure.short, -2 * NARROWEST if measure.is_status else max(len(measure.short), NARROWEST))
        for measure in CRITERIA.values()
    ),
    ("score", 6),
    ("90 %", 12),
    ("plaats", 8),
    ("oordeel", -14),
)


def day_argument(text: str) -> date:
    """``JJJJ-MM-DD``."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = "schrijf de datum als JJJJ-MM-DD, bijvoorbeeld 2026-06-30"
        raise argparse.ArgumentTypeError(message) from None


def register(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument("month", type=month_argument, metavar="MAAND", help="JJJJ-MM")
    parser.add_argument("--aanbieder", metavar="CODE", help="alleen deze aanbieder")
    parser.add_argument("--route", choices=list(cards.ROUTE_NUMBERS), help="alleen deze leerroute")
    parser.add_argument("--json", action="store_true", help="als JSON")
    parser.add_argument("--fix", action="store_true", help="stel de scores vast")
    parser.add_argument(
        "--op", type=day_argument, metavar="DATUM", help="zoals bekend aan het eind van deze dag"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Compute, fix when asked, and print; of an earlier moment only print."""
    if args.op is not None and args.fix:
        raise DomainError(
            "fix_of_then", "Vaststellen kan alleen zonder --op. Laat een van de twee weg."
        )
    codes = [args.aanbieder] if args.aanbieder else None
    if codes and not Provider.select().where(Provider.code == args.aanbieder).exists():
        raise DomainError(
            "unknown_provider",
            f"Aanbieder {args.aanbieder} staat niet in het register. "
            "Kijk met: taalinkoop provider list",
        )
    if args.op is not None:
        return _print(args, operations.as_known_on(args.month, day_end(args.op), codes=codes))
    at = now()
    listed = operations.compute(args.month, by=ACTOR, at=at, codes=codes)
    if codes is None:
        refresh_computed(by=ACTOR, at=at)
    if args.fix:
        operations.fix_month(args.month, by=ACTOR, at=at, codes=codes, route=args.route)
        listed = operations.cards_now(args.month, codes)
    return _print(args, listed)


def _print(args: argparse.Namespace, listed: list[ScoreCard]) -> int:
    cards_of_route = [card for card in listed if args.route in (None, card.result["route"])]
    document = cards.document(args.month, cards_of_route, today=today())
    if args.json:
        as_json(document)
    else:
        for line in lines(document, args.month):
            say(line)
    return 0


def lines(document: dict[str, Any], month: date) -> Iterator[str]:
    """A readable table, per route."""
    day, model = day_text(month_end(month)), document["model"]
    yield f"Kwaliteit in {month_text(month)} (peildatum {day}, model {model})"
    if not document["scores"]:
        yield ""
        yield "Er zijn voor deze maand geen aanbieders met een contract of een levering."
    for route in LearningRoute:
        scores = [tree for tree in document["scores"] if tree["route"] == route.code]
        if scores:
            yield ""
            yield f"{route.label}"
            yield row(*(name for name, _ in COLUMNS))
            yield from (score_line(tree) for tree in scores)
    states = {item["state"] for tree in document["scores"] for item in tree["criteria"].values()}
    if "te_weinig" in states:
        yield ""
        yield "< 5: er doen minder dan 5 trajecten mee, dus er is geen oordeel"
    if any(not tree["gate"]["open"] for tree in document["scores"]):
        yield ""
        yield "(!) de poort is dicht: geen geldig keurmerk, of geen TST-erkenning (route O)"


def row(*cells: str) -> str:
    """One line, in columns."""
    parts = [
        cell.ljust(-width) if width < 0 else cell.rjust(width)
        for cell, (_, width) in zip(cells, COLUMNS, strict=True)
    ]
    return "  ".join(parts).rstrip()


def score_line(tree: dict[str, Any]) -> str:
    """One provider on one route."""
    interval, rank = tree["interval"], tree["rank"]
    measured = tree["beside"] | tree["criteria"]
    return row(
        tree["aanbieder"],
        *(criterion_text(code, measured.get(code)) for code in CRITERIA),
        number_text(tree["score"]),
        f"{number_text(interval[0])} - {number_text(interval[1])}" if interval else MISSING,
        f"{rank['lo']} - {rank['hi']}" if rank else MISSING,
        tree["standing"].replace("_", " ") + ("" if tree["gate"]["open"] else " (!)"),
    )
