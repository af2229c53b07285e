"""Run the benchmarks named, or all of them, and print the ratios."""

import argparse
import importlib
import pkgutil
import sys
from pathlib import Path

from tests.benchmarks import timing

NOT_MEASURING = {"__main__", "feed_files", "region", "schools", "timing"}


def names() -> list[str]:
    """Every module of this package that measures something."""
    results = {module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)])}
    return sorted(results - NOT_MEASURING)


def main() -> int:
    """Print each ratio as it comes; 1 when a bound is not met."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="naam", help=", ".join(names()))
    chosen = parser.parse_args().names or names()
    if unknown := set(chosen) - set(names()):
        parser.error(f"{', '.join(unknown)}: er is {', '.join(names())}")
    print(timing.machine())
    missed = 0
    for name in chosen:
        module = importlib.import_module(f"tests.benchmarks.{name}")
        print(f"\n{name}: {(module.__doc__ or '').splitlines()[0]}")
        for ratio in module.measure():
            print(f"  {ratio}", flush=True)
            missed += ratio.value > ratio.bound
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
