"""Kept files: in full or not at all, and nothing half written stays behind."""

import fcntl
import hashlib
import io
import os

import pytest

from core.errors import DomainError
from core.storage import Storage

LONG_AGO = 1_700_000_000


def left_behind(storage, name):
    path = storage.arrivals / name
    path.write_bytes(b"half")
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def test_keeps_the_same_bytes_once(tmp_path):
    storage = Storage(tmp_path)
    first, second = (storage.keep(io.BytesIO(b"rijen")) for _ in range(2))
    assert first == second
    assert first.sha256 == hashlib.sha256(b"rijen").hexdigest()
    assert [p.name for p in storage.arrivals.rglob("*") if p.is_file()] == [first.sha256]


def test_too_large_leaves_nothing(tmp_path):
    storage = Storage(tmp_path)
    with pytest.raises(DomainError, match="groter dan 1 MB"):
        storage.keep(io.BytesIO(b"x" * 1_000_001), at_most=1_000_000)
    assert list(storage.arrivals.iterdir()) == []


def test_clears_what_a_killed_process_left_and_nothing_else(tmp_path):
    storage = Storage(tmp_path)
    kept = storage.keep(io.BytesIO(b"rijen"))
    os.utime(kept.path, (LONG_AGO, LONG_AGO))
    dead, alive = left_behind(storage, "tmpdood"), left_behind(storage, "tmpbezig")
    fresh = storage.arrivals / "tmpnieuw"
    fresh.write_bytes(b"half")
    with alive.open("rb") as writing:
        fcntl.flock(writing, fcntl.LOCK_EX)
        storage.tidy()
    assert (dead.exists(), alive.exists(), fresh.exists()) == (False, True, True)
    assert kept.path.read_bytes() == b"rijen"


def test_bytes_that_somebody_needs_from_now_on_outlive_the_removal_of_another(tmp_path):
    storage = Storage(tmp_path)
    kept = storage.keep(io.BytesIO(b"rij"))
    due = storage.removal(kept.sha256)
    with kept.path.open("rb") as arrived:
        storage.need(arrived, kept.path)
        assert kept.path.stat().st_mtime >= due["before"]
        kept.path.unlink()
        storage.need(arrived, kept.path)
    assert kept.path.read_bytes() == b"rij"
