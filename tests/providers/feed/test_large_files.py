"""A large file is checked by a second process: the outcome is the same, row for row."""

import os
import subprocess
import sys

import pytest
from peewee import fn

from providers.feed.check.checking import BATCH
from providers.feed.hold import intake
from providers.feed.tell.outcome import Status
from providers.models import CourseTrack, ProgressRecord, RejectedRow
from tests.builders import make_provider
from tests.providers.feed.door import current, deliver, faults_of, sums
from tests.providers.feed.lines import csv, row
from tests.providers.feed.test_reader import refused

ENDED = {"status": "afgerond", "datum_einde": "30-10-2026", "reden_einde": "diploma"}
FEED = csv(
    *(row(trajectnummer=f"T-{n}", groep=f'"G""{n}""; x"' if n % 2 else "None") for n in range(60)),
    row(trajectnummer="T-1"),
    row(trajectnummer="x1", uren_gevolgd="nvt"),
    row(trajectnummer="y1", rapportagemaand="2026-11", niveau_lezen="alfa"),
    row(trajectnummer="y1", niveau_lezen="B1"),
    row(trajectnummer="z1", **ENDED),
    row(trajectnummer="z1", rapportagemaand="2026-11"),
)


def test_two_processes_find_what_one_finds(db, tmp_path, monkeypatch):
    with monkeypatch.context() as small:
        small.setattr(intake, "LARGE_FILE", 1000)
        two = deliver(tmp_path, make_provider("TA002"), FEED)
    one = deliver(tmp_path, make_provider("TA001"), FEED)
    assert sums(one) == sums(two) == (66, 62, 0, 4, 0)
    # The second school to come shares its trajecten with the first, and is told so.
    shared = [problem for problem in faults_of(one) if problem[2] != "F506"]
    assert shared == faults_of(two)
    assert (64, "niveau_lezen", "F505") in shared
    assert (67, "rapportagemaand", "F502") in shared
    stored = [current(make_provider(code)) for code in ("TA001", "TA002")]
    assert stored[0] == stored[1]
    assert ProgressRecord.select().count() == 2 * 62
    assert CourseTrack.select().count() == 2 * 61
    unlike = ("assumed", "profile", "problem_count")
    assert {k: v for k, v in one.findings.items() if k not in unlike} == {
        k: v for k, v in two.findings.items() if k not in unlike
    }
    assert one.findings["profile"] == two.findings["profile"]


def test_the_rows_of_many_batches_arrive_whole(db, tmp_path, monkeypatch):
    monkeypatch.setattr(intake, "LARGE_FILE", 1000)
    feed = csv(
        *(
            row(
                rapportagemaand=f"2026-{month:02d}",
                trajectnummer=f"T-{n}",
                datum_eerste_les="01-09-2026",
                uren_gevolgd="nvt" if n in (5, 5999) and month == 10 else "40,5",
            )
            for month in (9, 10)
            for n in range(BATCH + 1000)
        )
    )
    outcome = deliver(tmp_path, make_provider(), feed)
    assert sums(outcome) == (12_000, 11_998, 0, 2, 0)
    assert [line for line, *_ in faults_of(outcome) if line] == [6007, 12_001]
    rejected = RejectedRow.select(RejectedRow.row, RejectedRow.number).order_by(RejectedRow.row)
    assert list(rejected.tuples()) == [(6007, "T-5"), (12_001, "T-5999")]
    months = ProgressRecord.select(ProgressRecord.month, fn.COUNT(ProgressRecord.track.distinct()))
    stored = months.group_by(ProgressRecord.month).order_by(ProgressRecord.month).tuples()
    assert [count for _, count in stored] == [6000, 5998]


def test_a_large_file_that_breaks_off_is_refused(db, tmp_path, monkeypatch):
    monkeypatch.setattr(intake, "LARGE_FILE", 1000)
    outcome = deliver(tmp_path, make_provider("TA001"), FEED + b'"' + b"x" * 200_000 + b"\n" * 5)
    assert outcome.status is Status.REFUSED
    assert ProgressRecord.select().count() == CourseTrack.select().count() == 0


CHECK = """
import resource, sys
from datetime import date
from pathlib import Path
from providers.feed.tell.standalone import check_file
outcome = check_file(Path(sys.argv[1]), today=date(2026, 11, 23))
children = resource.getrusage(resource.RUSAGE_CHILDREN)
own = resource.getrusage(resource.RUSAGE_SELF)
lines = Path("/proc/self/status").read_text().splitlines()
peak = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
print(outcome.status.value, max(peak, children.ru_maxrss), own.ru_utime + children.ru_utime)
"""


def checked_apart(path):
    """Status, megabytes and seconds of processor of a check in a process of its own."""
    if sys.platform != "linux":
        pytest.skip("reads its own peak memory from /proc")
    # Without the tracer of coverage, which costs more than the check itself.
    mine = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    environment = mine | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    out = subprocess.run(
        [sys.executable, "-c", CHECK, str(path)], env=environment, check=True, capture_output=True
    ).stdout
    status, kilobytes, seconds = out.decode().split()
    return status, int(kilobytes) / 1024, float(seconds)


@pytest.mark.parametrize("name", ["zipbom", "verre cellen", "diepe json", "een eindeloze regel"])
def test_hostile_files_take_little_time_and_memory(tmp_path, name):
    path = tmp_path / "vijandig"
    path.write_bytes(refused(name))
    status, megabytes, seconds = checked_apart(path)
    assert status == "refused"
    assert megabytes < 300
    assert seconds < 5


def test_faults_in_every_row_take_no_more_than_their_share(tmp_path):
    wrong = dict.fromkeys(list(row())[4:14], "zz")
    feed = csv(*(row(trajectnummer=f"T-{n}", **wrong) for n in range(20_000)))
    path = tmp_path / "elke rij fout.csv"
    path.write_bytes(feed.replace(b"\n", b'\n"', 1))  # a quote that nobody closes
    status, megabytes, seconds = checked_apart(path)
    assert (status, megabytes < 250) == ("dry_run", True)
    assert seconds < 2 * len(feed) / 1_000_000
