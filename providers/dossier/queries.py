"""The dossier of an aanbieder: as the register is now, or as it was at a moment."""

from collections import defaultdict
from collections.abc import Collection, Iterable
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
    return dossiers([provider])[provider.id]


def dossiers(providers: Collection[Provider]) -> dict[int, Dossier]:
    """What the register says of these aanbieders now, in two queries; by number."""
    ids = [provider.id for provider in providers]
    marks: dict[int, list[MarkPeriod]] = defaultdict(list)
    query: Any = QualityMark.select().where(QualityMark.provider.in_(ids))
    for one in query.order_by(QualityMark.provider, QualityMark.valid_from):
        marks[one.provider_id].append(
            MarkPeriod(one.status, one.valid_from, one.valid_until, one.checked_on, one.source)
        )
    contracts = _contracts(ids)
    return {
        provider.id: Dossier(
            tst_from=provider.tst_from,
            tst_until=provider.tst_until,
            marks=tuple(marks[provider.id]),
            contracts=contracts.get(provider.id, ()),
        )
        for provider in providers
    }


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


def _contracts(ids: Collection[int]) -> dict[int, tuple[ContractPeriod, ...]]:
    query: Any = (
        ContractScope.select(ContractScope, Contract)
        .join(Contract)
        .where(Contract.provider.in_(ids))
        .order_by(Contract.number, ContractScope.route)
    )
    scopes: dict[Any, list[int]] = {}
    for scope in query:
        scopes.setdefault(scope.contract, []).append(scope.route)
    found: dict[int, tuple[ContractPeriod, ...]] = {}
    for contract, routes in scopes.items():
        provider = contract.provider_id
        found[provider] = (*found.get(provider, ()), _contract(contract, routes))
    return found


def _contract(contract: Contract, routes: Iterable[int]) -> ContractPeriod:
    return ContractPeriod(
        number=contract.number,
        routes=tuple(dict.fromkeys(routes)),
        valid_from=contract.valid_from,
        valid_until=contract.valid_until,
        waiting_norm_days=contract.waiting_norm_days,
        teacher_exception_until=contract.teacher_exception_until,
    )
