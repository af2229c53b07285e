"""Memory of the server's process while twenty people read, with every chart still to be drawn."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from core.accounts import Account, Role
from core.db import database
from tests.benchmarks import Ratio, region
from tests.crowd import Answer, ask, cookie_of, wait_until_ready

READERS = 20
SECONDS = 60
MOST_MB = 90
MONTH = "2026-10"


def pages() -> list[str]:
    """What people read: pages with charts, judgements, lists and files."""
    listed = ["/", f"/kwaliteit/{MONTH}/", f"/kwaliteit/{MONTH}/grafieken/", "/leveringen/",
              "/aanbieders/", "/planning/", "/signalen/", "/indicatoren/", "/cursisten/",
              "/beheer/contracten/"]  # fmt: skip
    for number in range(1, 40):
        code = f"P{number:03}"
        listed += [f"/aanbieders/{code}/", f"/kwaliteit/{MONTH}/{code}/B/",
                   f"/kwaliteit/{MONTH}/grafieken/{code}/",
                   f"/aanbieders/{code}/gesprek/gespreksblad.pdf"]  # fmt: skip
    return listed


def own_megabytes(process: int) -> float:
    """Pages that belong to this process alone and are no copy of a file."""
    text = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
    match = re.search(r"^Private_Dirty:\s+(\d+) kB", text, re.MULTILINE)
    return int(match[1]) / 1024 if match else 0.0


def measure() -> Iterator[Ratio]:
    """Read for a minute; the size at the end."""
    with region.filled() as folder:
        region.judge_every_month()
        region.application(folder)  # makes the key of the sessions
        with database.connection_context():
            account = Account.get(Account.role == Role.CONTRACT_MANAGER)
            cookies = [cookie_of(account, folder) for _ in range(READERS)]
        yield _under_load(folder, cookies)


def _under_load(folder: Path, cookies: list[str]) -> Ratio:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {
        "DATABASE_URL": f"sqlite:///{folder / 'taalinkoop.sqlite'}",
        "TAALINKOOP_DATA_DIR": str(folder), "TAALINKOOP_SECOND_STEP": "nee",
    }  # fmt: skip
    server = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "serve", "--port", str(port)],
        env=os.environ | settings, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    url, answers, sizes = f"http://127.0.0.1:{port}", list[Answer](), list[float]()
    try:
        wait_until_ready(url)
        sizes.append(own_megabytes(server.pid))
        until = time.monotonic() + SECONDS

        def read(number: int) -> None:
            for path in islice(cycle(pages()), number * 7, None):
                if time.monotonic() > until:
                    return
                answers.append(ask(url, path, {"Cookie": cookies[number]}))

        threads = [threading.Thread(target=read, args=(number,)) for number in range(READERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        sizes.append(own_megabytes(server.pid))
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()
    statuses = {answer.status for answer in answers}
    wrong = sorted({answer.path for answer in answers if answer.status >= 400})
    return Ratio(
        f"{READERS} lezers, {region.PROVIDERS} aanbieders, {region.MONTHS} maanden, "
        f"{len(answers)} aanvragen", sizes[-1], MOST_MB, "eigen geheugen van de server", "MB",
        note=f"bij de start {sizes[0]:.0f} MB; {statuses}; {' '.join(wrong[:5])}",
    )  # fmt: skip
