"""OCDS releases as they were given out: each one kept, none made twice."""

import json
from datetime import datetime
from typing import Any

from core.db import transaction
from procurement.award import queries as bid_queries
from procurement.exchange.ocds import DEFAULT_PREFIX, Requirement, content_of, release, release_id
from procurement.models import ContractingProcess, PublishedRelease, TraceItem
from procurement.plan import queries
from procurement.plan.agenda import SILENT
from procurement.plan.outlook import look


def publish(process: ContractingProcess, *, at: datetime, prefix: str = "") -> list[dict[str, Any]]:
    """All releases of one inkooptraject, oldest first; the last one says how it stands now.

    What says the same as the last release is no new one. A draft is not published.
    """
    with transaction():
        kept = [json.loads(row.content) for row in _rows(process)]
        if process.status == SILENT[0]:
            return kept
        content = content_of(
            look(queries.load(process), at.date()),
            prefix=prefix or DEFAULT_PREFIX,
            lots=bid_queries.published(process),
            requirements=_requirements(process),
        )
        name = release_id(content)
        if kept and kept[-1]["id"].startswith(name):
            return kept
        new = release(content, moment=at, earlier=kept)
        if any(old["id"] == name for old in kept):
            # As it was before: the content returns, the release is another.
            new["id"] = f"{name}-{len(kept) + 1}"
        PublishedRelease.create(
            process=process, release_id=new["id"], published_at=at,
            content=json.dumps(new, ensure_ascii=False),
        )  # fmt: skip
        return [*kept, new]


def _rows(process: ContractingProcess) -> Any:
    return (
        PublishedRelease.select()
        .where(PublishedRelease.process == process)
        .order_by(PublishedRelease.id)
    )


def _requirements(process: ContractingProcess) -> list[Requirement]:
    rows = (
        TraceItem.select()
        .where(TraceItem.process == process, TraceItem.kind == "eis")
        .order_by(TraceItem.id)
    )
    return [Requirement(row.code, row.text) for row in rows]


def publisher_of(process: ContractingProcess) -> str:
    """Who publishes: the region of the inkooptraject."""
    return process.region or "Taalinkoop"
