"""The dossier of an aanbieder: as the register is now, or as it was at a moment."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from providers.dossier.facts import ContractPeriod, Dossier, MarkPeriod
from providers.dossier.models import DossierVersion
from providers.models import Contract, ContractScope, Provider, QualityMark


def dossier(provider: Provider, known_on: datetime | None = None) -> Dossier:
    """What the register says of an aanbieder, now or as known at a moment.

    Before the first version that was kept, that first version is the nearest there is.
    """
    if known_on is not None:
        kept = _kept(provider)
        by_then = kept.where(DossierVersion.recorded_at <= known_on)
        newest = DossierVersion.recorded_at.desc(), DossierVersion.id.desc()
        version = by_then.order_by(*newest).first() or _oldest(kept)
        if version is not None:
            return Dossier.from_data(version.dossier)
    return Dossier(
        tst_from=provider.tst_from,
        tst_until=provider.tst_until,
        marks=tuple(
            MarkPeriod(one.status, one.valid_from, one.valid_until, one.checked_on, one.source)
            for one in QualityMark.select()
            .where(QualityMark.provider == provider)
            .order_by(QualityMark.valid_from)
        ),
        contracts=_contracts(provider),
    )


def known_since(provider: Provider) -> datetime | None:
    """From when on the register of an aanbieder was kept; ``None`` when it never was."""
    first = _oldest(_kept(provider))
    return None if first is None else first.recorded_at


def _kept(provider: Provider) -> Any:
    return DossierVersion.select().where(DossierVersion.provider == provider)


def _oldest(kept: Any) -> DossierVersion | None:
    oldest: DossierVersion | None = kept.order_by(
        DossierVersion.recorded_at, DossierVersion.id
    ).first()
    return oldest


def _contracts(provider: Provider) -> tuple[ContractPeriod, ...]:
    query: Any = (
        ContractScope.select(ContractScope, Contract)
        .join(Contract)
        .where(Contract.provider == provider)
        .order_by(Contract.number, ContractScope.route)
    )
    scopes: dict[Contract, list[int]] = {}
    for scope in query:
        scopes.setdefault(scope.contract, []).append(scope.route)
    return tuple(_contract(contract, routes) for contract, routes in scopes.items())


def _contract(contract: Contract, routes: Iterable[int]) -> ContractPeriod:
    return ContractPeriod(
        number=contract.number,
        routes=tuple(dict.fromkeys(routes)),
        valid_from=contract.valid_from,
        valid_until=contract.valid_until,
        waiting_norm_days=contract.waiting_norm_days,
        teacher_exception_until=contract.teacher_exception_until,
    )
