"""How the benchmarks take time and memory; nothing is measured here."""

import os
import platform
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

REPEATS = 5


def best_of(action: Callable[[], object], repeats: int = REPEATS) -> float:
    """Seconds of the fastest run: what the machine's other work slows down says nothing."""
    return min(_seconds(action) for _ in range(repeats))


def _seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def processor_of(action: Callable[[], object], repeats: int = REPEATS) -> float:
    """Seconds of processor of the cheapest run: what others do on the machine plays no part."""
    return min(_processor_seconds(action) for _ in range(repeats))


def _processor_seconds(action: Callable[[], object]) -> float:
    start = time.process_time()
    action()
    return time.process_time() - start


def command(arguments: Sequence[str | Path], **environment: str) -> Callable[[], object]:
    """Return an action that runs a command to its end, without its output."""

    def run() -> None:
        subprocess.run(
            [str(argument) for argument in arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            env={**os.environ, **environment},
        )

    return run


def python(code: str) -> Callable[[], object]:
    """Return an action that runs this code in a fresh interpreter."""
    return command([sys.executable, "-c", code])


@dataclass(frozen=True)
class Spent:
    """What a command took: seconds on the clock, seconds of processor, megabytes at its peak.

    On a busy machine the clock tells about the others; the processor, children included, does not.
    """

    clock: float
    processor: float
    megabytes: float

    def compared_with(self, other: "Spent") -> str:
        """Both measures beside those of a yardstick."""
        return (
            f"{self.clock:.1f} s tegen {other.clock:.1f} s; processor {self.processor:.1f} s "
            f"tegen {other.processor:.1f} s, dat is {self.processor / other.processor:.2f} x"
        )


def peak_megabytes(arguments: Sequence[str | Path], **environment: str) -> tuple[float, float]:
    """Run a command once; return its seconds and its own peak memory, apart from earlier ones."""
    spent = spend(arguments, **environment)
    return spent.clock, spent.megabytes


def spend(arguments: Sequence[str | Path], **environment: str) -> Spent:
    """Run a command once and tell what it took."""
    return _run(arguments, environment)[0]


def _run(arguments: Sequence[str | Path], environment: dict[str, str]) -> tuple[Spent, bytes]:
    """Run a command once; return what it took, and what it printed."""
    start = time.perf_counter()
    with subprocess.Popen(
        [str(argument) for argument in arguments],
        stdout=subprocess.PIPE,
        env={**os.environ, **environment},
    ) as child:
        assert child.stdout is not None
        printed = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in {0, 1}:
        raise RuntimeError(f"{arguments} ended with {child.returncode}")
    clock = time.perf_counter() - start
    return Spent(clock, usage.ru_utime + usage.ru_stime, _megabytes(usage)), printed


STOPWATCH = """
import os, time
def now():
    return time.perf_counter(), sum(os.times()[:4])
begun = now()
def tell():
    print(*(after - before for after, before in zip(now(), begun)))
"""
"""What a script measures itself with once it is ready to begin, its child processes included."""


def spend_inside(arguments: Sequence[str | Path], **environment: str) -> Spent:
    """Run a script with ``STOPWATCH`` in it: what it took, its own start not counted."""
    whole, printed = _run(arguments, environment)
    clock, processor = map(float, printed.split()[-2:])
    return Spent(clock, processor, whole.megabytes)


def _megabytes(usage: resource.struct_rusage) -> float:
    # Linux counts kilobytes, macOS bytes.
    return usage.ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)


def machine() -> str:
    """What the figures were measured on, in one line."""
    model = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        names = [line for line in information.read_text().splitlines() if "model name" in line]
        model = names[0].partition(":")[2].strip() if names else model
    load = ", ".join(f"{figure:.1f}" for figure in os.getloadavg())
    return (
        f"{model}, {os.cpu_count()} kernen, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}; belasting {load}"
    )
