"""A list page against an empty page of the same server."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from flask import Flask

from app import create_app
from core.accounts import Account, Role
from core.dates import now
from core.db import database, transaction
from core.migrations import migrate
from providers.models import Delivery, Provider
from tests.benchmarks import Ratio, timing

# Five deliveries a month of 150 providers in 36 months.
DELIVERIES = 27_000
PAGES = {
    "eerste bladzijde": "",
    "gefilterd": "?stand=held",
    "gesorteerd": "?sorteer=file_name",
    "gezocht": "?zoek=levering-199",
}


def _fill() -> Account:
    migrate(database.obj)
    moment = now()
    with transaction():
        provider = Provider.create(code="TA001", name="Taalhuis")
        rows = (
            (provider.id, f"levering-{n}.csv", f"{n:064x}", 1, "iemand", moment, "held")
            for n in range(DELIVERIES)
        )
        fields = [
            Delivery.provider, Delivery.file_name, Delivery.sha256, Delivery.size,
            Delivery.sender, Delivery.received_at, Delivery.state,
        ]  # fmt: skip
        batch = 1_000
        while chunk := [row for row, _ in zip(rows, range(batch), strict=False)]:
            Delivery.insert_many(chunk, fields).execute()
        account: Account = Account.create(
            email="bench@voorbeeld.nl", role=Role.CONTRACT_MANAGER, password_hash="-",
            session_key="-", created_at=moment,
        )  # fmt: skip
    return account


def _client(app: Flask, account: Account) -> object:
    client = app.test_client()
    with client.session_transaction() as session:
        session.update(account=account.id, key=account.session_key, seen=2**33)
    return client


def measure() -> Iterator[Ratio]:
    """First, filtered, sorted and searched, over 27,000 deliveries."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(
            {
                "DATABASE_URL": f"sqlite:///{Path(folder) / 'bench.sqlite'}",
                "TAALINKOOP_DATA_DIR": Path(folder),
            }
        )
        database.connect()
        account = _fill()
        database.close()
        client = _client(app, account)
        empty = timing.best_of(lambda: client.get("/healthz"), 30)
        for name, query in PAGES.items():
            assert client.get(f"/leveringen/{query}").status_code == 200
            page = timing.best_of(lambda q=query: client.get(f"/leveringen/{q}"), 10)
            yield Ratio(
                f"Leveringen, {name}", page / empty, 15, "een lege pagina", note=f"{page:.3f} s"
            )
