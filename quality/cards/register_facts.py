"""What a judgement takes from the register: mark, recognition and terms on the reference day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.dates import month_end
from providers.codes import LearningRoute, MarkStatus
from providers.dossier.facts import Dossier
from quality.method.basis_2026.criteria import MarkStatus as Mark

ROUTE_CODES = {int(route): route.code for route in LearningRoute}
MARKS = {int(status): status for status in MarkStatus}


def mark_of(dossier: Dossier, day: date) -> Mark:
    """Status of the quality mark on a day; none in the register is ``geen``."""
    mark = dossier.mark_on(day)
    if mark is None:
        return Mark()
    status = MARKS[mark.status]
    checked = mark.checked_on if mark.checked_on and mark.checked_on <= day else None
    return Mark(status.code, status.valid, checked, mark.source)


@dataclass(frozen=True, slots=True)
class RegisterFacts:
    """What a judgement takes from the register, on the reference day."""

    mark: Mark
    recognised: bool
    exceptions: Mapping[str, str | None]
    """Per route under contract until when an exception for teachers holds."""
    norms: Mapping[str, int]
    """Per route the norm for waiting that its contract sets."""

    def differ_from(self, tree: Mapping[str, Any]) -> bool:
        """Whether a judgement was made on other facts."""
        if self.judge_differently(tree):
            return True
        mark = tree["criteria"].get("keurmerk")
        if mark is not None and mark["state"] != "niet_van_toepassing":
            checked = self.mark.checked_on.isoformat() if self.mark.checked_on else None
            if mark["checked_on"] != checked:
                return True
        teachers = tree["criteria"].get("bevoegd")
        if teachers is None or not teachers["judged"]:
            return False
        return bool(teachers["exception_until"] != self.exceptions.get(tree["route"]))

    def judge_differently(self, tree: Mapping[str, Any]) -> bool:
        """Whether points or the gate are others now; a later check only shows another day."""
        if self._has_other_norm(tree):
            return True
        mark = tree["criteria"].get("keurmerk")
        if mark is None or mark["state"] == "niet_van_toepassing":
            return bool(tree["gate"]["open"] != self.recognised)
        return bool(mark["value"] != self.mark.status)

    def _has_other_norm(self, tree: Mapping[str, Any]) -> bool:
        waiting = tree["criteria"].get("wachttijd")
        if waiting is None:
            return False
        used = waiting["norm_days"] if waiting.get("norm_source") == "contract" else None
        return bool(used != self.norms.get(tree["route"]))


def register_facts(dossier: Dossier, month: date) -> RegisterFacts:
    """Mark, recognition and exceptions of a provider on the last day of a month."""
    day = month_end(month)
    terms = {ROUTE_CODES[route]: one for route, one in dossier.terms_on(day).items()}
    return RegisterFacts(
        mark=mark_of(dossier, day),
        recognised=dossier.is_recognised(day),
        exceptions={
            route: one.exception_until.isoformat() if one.exception_until else None
            for route, one in terms.items()
        },
        norms={
            route: one.waiting_norm_days
            for route, one in terms.items()
            if one.waiting_norm_days is not None
        },
    )
