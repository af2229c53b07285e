"""``taalinkoop serve``: the server for daily use."""

import argparse
import secrets

import waitress

from app import create_app
from app.commands.output import say
from app.opening import check_schema
from app.server_log import keep_log
from app.tasks.jobs import Watcher
from core.accounts import Account
from core.db import database
from core.migrations import migrate

# Waitress keeps an upload in memory up to here and in a temporary file beyond it.
IN_MEMORY_BYTES = 512 * 1024


def register(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument("--host", default="127.0.0.1", help="adres om op te luisteren")
    parser.add_argument("--port", type=int, default=8000, help="poort (8000)")
    parser.add_argument("--threads", type=int, default=8, help="aanvragen tegelijk (8)")
    parser.add_argument("--migrate", action="store_true", help="werk eerst de database bij")
    parser.set_defaults(run=run, needs_schema=False)


def run(args: argparse.Namespace) -> int:
    """Serve until Ctrl-C."""
    keep_log()
    if args.migrate:
        migrate(database.obj)
    check_schema()
    code = None if Account.select().exists() else secrets.token_hex(4)
    database.close()
    app = create_app({"FIRST_ACCOUNT_CODE": code})
    address = f"http://{args.host}:{args.port}"
    say(f"Taalinkoop draait op {address} (stop met Ctrl-C)")
    if code:
        say(f"Maak de eerste beheerder op {address}/account/eerste-beheerder/ met code {code}")
    watcher = Watcher(app.config)
    watcher.start()
    try:
        waitress.serve(
            app,
            host=args.host,
            port=args.port,
            threads=args.threads,
            ident="",
            inbuf_overflow=IN_MEMORY_BYTES,
            max_request_body_size=(app.config["MAX_CONTENT_LENGTH"] or 0) + 1024 * 1024,
            _quiet=True,
        )
    finally:
        watcher.stop()
    return 0
