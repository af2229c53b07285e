"""Keep what the register says of an aanbieder, whenever it changes."""

from collections.abc import Collection
from datetime import datetime

from core.db import transaction
from providers.dossier.facts import Dossier
from providers.dossier.models import DossierVersion
from providers.dossier.queries import dossier
from providers.models import Provider


def keep_dossiers(providers: Collection[int], *, at: datetime) -> int:
    """Keep a version of each that says something new; return how many.

    To be called in the transaction of a change of the register; the audit line is of that change.
    """
    kept = 0
    with transaction():
        for provider in Provider.select().where(Provider.id.in_(list(providers))):
            now = dossier(provider)
            if now != _newest(provider):
                DossierVersion.create(provider=provider, recorded_at=at, dossier=now.data)
                kept += 1
    return kept


def _newest(provider: Provider) -> Dossier | None:
    version = (
        DossierVersion.select()
        .where(DossierVersion.provider == provider)
        .order_by(DossierVersion.id.desc())
        .first()
    )
    return None if version is None else Dossier.from_data(version.dossier)
