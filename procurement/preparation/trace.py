"""From requirement to measure and back: who asked for it, who promised it, who measures it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

KINDS = {
    "eis": "eis",
    "gunningscriterium": "gunningscriterium",
    "belofte": "belofte",
    "kpi": "KPI",
    "scorecriterium": "criterium van het scoremodel",
    "kolom": "kolom in de levering",
}
NAMED_BY_SYSTEM = frozenset({"scorecriterium", "kolom"})
MEASURED = frozenset({"kpi", "scorecriterium", "kolom"})


@dataclass(frozen=True, slots=True)
class Item:
    """One link of the trace; ``leads_to`` holds codes."""

    kind: str
    code: str
    text: str
    source: str = ""
    weight: int | None = None
    leads_to: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What people call it: a code that they gave, or what a name in the system stands for."""
        return self.text if self.kind in NAMED_BY_SYSTEM else self.code

    @property
    def full_name(self) -> str:
        """Its name and what it says, where that is more."""
        return self.name if self.name == self.text else f"{self.name} {self.text}"


def unmeasured(items: Sequence[Item], kind: str = "eis") -> list[Item]:
    """Requirements, or criteria, from which no way leads to something that is measured."""
    return [item for item in items if item.kind == kind and not leads_to(items, item, MEASURED)]


def leads_to(items: Sequence[Item], start: Item, kinds: Collection[str]) -> list[Item]:
    """What of these kinds can be reached from an item."""
    reached = _reach(start.code, {item.code: item.leads_to for item in items})
    return [item for item in items if item.code in reached and item.kind in kinds]


def unasked(items: Sequence[Item]) -> list[Item]:
    """KPIs to which no requirement leads."""
    asked: set[str] = set()
    after = {item.code: item.leads_to for item in items}
    for item in items:
        if item.kind == "eis":
            asked |= _reach(item.code, after)
    return [item for item in items if item.kind == "kpi" and item.code not in asked]


def comes_from(items: Sequence[Item], code: str) -> list[Item]:
    """What leads straight to this item."""
    return [item for item in items if code in item.leads_to]


def weights(items: Iterable[Item]) -> int | None:
    """Sum of the weights of the gunningscriteria; none when there are none."""
    shares = [i.weight or 0 for i in items if i.kind == "gunningscriterium"]
    return sum(shares) if shares else None


def _reach(start: str, after: Mapping[str, Sequence[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = list(after.get(start, ()))
    while waiting:
        code = waiting.pop()
        if code not in seen:
            seen.add(code)
            waiting.extend(after.get(code, ()))
    return seen
