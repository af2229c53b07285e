"""``taalinkoop jobs``: do the work in the queue."""

import argparse
import time

from app.commands import say
from app.server_log import keep_log
from app.settings import read_settings
from app.tasks.drawing_ahead import draw_ahead
from app.tasks.jobs import POLL_SECONDS, drain
from core.dates import now
from core.jobs.follow_up_operations import nothing_is_owed
from quality.indicators.operations import refresh_computed

ACTOR = "opdrachtregel"


def register(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument(
        "--stay",
        action="store_true",
        help="blijf wachten op nieuw werk, voor een eigen server (stop met Ctrl-C)",
    )
    parser.add_argument(
        "--pictures",
        action="store_true",
        help="werk alleen de berekende indicatoren bij, en teken de grafieken vooruit",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do what waits; with ``--stay`` until Ctrl-C."""
    settings = read_settings()
    keep_log(settings["TAALINKOOP_LOG"])
    if args.pictures:
        refresh_computed(by=ACTOR, at=now())
        say(f"{draw_ahead(settings)} grafieken getekend")
        return 0
    done = drain(settings)
    while args.stay:
        time.sleep(POLL_SECONDS)
        done += drain(settings)
    say("1 taak gedaan" if done == 1 else f"{done} taken gedaan")
    left = nothing_is_owed()
    for sentence in left:
        say(f"Niet gelukt. {sentence}")
    return 1 if left else 0
