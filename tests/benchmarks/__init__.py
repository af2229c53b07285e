"""Speed and size as ratios against something measured in the same run: ``make bench``.

A benchmark is a module in this package with a docstring (what is measured) and one function
``measure() -> Iterator[Ratio]``. It makes its own data in a temporary folder and cleans up.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Ratio:
    """One outcome: ``value`` in ``unit`` (times the yardstick unless told), at most ``bound``."""

    name: str
    value: float
    bound: float
    yardstick: str
    unit: str = "x"
    note: str = ""

    def __str__(self) -> str:
        """One line of the report."""
        verdict = "haalt" if self.value <= self.bound else "haalt niet"
        line = (
            f"{self.name}: {self.value:.3g} {self.unit} van {self.yardstick}; "
            f"{verdict} de grens van {self.bound:g} {self.unit}"
        )
        return f"{line} ({self.note})" if self.note else line
