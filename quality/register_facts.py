"""What a judgement takes from the register: mark, recognition and terms on the reference day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from peewee import fn

from core.dates import month_end
from providers.codes import LearningRoute, MarkStatus
from providers.models import Contract, ContractScope, Provider, QualityMark
from quality.criteria import MarkStatus as Mark

ROUTE_CODES = {int(route): route.code for route in LearningRoute}
MARKS = {int(status): status for status in MarkStatus}


def contract_terms(provider_id: int, day: date) -> Any:
    """Routes under contract on a day: how long an exception for teachers holds, and the norm.

    Of more than one contract the longest exception, and the strictest norm for waiting.
    """
    return (
        ContractScope.select(
            ContractScope.route,
            fn.MAX(Contract.teacher_exception_until),
            fn.MIN(Contract.waiting_norm_days),
        )
        .join(Contract)
        .where(
            Contract.provider == provider_id,
            Contract.valid_from <= day,
            Contract.valid_until.is_null() | (Contract.valid_until >= day),
        )
        .group_by(ContractScope.route)
        .tuples()
    )


def still_on(until: Any, day: date) -> date | None:
    """An exception that still holds; SQLite gives the largest date as text."""
    if isinstance(until, str):
        until = date.fromisoformat(until)
    return until if until is not None and until >= day else None


def mark_on(provider_id: int, day: date) -> Mark:
    """Status of the quality mark on a day; none in the register is ``geen``."""
    mark = (
        QualityMark.select()
        .where(
            QualityMark.provider == provider_id,
            QualityMark.valid_from <= day,
            QualityMark.valid_until.is_null() | (QualityMark.valid_until >= day),
        )
        .order_by(QualityMark.valid_from.desc())
        .first()
    )
    if mark is None:
        return Mark()
    status = MARKS[mark.status]
    checked = mark.checked_on if mark.checked_on and mark.checked_on <= day else None
    return Mark(status.code, status.valid, checked, mark.source)


def is_recognised(provider: Provider, day: date) -> bool:
    """Whether TST recognition holds on a day."""
    if provider.tst_from is None and provider.tst_until is None:
        return False
    return (provider.tst_from is None or provider.tst_from <= day) and (
        provider.tst_until is None or provider.tst_until >= day
    )


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


def register_facts(provider: Provider, month: date) -> RegisterFacts:
    """Mark, recognition and exceptions of a provider on the last day of a month."""
    day = month_end(month)
    terms = list(contract_terms(provider.id, day))
    exceptions = {
        ROUTE_CODES[route]: until.isoformat() if until else None
        for route, found, _ in terms
        for until in [still_on(found, day)]
    }
    norms = {ROUTE_CODES[route]: days for route, _, days in terms if days is not None}
    recognised = is_recognised(provider, day)
    return RegisterFacts(mark_on(provider.id, day), recognised, exceptions, norms)
