"""Kill whole operations at any moment and look what is left: ``make chaos [KILLS=100] [SEED=1]``.

``KILLS`` is per engine: 500 make a thousand.

On SQLite, and on PostgreSQL where ``TEST_DATABASE_URL`` names a server. Each operation runs once in
peace: that gives the state before, the state after and the time between. Then it is killed at
moments spread over that time, with every process it started. After each kill:

- the rows are those of before or of after, and nothing between;
- when the scores do not belong to the rows, or a file has to go, ``db check`` says so;
- the same command again, and ``taalinkoop jobs``, lead to the state after, and ``db check`` agrees.

Of every seven times on PostgreSQL, once not the command but the database server goes down, and
comes back. Two servers on one database take files in while one of them is killed. Where a small
disk can be mounted, the operations also run on a full one, and on one that is read-only.
"""

import hashlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from app import cli
from app.checks import all_findings
from core.accounts import Role
from core.dates import month_number, now, parse_month
from core.db import database, open_database
from core.identity.api_token_operations import make_token
from tests.crowd import ask, wait_until_ready
from tests.postgresql import find_binaries, server
from tests.providers.feed.lines import csv, row

MONTHS = [f"2026-{month:02}" for month in range(3, 11)]
LEARNERS = 25
REGISTER = "aanbiedercode;naam\nTA001;Een\nTA002;Twee\n"
CONTRACTS = (
    "contractnummer;aanbiedercode;leerroutes;gemeenten;van\n"
    "C1;TA001;B;*;01-01-2026\nC2;TA002;B;*;01-01-2026\n"
)
FACTS = "trajectnummer;doelgroep;pip_op\n" + "".join(
    f"T-{number};asiel;01-02-2026\n" for number in range(LEARNERS)
)
MARKS = "aanbiedercode;status;van;tot\nTA001;bepaalde_tijd;01-01-2026;31-12-2027\n"
STATE = {
    "rows": "SELECT p.code, t.number, r.month, r.minutes_attended, r.status, r.row, "
    "CASE WHEN r.superseded_by_id IS NULL THEN 1 ELSE 0 END FROM progress_record r "
    "JOIN course_track t ON t.id = r.track_id JOIN provider p ON p.id = t.provider_id",
    "deliveries": "SELECT sha256, state, rows, accepted, unchanged, rejected FROM delivery "
    # A file that was received is no change yet: the same file takes it up again.
    "WHERE state <> 'received'",
    "problems": "SELECT code, value, message FROM problem",
    "marks": "SELECT p.code, m.status, m.valid_from FROM quality_mark m "
    "JOIN provider p ON p.id = m.provider_id",
    "facts": "SELECT municipality, number, target_group, plan_on FROM learner_facts",
    "plans": "SELECT code, name FROM contracting_process",
    "milestones": "SELECT position, code, title, duration FROM milestone",
    "scores": "SELECT p.code, c.month, c.route, c.revision, c.status, c.active, c.score, "
    "c.rank_median FROM score_card c JOIN provider p ON p.id = c.provider_id",
}
SERVER_DOWN_EVERY = 7
"""Not a divisor of the number of operations, so that it happens to each in turn."""
SERVER_DISK = 400
"""MB of the disk of a server that is filled up."""
FOLLOWS = "scores"
"""What is computed after the rows are held, and may lag behind as long as the check says so."""


CONSENT = tuple(word for month in MONTHS for word in ("--replace", month))
"""A file may replace the rows of every month."""


@dataclass(frozen=True)
class Operation:
    """A command, and what it needs beside the installation."""

    name: str
    arguments: tuple[str, ...]
    makes: tuple[str, ...] = ()
    """Files outside the installation that are there in full or not at all."""


def operations(folder: Path) -> list[Operation]:
    """What is killed."""
    copy, moved = str(folder / "kopie.tar.gz"), str(folder / "verhuisd.sqlite")
    base, passport = str(folder / "basis.tar.gz"), str(folder / "paspoort.json")
    return [
        Operation("import", ("feed", "import", str(folder / "nieuw.csv"), "--aanbieder", "TA001",
                             *CONSENT)),
        Operation("names", ("feed", "import", str(folder / "namen.csv"), "--aanbieder", "TA002",
                            *CONSENT)),
        Operation("withdraw", ("feed", "withdraw", "1", "--reason", "proef")),
        Operation("register", ("provider", "import", str(folder / "merken.csv"),
                               "--kind", "keurmerken")),
        Operation("facts", ("learner", "import", str(folder / "cursisten.csv"),
                            "--gemeente", "0193")),
        Operation("erase", ("learner", "erase", "T-3", "--gemeente", "0193",
                            "--reason", "proef")),
        Operation("plan", ("plan", "new", "P1", "--template", "SAS regionaal", "--name", "Plan",
                           "--start", "2026-12-01")),
        Operation("fix", ("score", "2026-09", "--fix")),
        Operation("report", ("report", "2026-09", "--out", str(folder / "rapport"))),
        Operation("letter", ("promises", "C1", "--out", str(folder / "brief"))),
        Operation("passport", ("passport", "2026-08", "--aanbieder", "TA001", "--out", passport),
                  (passport,)),
        Operation("retention", ("retention", "--apply")),
        Operation("backup", ("backup", copy), (copy,)),
        Operation("restore", ("restore", base)),
        Operation("copy", ("db", "copy", "--to", f"sqlite:///{moved}"), (moved,)),
    ]  # fmt: skip


VERIFIED_BY = {".gz": ("backup", "--verify"), ".json": ("passport", "verify")}
"""What tells whether a file that an operation makes is whole."""


def rows_of(months: list[str], attended: int, **more: str) -> bytes:
    """A file with the same learners in each month."""
    return csv(*(
        row(rapportagemaand=month, trajectnummer=f"T-{n}", uren_gevolgd=str(attended),
            uren_geoorloofd_verzuim=str(48 - attended), uren_ongeoorloofd_verzuim="0",
            datum_aanmelding="01-02-2026", datum_eerste_les=f"{1 + n % 28:02}-03-2026", **more)
        for month in months for n in range(LEARNERS)
    ))  # fmt: skip


def run(*arguments: str) -> tuple[int, str]:
    """Run a command in this process, as a person would.

    What sets a PDF runs in a process of its own: its threads would be missing in a later fork.
    """
    if arguments[0] in ("report", "promises"):
        done = subprocess.run(
            [sys.executable, "-m", "app.cli", *arguments],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr
    said = StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        status = cli.main(list(arguments))
    forget_connection()
    return status, said.getvalue()


def forget_connection() -> None:
    """Leave nothing open that a child would share."""
    if database.obj is not None:
        database.close()
        database.initialize(None)


class Installation:
    """A filled installation of which copies are made, to be spoiled one after the other."""

    def __init__(self, folder: Path, server: str | None) -> None:
        self.folder, self.server = folder, server
        self.base, self.here = folder / "basis", folder / "instance"

    @property
    def url(self) -> str:
        """The database that is worked on."""
        if self.server is None:
            return f"sqlite:///{self.here / 'taalinkoop.sqlite'}"
        return database_on(self.server, "chaos_work")

    def fill(self) -> None:
        """Make the base: a register, ten deliveries, scores, one that can be withdrawn."""
        os.environ |= {
            "TAALINKOOP_DATA_DIR": str(self.here),
            "DATABASE_URL": self.url,
            "TAALINKOOP_KEEP_FILES_MONTHS": "1",
        }
        if self.server is not None:
            self._on_server("DROP DATABASE IF EXISTS chaos_work", "CREATE DATABASE chaos_work")
        for name, content in {
            "aanbieders.csv": REGISTER.encode(),
            "contracten.csv": CONTRACTS.encode(),
            "cursisten.csv": FACTS.encode(),
            "merken.csv": MARKS.encode(),
            "oud.csv": rows_of(MONTHS[:4], 30, uren_aangeboden="48") + b"onzin;x\r\n",
            "basis.csv": rows_of(MONTHS, 40),
            "nieuw.csv": rows_of(MONTHS[2:], 46),
            "namen.csv": rows_of(MONTHS[4:], 44, achternaam="Jansen"),
        }.items():
            (self.folder / name).write_bytes(content)
        commands: tuple[tuple[str, ...], ...] = (
            ("db", "migrate"),
            ("provider", "import", str(self.folder / "aanbieders.csv"), "--kind", "aanbieders"),
            ("provider", "import", str(self.folder / "contracten.csv"), "--kind", "contracten"),
            ("feed", "import", str(self.folder / "basis.csv"), "--aanbieder", "TA001"),
            ("feed", "import", str(self.folder / "oud.csv"), "--aanbieder", "TA002"),
            (
                "feed",
                "import",
                str(self.folder / "basis.csv"),
                "--aanbieder",
                "TA002",
                *CONSENT,
            ),
            ("score", "2026-08", "--fix"),
        )
        for command in commands:
            status, said = run(*command)
            assert status < 2, said
        # The second file is older than files are kept.
        database.initialize(open_database(self.url))
        with database.connection_context():
            database.execute_sql(
                "UPDATE delivery SET received_at = '2024-01-01 00:00:00' "
                "WHERE file_name = 'oud.csv'"
            )
        forget_connection()
        assert run("backup", str(self.folder / "basis.tar.gz"))[0] == 0
        # What restore has to bring back.
        assert run("feed", "withdraw", "1", "--reason", "proef")[0] == 0
        self._keep("basis-ingetrokken")
        assert run("restore", str(self.folder / "basis.tar.gz"))[0] == 0
        for path in self.here.glob("voor-terugzetten-*"):
            path.unlink()
        self._keep("basis")

    def _keep(self, name: str) -> None:
        shutil.copytree(self.here, self.folder / name)
        if self.server is not None:
            kept = name.replace("-", "_")
            self._on_server(
                f"DROP DATABASE IF EXISTS chaos_{kept}",
                f"CREATE DATABASE chaos_{kept} TEMPLATE chaos_work",
            )

    def begin(self, operation: Operation) -> None:
        """Put the state before an operation in place."""
        name = "basis-ingetrokken" if operation.name == "restore" else "basis"
        shutil.rmtree(self.here, ignore_errors=True)
        shutil.copytree(self.folder / name, self.here)
        for made in operation.makes:
            Path(made).unlink(missing_ok=True)
        if self.server is not None:
            kept = name.replace("-", "_")
            self._on_server(
                "DROP DATABASE IF EXISTS chaos_work WITH (FORCE)",
                f"CREATE DATABASE chaos_work TEMPLATE chaos_{kept}",
                # As a server of daily use: what was committed is there after a crash...
                "ALTER DATABASE chaos_work SET synchronous_commit = on",
                # ...and the numbers of a copied sequence are written ahead in the copy too.
                "CHECKPOINT",
            )

    def _on_server(self, *statements: str) -> None:
        import psycopg  # noqa: PLC0415  only with a server

        assert self.server is not None
        with psycopg.connect(self.server, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def state(self) -> tuple[dict[str, str], list[str]]:
        """A digest of each part of the data, and what the check finds."""
        database.initialize(open_database(self.url))
        with database.connection_context():
            digests = {name: _digest(query) for name, query in STATE.items()}
            findings = all_findings()
        forget_connection()
        files = sorted(p.name for p in (self.here / "originals").glob("??/*"))
        digests["files"] = hashlib.sha256(repr(files).encode()).hexdigest()
        return digests, findings


def _digest(query: str) -> str:
    rows = sorted(map(repr, database.execute_sql(query).fetchall()))
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def database_on(server: str, name: str) -> str:
    """The address of another database on the same server."""
    parts = urlsplit(server)
    return urlunsplit((parts.scheme, parts.netloc, f"/{name}", parts.query, ""))


def start(arguments: tuple[str, ...]) -> int:
    """Run a command in a process of its own, with all that it starts; return its number."""
    child = os.fork()
    if child == 0:
        os.setsid()
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        try:
            os._exit(cli.main(list(arguments)))
        finally:
            os._exit(3)
    return child


def killed_after(arguments: tuple[str, ...], seconds: float) -> bool:
    """Kill a command after so long; tell whether it was still running."""
    child = start(arguments)
    time.sleep(seconds)
    running = os.waitpid(child, os.WNOHANG)[0] == 0
    if running:
        try:
            os.killpg(child, signal.SIGKILL)
        except ProcessLookupError:
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return running


def server_down_after(arguments: tuple[str, ...], seconds: float, server: str) -> bool:
    """Have PostgreSQL crash while a command runs; tell whether the command was still running.

    When one of its processes is killed, the server ends all the others and recovers.
    """
    import psycopg  # noqa: PLC0415  only with a server

    one, other = (psycopg.connect(server, autocommit=True) for _ in range(2))
    child = start(arguments)
    time.sleep(seconds)
    running = os.waitpid(child, os.WNOHANG)[0] == 0
    os.kill(one.info.backend_pid, signal.SIGKILL)
    with suppress(psycopg.OperationalError):
        while other.execute("SELECT 1"):
            time.sleep(0.02)
    one.close()
    other.close()
    if running:
        os.waitpid(child, 0)
    wait_until_up(server)
    return running


def wait_until_up(server: str) -> None:
    """Return once PostgreSQL has recovered from a crash."""
    import psycopg  # noqa: PLC0415  only with a server

    for _ in range(600):
        try:
            psycopg.connect(server).close()
            break
        except psycopg.OperationalError:
            time.sleep(0.1)


def torment(place: Installation, kills: int, dice: random.Random) -> tuple[Counter[str], list[str]]:
    """Kill every operation in turn; return how often what came out, and what was wrong."""
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    undisturbed: dict[str, tuple[Any, Any, float]] = {}
    listed = operations(place.folder)
    for number in range(kills):
        operation = listed[number % len(listed)]
        if operation.name not in undisturbed:
            undisturbed[operation.name] = in_peace(place, operation, wrong)
        before, after, took = undisturbed[operation.name]
        place.begin(operation)
        moment = took * dice.uniform(0.02, 1.05)
        if place.server is not None and number % SERVER_DOWN_EVERY == 0:
            running = server_down_after(operation.arguments, moment, place.server)
            how = "server down" if running else "ended before"
        else:
            running = killed_after(operation.arguments, moment)
            how = "killed" if running else "ended before"
        counts[how] += 1
        time.sleep(0.05)
        problems = list(verdict(place, operation, before, after, counts))
        wrong += [f"{operation.name} ({how}): {problem}" for problem in problems]
    return counts, wrong


def in_peace(place: Installation, operation: Operation, wrong: list[str]) -> tuple[Any, Any, float]:
    """The state before and after an operation that nobody disturbs, and how long it takes."""
    place.begin(operation)
    before = place.state()[0]
    began = time.perf_counter()
    os.waitpid(start(operation.arguments), 0)
    took = time.perf_counter() - began
    after, findings = place.state()
    wrong += [f"{operation.name} in peace: {one}" for one in findings]
    return before, after, took


def verdict(
    place: Installation, operation: Operation, before: Any, after: Any, counts: Counter[str]
) -> Iterator[str]:
    """What is wrong with what a kill left behind, and with doing it again."""
    result, findings = place.state()
    rows = {name: value for name, value in result.items() if name not in (FOLLOWS, "files")}
    if all(rows[name] == before[name] for name in rows):
        counts["state before"] += 1
        expected = before
    elif all(rows[name] == after[name] for name in rows):
        counts["state after"] += 1
        expected = after
    else:
        yield "neither before nor after"
        expected = result
    lagging = result[FOLLOWS] not in (expected[FOLLOWS], after[FOLLOWS])
    if lagging or (expected is after and result[FOLLOWS] != after[FOLLOWS]):
        counts["scores lag, and the check says so" if findings else "scores lag unseen"] += 1
        if not findings:
            yield "scores do not belong to the rows, and the check says nothing"
    yield from (f"check: {one}" for one in findings if "moeten opnieuw" not in one
                and "staan er nog" not in one)  # fmt: skip
    for made in map(Path, operation.makes):
        if made.suffix in VERIFIED_BY and made.exists():
            status, said = run(*VERIFIED_BY[made.suffix], str(made))
            if status:
                yield f"half a file: {' '.join(said.split())}"
    status, said = run(*operation.arguments)
    was_done = all(rows[name] == after[name] for name in rows)
    if status == 2 and (not was_done or "onverwachts" in said):
        yield f"again: {' '.join(said.split())}"
    run("jobs")
    result, findings = place.state()
    different = [name for name in result if result[name] != after[name]]
    if different:
        yield f"again: {', '.join(different)} not as after"
    yield from (f"again: {one}" for one in findings)


@contextmanager
def small_disk(folder: Path, megabytes: float) -> Iterator[Path | None]:
    """A disk of so many MB; ``None`` where none can be made."""
    place = folder / "klein"
    place.mkdir()
    size = f"size={int(megabytes * 1024)}k"
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(place)],
        capture_output=True, check=False,
    )  # fmt: skip
    try:
        yield place if done.returncode == 0 else None
    finally:
        if done.returncode == 0:
            subprocess.run(["umount", str(place)], check=False)
        place.rmdir()


def begin_on(disk: Path, operation: Operation) -> None:
    """Put on a disk what an operation begins with, and make it the installation that is meant."""
    name = "basis-ingetrokken" if operation.name == "restore" else "basis"
    shutil.copytree(disk.parent / name, disk, dirs_exist_ok=True)
    os.environ |= {
        "TAALINKOOP_DATA_DIR": str(disk),
        "DATABASE_URL": f"sqlite:///{disk / 'taalinkoop.sqlite'}",
    }
    for made in operation.makes:
        Path(made).unlink(missing_ok=True)


def full_disk(folder: Path) -> tuple[Counter[str], list[str]]:
    """Run every operation on SQLite on a disk with ever less room; look as after a kill."""
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    source = folder / "basis"
    size = sum(path.stat().st_size for path in source.rglob("*") if path.is_file()) / 2**20
    for room in (0.05, 0.2, 0.5, 1.0, 2.0):
        for operation in operations(folder):
            with small_disk(folder, size + room) as place:
                if place is None:
                    return counts, wrong
                begin_on(place, operation)
                status, said = run(*operation.arguments)
                counts["done" if status < 2 else "refused"] += 1
                if status == 2 and "onverwachts" in said:
                    wrong.append(f"{operation.name}, {room} MB left: {' '.join(said.split())}")
                checked = run("db", "check")
                unknown = [
                    line for line in checked[1].splitlines()
                    if not any(word in line for word in ("klopt", "kloppen niet", "moeten opnieuw",
                                                         "staan er nog"))
                ]  # fmt: skip
                wrong += [f"{operation.name}, {room} MB left: check: {one}" for one in unknown]
    return counts, wrong


def full_disk_of_server(folder: Path) -> tuple[Counter[str], list[str]]:
    """Run every operation on a PostgreSQL of which the disk is full; look as after a kill."""
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    binaries = find_binaries()
    folder.chmod(0o711)  # the server runs as another user
    with small_disk(folder, SERVER_DISK) as disk:
        if disk is None or binaries is None:
            return counts, wrong
        with server(binaries, inside=disk) as address:
            own = folder / "volle-server"
            own.mkdir()
            place = Installation(own, address)
            place.fill()
            for operation in operations(own):
                before, after, _ = in_peace(place, operation, wrong)
                for room in (0.0, 1.0, 8.0):
                    place.begin(operation)
                    ballast = disk / "vol"
                    size = shutil.disk_usage(disk).free - int(room * 2**20)
                    with ballast.open("wb") as file:
                        os.posix_fallocate(file.fileno(), 0, max(size, 1))
                    status, said = run(*operation.arguments)
                    ballast.unlink()
                    wait_until_up(address)
                    counts["done" if status < 2 else "refused"] += 1
                    how = f"{operation.name}, {room} MB left"
                    if status == 2 and ("onverwachts" in said or not said.strip()):
                        wrong.append(f"{how}: {' '.join(said.split())}")
                    problems = list(verdict(place, operation, before, after, counts))
                    wrong += [f"{how}: {problem}" for problem in problems]
    return counts, wrong


def read_only_disk(folder: Path) -> tuple[Counter[str], list[str]]:
    """Run every operation on SQLite on a disk that cannot be written to: a sentence, no change."""
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    for operation in operations(folder):
        with small_disk(folder, 100) as place:
            if place is None:
                return counts, wrong
            begin_on(place, operation)
            subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
            status, said = run(*operation.arguments)
            counts["done" if status < 2 else "refused"] += 1
            if status == 2 and ("onverwachts" in said or not said.strip()):
                wrong.append(f"{operation.name}, read-only: {' '.join(said.split())}")
    return counts, wrong


def two_servers(place: Installation) -> tuple[Counter[str], list[str]]:
    """Deliver at two servers on one database, of which one is killed half-way."""
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    place.begin(operations(place.folder)[0])
    database.initialize(open_database(place.url))
    with database.connection_context():
        token = make_token(
            name="proef", role=Role.PROVIDER, provider_code="TA001", municipalities=[],
            permissions=["deliveries:create", "deliveries:read"], expires_on=None, by="x",
            at=now(),
        )[1]  # fmt: skip
    forget_connection()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "text/csv"}
    ports, servers = [], []
    for _ in range(2):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            ports.append(probe.getsockname()[1])
        command = [sys.executable, "-m", "app.cli", "serve", "--migrate", "--port", str(ports[-1])]
        servers.append(
            subprocess.Popen(
                command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        )  # fmt: skip
    stored = 0

    def deliver(port: int, month: str, attended: int) -> None:
        nonlocal stored
        try:
            answer = ask(f"http://127.0.0.1:{port}", f"/api/v1/deliveries?replace={month}", headers,
                         rows_of([month], attended))  # fmt: skip
        except OSError:
            counts["no answer"] += 1
            return
        counts["server error" if answer.status >= 500 else "answered"] += 1
        if answer.status >= 500:
            wrong.append(f"status {answer.status} of a server")
        if answer.status == 201:
            stored = attended

    try:
        for port in ports:
            wait_until_ready(f"http://127.0.0.1:{port}")
        for turn in range(24):
            if turn == 12:
                killer = threading.Timer(0.05, os.killpg, (servers[0].pid, signal.SIGKILL))
                killer.start()
            deliver(ports[turn % 2 if turn <= 12 else 1], MONTHS[-1], 10 + turn)
        killer.join()
    finally:
        for server in servers:
            server.terminate()
            server.wait()
    run("jobs")
    database.initialize(open_database(place.url))
    with database.connection_context():
        wrong += all_findings()
        minutes = database.execute_sql(
            "SELECT MAX(r.minutes_attended) FROM progress_record r JOIN course_track t ON "
            "t.id = r.track_id JOIN provider p ON p.id = t.provider_id WHERE p.code = 'TA001' "
            f"AND r.month = {month_number(parse_month(MONTHS[-1]))} AND r.superseded_by_id IS NULL"
        ).fetchone()[0]
    forget_connection()
    if minutes != stored * 60:
        wrong.append(f"{stored} hours were acknowledged last, and {minutes} minutes are held")
    return counts, wrong


Part = Callable[[], tuple[Counter[str], list[str]]]


def torment_engine(address: str | None, kills: int, seed: int) -> bool:
    """Torment SQLite, or the PostgreSQL at an address; print the figures, and tell if all is well.

    Lines of the two engines come between each other: each says of which it is.
    """
    engine = "SQLite" if address is None else "PostgreSQL"
    good = True
    with tempfile.TemporaryDirectory(prefix="taalinkoop-chaos-") as name:
        place = Installation(Path(name), address)
        place.fill()
        parts: dict[str, Part] = {
            f"{kills} keer": lambda: torment(place, kills, random.Random(seed)),
            "twee servers": lambda: two_servers(place),
        }
        if address is None:
            parts["volle schijf"] = lambda: full_disk(place.folder)
            parts["alleen lezen"] = lambda: read_only_disk(place.folder)
        else:
            parts["volle schijf"] = lambda: full_disk_of_server(place.folder)
        for title, part in parts.items():
            began = time.perf_counter()
            counts, wrong = part()
            figures = ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))
            took = time.perf_counter() - began
            print(f"{engine}, {title}: {figures} ({took:.0f} s)", flush=True)
            for line in wrong:
                print(f"  FOUT {engine}, {title}: {line}", flush=True)
            good &= not wrong
        if address is not None:
            for work in ("work", "basis", "basis_ingetrokken"):
                place._on_server(f"DROP DATABASE IF EXISTS chaos_{work} WITH (FORCE)")
    return good


def main() -> int:
    """Torment both engines beside each other; status 1 when something was wrong."""
    kills, seed = int(os.environ.get("KILLS") or 100), int(os.environ.get("SEED") or 1)
    address = os.environ.pop("TEST_DATABASE_URL", None)
    os.environ.pop("DATABASE_URL", None)
    if address is None:
        print("PostgreSQL: overgeslagen, TEST_DATABASE_URL noemt geen server")
        return 0 if torment_engine(None, kills, seed) else 1
    # Each in a process of its own: which installation is meant stands in the environment.
    other = os.fork()
    if other == 0:
        os._exit(0 if torment_engine(address, kills, seed) else 1)
    good = torment_engine(None, kills, seed)
    return 0 if os.waitpid(other, 0)[1] == 0 and good else 1


if __name__ == "__main__":
    sys.exit(main())
