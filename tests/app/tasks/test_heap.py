"""What the process of a server no longer uses goes back to the system."""

import ctypes
from pathlib import Path

import pytest

from app.tasks.heap import give_back


def own_bytes() -> int:
    """Pages of this process that are no copy of a file."""
    text = Path("/proc/self/smaps_rollup").read_text(encoding="ascii")
    return next(int(line.split()[1]) * 1024 for line in text.splitlines() if "Anonymous:" in line)


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="this is no glibc")
def test_free_room_below_what_is_still_in_use_is_given_back():
    many = [bytes(4000) for _ in range(10_000)]
    last = bytes(4000)  # without it the C library would give back by itself
    before = own_bytes()
    del many
    give_back()
    assert own_bytes() < before - 30_000_000
    assert last
