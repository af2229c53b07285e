"""Twenty people read while four schools deliver at one server: nothing is lost.

On SQLite, and on PostgreSQL behind PgBouncer in transaction mode.
"""

from collections import Counter
from datetime import date
from functools import partial

import pytest

from app.checks import all_findings
from app.settings import prepare_data_directory, read_settings, secret_key
from app.tasks.jobs import drain
from core import log_chain
from core.accounts import Account, Role
from core.db import database, open_database
from core.identity.api_token_operations import make_token
from core.migrations import migrate
from providers.models import CURRENT, Delivery, ProgressRecord
from quality.cards.operations import compute
from quality.models import ScoreCard
from tests.browser.site import Site
from tests.builders import AT, make_contract, make_provider
from tests.crowd import cookie_of, together
from tests.databases import own_database
from tests.pgbouncer import pgbouncer
from tests.providers.feed.door import deliver
from tests.providers.feed.lines import csv, row

SCHOOLS = ("TA001", "TA002", "TA003", "TA004")
LEARNERS = 12
PAGES = {
    Role.CONTRACT_MANAGER: ["/", "/leveringen/", "/kwaliteit/2026-10/", "/aanbieders/TA001/"],
    Role.REGION: ["/", "/planning/", "/aanbieders/", "/rapportages/2026-10/"],
    Role.MUNICIPALITY: ["/", "/signalen/", "/kwaliteit/2026-10/", "/indicatoren/"],
    Role.PROVIDER: ["/", "/leveringen/", "/aanbieders/TA001/leveringen/", "/methode/"],
}
READERS = 20


def file_of(month: str, attended: int) -> bytes:
    return csv(
        *(
            row(rapportagemaand=month, trajectnummer=f"T-{n}", uren_gevolgd=str(attended),
                uren_geoorloofd_verzuim=str(48 - attended), uren_ongeoorloofd_verzuim="0",
                datum_aanmelding="01-08-2026", datum_eerste_les="15-08-2026")
            for n in range(LEARNERS)
        )
    )  # fmt: skip


def token_of(code: str) -> str:
    return make_token(
        name="leerlingsysteem", role=Role.PROVIDER, provider_code=code, municipalities=[],
        permissions=["deliveries:create", "deliveries:read"], expires_on=None, by="test", at=AT,
    )[1]  # fmt: skip


def someone(role: Role) -> Account:
    return Account.create(
        email=f"{role}@voorbeeld.nl", role=role, password_hash="!", session_key=str(role),
        provider_code="TA001" if role == Role.PROVIDER else None,
        municipalities=["0193"] if role == Role.MUNICIPALITY else [], created_at=AT,
    )  # fmt: skip


@pytest.fixture(params=["sqlite", "pgbouncer"])
def url(request):
    """A database of its own."""
    if request.param == "sqlite":
        yield ""
        return
    with own_database("together") as address, pgbouncer(address) as behind:
        yield behind


@pytest.fixture
def installation(tmp_path, url, monkeypatch):
    """A month of every school; and afterwards the database of the tests back."""
    was = database.obj
    monkeypatch.setenv("DATABASE_URL", url)
    settings = read_settings({"TAALINKOOP_DATA_DIR": str(tmp_path), "DATABASE_URL": url})
    prepare_data_directory(settings)
    log_chain.use_key(partial(secret_key, settings))
    database.initialize(open_database(settings["DATABASE_URL"]))
    database.connect()
    migrate(database.obj)
    for code in SCHOOLS:
        provider = make_provider(code)
        make_contract(provider, valid_from=date(2026, 8, 1))
        deliver(tmp_path, provider, file_of("2026-10", 48))
    compute(date(2026, 10, 1), by="test", at=AT)
    yield tmp_path
    database.close()
    database.initialize(was)


@pytest.mark.thorough
def test_four_deliveries_and_twenty_readers(installation, url):
    tokens = [token_of(code) for code in SCHOOLS]
    cookies = {role: cookie_of(someone(role), installation) for role in PAGES}
    files = [file_of("2026-09", 40), file_of("2026-10", 44)]
    readers = [(cookies[role], pages) for role, pages in list(PAGES.items()) * (READERS // 4)]
    database.close()
    site = Site.start(installation, DATABASE_URL=url)
    try:
        receipts, answers = together(site.url, [(token, files) for token in tokens], readers)
    finally:
        site.stop()
    database.connect()
    # The last deliveries came just before the end, and their scores are still owed.
    drain({"TAALINKOOP_DATA_DIR": installation})

    assert Counter(answer.status for answer in answers) == {200: len(answers)}
    assert len(answers) >= READERS * 4
    log = (installation / "server.log").read_text()
    assert "locked" not in log
    assert "Traceback" not in log

    assert [(r["rows"], r["accepted"]) for r in receipts] == [(LEARNERS, LEARNERS)] * 8
    assert Delivery.select().where(Delivery.state == "held").count() == 12
    assert ProgressRecord.select().where(CURRENT).count() == 4 * 2 * LEARNERS
    assert ProgressRecord.select().where(~CURRENT).count() == 4 * LEARNERS
    assert all_findings() == []
    # Every delivery is in the scores, whichever came last.
    judged = ScoreCard.select(ScoreCard.month, ScoreCard.provider).distinct()
    assert judged.count() == 4 * 2
