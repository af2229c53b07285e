"""``taalinkoop retention``: tell what the retention rules remove; with ``--apply`` remove it."""

import argparse
from dataclasses import asdict

from app.commands import as_json, say
from app.settings import read_settings
from app.tasks import retention
from core.dates import now

ACTOR = "opdrachtregel"


def register(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument("--apply", action="store_true", help="verwijder het ook echt")
    parser.add_argument("--json", action="store_true", help="als JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Tell per kind what goes, or went."""
    settings, at = read_settings(), now()
    done = retention.apply(settings, by=ACTOR, at=at) if args.apply else None
    kinds = list(retention.look(settings, at=at) if done is None else done)
    if args.json:
        as_json({"applied": args.apply, "kinds": [asdict(one) for one in kinds]})
        return 0
    for one in kinds:
        counts = ", ".join(f"{number} {name}" for name, number in one.counts.items() if number)
        say(f"{counts or 'niets'}: {one.sentence}")
    if args.apply:
        say("Dit is verwijderd. Scores en andere cijfers zijn gebleven.")
    elif any(number for one in kinds for number in one.counts.values()):
        say("Er is nog niets verwijderd. Verwijder het met: taalinkoop retention --apply")
    else:
        say("Er hoeft niets weg.")
    return 0
