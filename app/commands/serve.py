"""``taalinkoop serve``: the server for daily use."""

import argparse
import secrets
import sys

from app import create_app
from app.commands import say
from app.opening import check_schema, upgrade
from app.server_log import keep_log
from app.settings import read_settings
from app.tasks.delivering import leave_to_worker
from app.tasks.heap import share_one_heap
from app.tasks.jobs import Watcher
from app.web.listening import make_server, serve_until_stopped
from core.accounts import Account
from core.dates import now
from core.db import database
from core.jobs.child_process import Helper, using_helper

ACTOR = "opdrachtregel"
SWITCH_SECONDS = 0.001
"""How long a thread computes before another gets its turn, a fifth of what Python does by itself.

Who holds the lock of the database waits for its turn after every statement: beside five who render
a page a save kept it for 76 to 107 ms, and now for 20 to 41.
"""


def register(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument("--host", default="127.0.0.1", help="adres om op te luisteren")
    parser.add_argument("--port", type=int, default=8000, help="poort (8000)")
    parser.add_argument("--threads", type=int, default=8, help="aanvragen tegelijk (8)")
    parser.add_argument("--migrate", action="store_true", help="werk eerst de database bij")
    parser.set_defaults(run=run, needs_schema=False)


def run(args: argparse.Namespace) -> int:
    """Serve until Ctrl-C or SIGTERM; requests that are on their way are finished."""
    share_one_heap()
    sys.setswitchinterval(SWITCH_SECONDS)
    keep_log(read_settings()["TAALINKOOP_LOG"])
    if args.migrate:
        upgrade(by=ACTOR, at=now())
    check_schema()
    code = None if Account.select().exists() else secrets.token_hex(4)
    database.close()
    app = create_app({"FIRST_ACCOUNT_CODE": code})
    address = f"http://{args.host}:{args.port}"
    say(f"Taalinkoop draait op {address} (stop met Ctrl-C)")
    if code:
        say(f"Maak de eerste beheerder op {address}/account/eerste-beheerder/ met code {code}")
    # Whoever reads it from a log, as of a container, waits for the address and the code.
    sys.stdout.flush()
    leave_to_worker()
    watcher = Watcher(app.config)
    watcher.start()
    try:
        with using_helper(Helper()):
            serve_until_stopped(
                make_server(app, host=args.host, port=args.port, threads=args.threads)
            )
    finally:
        watcher.stop()
    return 0
