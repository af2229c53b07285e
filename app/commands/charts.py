"""``taalinkoop charts MONTH``: every chart of a month, with its data beside it."""

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from app.commands import as_json, month_argument, say
from app.settings import read_settings
from core.charts import pictures
from core.charts.pictures import Chart
from core.dates import today
from core.errors import DomainError
from core.export import BYTE_ORDER_MARK
from core.formats import month_text
from providers.models import Provider
from quality.charts.gallery import History, history, provider_charts, region_charts

REGION = "regio"
KINDS = {"svg": "file.svg", "png": "png"}


def register(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument("month", type=month_argument, metavar="MAAND", help="JJJJ-MM")
    parser.add_argument("--out", type=Path, required=True, metavar="MAP", help="waar ze komen")
    parser.add_argument("--format", choices=list(KINDS), default="svg", help="svg of png")
    parser.add_argument(
        "--aanbieder", metavar="CODE", help="alleen van deze aanbieder, of van de regio: regio"
    )
    parser.add_argument("--json", action="store_true", help="als JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Draw what is not drawn yet, and write it all."""
    keep_pictures()
    scores = history(args.month, Provider.select(Provider.id), today=today())
    if not scores.trees:
        raise DomainError(
            "no_scores",
            f"Van {month_text(args.month)} zijn er nog geen scores. "
            f"Bereken ze met: taalinkoop score {args.month:%Y-%m}",
        )
    charts = dict(charts_of(scores, args.aanbieder))
    kind = KINDS[args.format]
    drawn = pictures.draw_all(list(charts.values()), kind)
    files = []
    for number, (path, chart) in enumerate(charts.items(), start=1):
        target = args.out / f"{path}.{args.format}"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(next(drawn))
        table = target.with_suffix(".csv")
        table.write_text(BYTE_ORDER_MARK + chart.csv(), encoding="utf-8", newline="")
        files += [str(target), str(table)]
        progress(number, len(charts), "grafieken")
    if args.json:
        as_json({"month": f"{args.month:%Y-%m}", "files": files})
    else:
        say(f"{len(charts)} grafieken van {month_text(args.month)} staan in {args.out}")
    return 0


def keep_pictures() -> None:
    """Keep drawn pictures in the data directory."""
    pictures.keep_in(read_settings()["TAALINKOOP_DATA_DIR"].absolute() / "pictures")


def charts_of(scores: History, code: str | None) -> Iterator[tuple[str, Chart]]:
    """Every chart with its path below the folder: the region's, then those of each provider."""
    if code in (None, REGION):
        yield from _placed(REGION, region_charts(scores))
    elif code not in scores.names:
        raise DomainError("unknown_provider", f"Aanbieder {code} staat niet in het register.")
    for provider in scores.providers:
        if code in (None, provider.code):
            for listed in provider_charts(scores, provider).values():
                yield from _placed(provider.code, listed)


def _placed(folder: str, charts: Iterable[Chart]) -> Iterator[tuple[str, Chart]]:
    for chart in charts:
        yield f"{folder}/{chart.name}", chart


def progress(done: int, total: int, what: str) -> None:
    """Show how far it is, on a terminal only."""
    if sys.stderr.isatty():
        end = "\n" if done == total else ""
        print(f"\r{done} van {total} {what}", end=end, file=sys.stderr, flush=True)
