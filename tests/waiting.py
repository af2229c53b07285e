"""Who waits for whom: ``make waiting [SECONDS=60] [ROWS=100000]``.

Twenty people read, four edit, four schools deliver and somebody signs in again and again, while the
file of a large school is taken in and judged. Readers think for ``THINK`` seconds between pages.
Printed for each kind: how many requests, how many that the server refused or failed, the median,
the 99th percentile and the longest wait; of what the server itself noted, how long a form that was
sent waited for a lock and how long it took to serve; and how busy the processors were, for what is
busy all the time lets everyone wait. On SQLite, and on PostgreSQL where ``TEST_DATABASE_URL`` names
a server. Nothing may fail, no update be lost.
"""

import html
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

from app.checks import all_findings
from app.settings import prepare_data_directory, read_settings, secret_key
from core import log_chain
from core.accounts import Account, Role
from core.dates import add_months
from core.db import database, open_database
from core.identity.account_operations import add_account
from core.identity.api_token_operations import make_token
from core.migrations import migrate
from providers.models import Location, Provider
from tests.builders import AT, make_contract, make_provider
from tests.chaos import MONTHS, database_on, rows_of
from tests.crowd import Answer, ask, cookie_of, wait_until_ready
from tests.providers.feed.lines import csv, row

SCHOOLS = ("TA001", "TA002", "TA003", "TA004")
LARGE = "TA009"
PAGES = ["/", "/leveringen/", "/kwaliteit/2026-10/", "/aanbieders/TA001/", "/planning/"]
EMAIL, PASSWORD = "kim@voorbeeld.nl", "vier losse woorden samen"
READERS, EDITORS, PAUSE = 20, 4, 0.5
THINK = float(os.environ.get("THINK") or 5)
COMMAND = (sys.executable, "-m", "app.cli")


def large_file(rows: int) -> bytes:
    """One school, 24 months, always the same learners."""
    months = [f"{add_months(date(2026, 10, 1), -back):%Y-%m}" for back in range(24)]
    return csv(*(
        row(rapportagemaand=month, trajectnummer=f"G-{n}", datum_aanmelding="01-09-2024",
            datum_eerste_les=f"{1 + n % 28:02}-10-2024")
        for month in reversed(months) for n in range(rows // len(months))
    ))  # fmt: skip


class Crowd:
    """Everyone at the server, until the time is over."""

    def __init__(self, url: str, until: float) -> None:
        self.url, self.until = url, until
        self.answers: dict[str, list[Answer]] = defaultdict(list)
        self.saved: Counter[int] = Counter()
        self.lock = threading.Lock()

    def note(self, kind: str, answer: Answer) -> Answer:
        """Keep how a request went."""
        with self.lock:
            self.answers[kind].append(answer)
        return answer

    def loop(self, step: Callable[[int], object], pause: float = PAUSE) -> threading.Thread:
        """Do a step again and again."""

        def run() -> None:
            turn = 0
            while time.monotonic() < self.until:
                step(turn)
                turn += 1
                time.sleep(pause)

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def read(self, cookie: str, turn: int) -> None:
        """Read the next page."""
        path = PAGES[turn % len(PAGES)]
        self.note("read", ask(self.url, path, {"Cookie": cookie}))

    def edit(self, person: urllib.request.OpenerDirector, location: int, turn: int) -> None:
        """Open a form, change it, send it."""
        path = f"/beheer/locaties/edit/?id={location}"
        page = self.note("read", self.open(person, path)).body.decode()
        fields = dict(re.findall(r'name="(csrf_token|seen)" value="([^"]*)"', page))
        values = {
            "csrf_token": fields.get("csrf_token", ""), "name": f"Lokaal {location}",
            "seen": html.unescape(fields.get("seen", "")), "postcode4": "8011",
            "provider": str(location_provider[location]), "city": f"Stad {turn}",
            "evening_weekend": "",
        }  # fmt: skip
        answer = self.note("edit", self.open(person, path, values))
        if b"Bewaard." in answer.body:
            self.saved[location] = turn

    def open(
        self, person: urllib.request.OpenerDirector, path: str, values: dict[str, str] | None = None
    ) -> Answer:
        """Ask for a page or send a form, with the cookies of this person."""
        data = None if values is None else urllib.parse.urlencode(values).encode()
        began = time.perf_counter()
        try:
            with person.open(self.url + path, data, timeout=60) as page:
                status, body = page.status, page.read()
        except urllib.error.HTTPError as error:
            with error:
                status, body = error.code, error.read()
        return Answer(path.partition("?")[0], status, time.perf_counter() - began, body)

    def signed_in(self) -> urllib.request.OpenerDirector:
        """Somebody who just signed in by the form."""
        person = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        page = self.open(person, "/account/aanmelden/").body.decode()
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        fields = {"csrf_token": token[1] if token else "", "email": EMAIL, "password": PASSWORD}
        answer = self.open(person, "/account/aanmelden/", fields)
        status = answer.status if b"Afmelden" in answer.body else answer.status + 100
        self.note("sign in", Answer(answer.path, status, answer.seconds, b""))
        return person

    def deliver(self, token: str, turn: int) -> None:
        """Send a small file."""
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "text/csv"}
        month = f"{add_months(date(2026, 10, 1), -(turn % 8)):%Y-%m}"
        content = rows_of([month], turn % 49)
        self.note("deliver", ask(self.url, f"/api/v1/deliveries?replace={month}", headers, content))


location_provider: dict[int, int] = {}


def prepare(folder: Path) -> tuple[list[str], list[str], list[int]]:
    """Fill an installation; return the tokens of schools, cookies and locations."""
    settings = read_settings()
    prepare_data_directory(settings)
    log_chain.use_key(partial(secret_key, settings))
    database.initialize(open_database(settings["DATABASE_URL"]))
    database.connect()
    migrate(database.obj)
    for code in (*SCHOOLS, LARGE):
        make_contract(make_provider(code), valid_from=date(2026, 3, 1))
    tokens = [
        make_token(
            name=code, role=Role.PROVIDER, provider_code=code, municipalities=[],
            permissions=["deliveries:create", "deliveries:read"], expires_on=None, by="x", at=AT,
        )[1]
        for code in SCHOOLS
    ]  # fmt: skip
    first = Provider.get(Provider.code == "TA001")
    places = [Location.create(provider=first, name=f"Zaal {n}").id for n in range(EDITORS)]
    location_provider.update(dict.fromkeys(places, first.id))
    add_account(email=EMAIL, role=Role.CONTRACT_MANAGER, password=PASSWORD, by="x", at=AT)
    cookies = [
        cookie_of(
            Account.create(
                email=f"{n}@voorbeeld.nl", role=Role.CONTRACT_MANAGER, password_hash="!",
                session_key=str(n), municipalities=[], created_at=AT,
            ),
            folder,
        )
        for n in range(READERS)
    ]  # fmt: skip
    database.close()
    # What the pages that are read show.
    (folder / "school.csv").write_bytes(rows_of(MONTHS, 40))
    for code in SCHOOLS:
        command = [*COMMAND, "feed", "import", str(folder / "school.csv"), "--aanbieder", code]
        subprocess.run(command, capture_output=True, check=True)
    return tokens, cookies, places


def processor_seconds() -> float:
    """How long the processors of this machine have been busy, all together."""
    user, nice, system, _idle, _disk, *rest = map(
        int, Path("/proc/stat").read_text(encoding="ascii").splitlines()[0].split()[1:9]
    )
    return (user + nice + system + sum(rest)) / os.sysconf("SC_CLK_TCK")


def percentile(numbers: list[float], part: float) -> float:
    """What this part of the numbers is not above."""
    return sorted(numbers)[int(len(numbers) * part)]


def say_what_the_server_noted(log: Path) -> None:
    """Print what went wrong, how long what was sent waited for a lock, and the rest took."""
    waited: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for text in log.read_text(encoding="utf-8").splitlines():
        line = json.loads(text) if text.startswith("{") else {}
        if line.get("level") == "error":
            print(f"  FOUT {line['message']}\n{line.get('error', '')}")
        if line.get("method") == "POST":
            lock = line["waited_milliseconds"] / 1000
            waited[line["rule"]].append((lock, line["milliseconds"] / 1000 - lock))
    for rule, times in sorted(waited.items()):
        locks, served = (list(part) for part in zip(*times, strict=True))
        print(
            f"  {rule}: {len(times)} keer, wachten op een ander 99 % {percentile(locks, 0.99):.2f}"
            f" s (langst {max(locks):.2f} s), het werk zelf 99 % {percentile(served, 0.99):.2f} s"
        )


def measure(folder: Path, seconds: int, rows: int) -> tuple[dict[str, list[Answer]], list[str]]:
    """Let everyone loose; return the answers, and what was lost or does not add up."""
    tokens, cookies, places = prepare(folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen([*COMMAND, "serve", "--port", str(port)], stderr=log, stdout=log)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_ready(url)
        crowd = Crowd(url, time.monotonic() + seconds)
        threads = [crowd.loop(partial(crowd.read, cookie), THINK) for cookie in cookies]
        threads += [crowd.loop(partial(crowd.edit, crowd.signed_in(), place)) for place in places]
        threads += [crowd.loop(partial(crowd.deliver, token)) for token in tokens]
        threads += [crowd.loop(lambda _: bool(crowd.signed_in()))]
        (folder / "groot.csv").write_bytes(large_file(rows))
        began, busy = time.monotonic(), processor_seconds()
        done = subprocess.run(
            [*COMMAND, "feed", "import", str(folder / "groot.csv"), "--aanbieder", LARGE],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        taken, busy = time.monotonic() - began, processor_seconds() - busy
        print(
            f"  {rows} rijen ingenomen en beoordeeld in {taken:.0f} s; de {os.cpu_count()} "
            f"processors waren toen {busy / taken / (os.cpu_count() or 1):.0%} bezig"
        )
        for thread in threads:
            thread.join()
    finally:
        server.terminate()
        server.wait()
    # What the server still owed when it was stopped.
    subprocess.run([*COMMAND, "jobs"], capture_output=True, check=True)
    wrong = [] if done.returncode < 2 else [done.stderr]
    database.initialize(open_database(read_settings()["DATABASE_URL"]))
    with database.connection_context():
        for number, turn in crowd.saved.items():
            result = Location.get_by_id(number).city
            if result != f"Stad {turn}":
                wrong.append(f"location {number} is in {result}, and was saved as Stad {turn}")
        wrong += all_findings()
    database.initialize(None)
    return crowd.answers, wrong


def main() -> int:
    """Print the figures; status 1 when somebody was failed or something lost."""
    seconds, rows = int(os.environ.get("SECONDS") or 60), int(os.environ.get("ROWS") or 100_000)
    server = os.environ.pop("TEST_DATABASE_URL", None)
    failed = False
    for engine in ("SQLite", "PostgreSQL") if server else ("SQLite",):
        with tempfile.TemporaryDirectory(prefix="taalinkoop-wachten-") as name:
            folder = Path(name)
            url = ""
            if engine == "PostgreSQL" and server is not None:
                import psycopg  # noqa: PLC0415  only with a server

                with psycopg.connect(server, autocommit=True) as connection:
                    connection.execute("DROP DATABASE IF EXISTS taalinkoop_waiting WITH (FORCE)")
                    connection.execute("CREATE DATABASE taalinkoop_waiting")
                url = database_on(server, "taalinkoop_waiting")
            os.environ |= {
                "TAALINKOOP_DATA_DIR": name, "DATABASE_URL": url, "TAALINKOOP_SECOND_STEP": "nee",
                "TAALINKOOP_LOG": "json",
            }  # fmt: skip
            print(f"{engine}, {seconds} s, wie leest denkt {THINK} s na:")
            answers, wrong = measure(folder, seconds, rows)
            for kind, listed in sorted(answers.items()):
                waits = [answer.seconds for answer in listed]
                bad = Counter(
                    f"{answer.status} {answer.path}" for answer in listed if answer.status >= 400
                )
                print(
                    f"  {kind}: {len(waits)} keer, mediaan {statistics.median(waits):.2f} s, 99 % "
                    f"{percentile(waits, 0.99):.2f} s, langst {max(waits):.2f} s, "
                    f"niet gelukt: {dict(bad) or 'geen'}"
                )
            say_what_the_server_noted(folder / "server.log")
            every = [answer for listed in answers.values() for answer in listed]
            failures = sum(answer.status >= 500 for answer in every)
            longest = max(every, key=lambda answer: answer.seconds)
            print(
                f"  samen: {len(every)} antwoorden, {failures} keer 5xx, verloren of onjuist: "
                f"{len(wrong)}, langste wachttijd {longest.seconds:.2f} s ({longest.path})"
            )
            wrong += [
                f"{one.status} {one.path}: {one.body[:400].decode(errors='replace')}"
                for one in every
                if one.status >= 500 and one.body.startswith(b"{")
            ]
            for line in wrong:
                print(f"  FOUT {line}")
            failed |= bool(wrong or failures)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
