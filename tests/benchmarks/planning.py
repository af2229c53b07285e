"""Pages of 50 inkooptrajecten of 200 milestones each, and calculating one of them anew."""

import random
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from core.accounts import Account, Role
from core.dates import now, today
from core.db import database
from core.identity.session_operations import begin
from core.migrations import migrate
from procurement.plan import operations, queries
from procurement.plan.documents import (
    Header,
    PlanDecision,
    PlanDocument,
    PlanMeeting,
    PlanParticipation,
    PlanStep,
)
from procurement.plan.outlook import look
from procurement.plan.steps import Kind, Link, Unit
from procurement.plan.terms import Purpose
from tests.benchmarks import Ratio, timing

PLANS, STEPS = 50, 200
GEMEENTEN = ("0119", "0148", "0160", "0166", "0175", "0177", "0180", "0193", "0244", "0246")
PAGE, CALCULATION = 0.2, 0.05


def plan(number: int) -> PlanDocument:
    """A plan of 200 steps, each waiting for one or two before it; 10 gemeenten decide 4 times."""
    chance = random.Random(number)
    start = today() - timedelta(days=200)
    steps = []
    for n in range(1, STEPS + 1):
        kind = Kind.DECISION if n % 50 == 0 else Kind.TASK
        last = n == STEPS
        steps.append(
            PlanStep(
                str(n), f"Stap {n}", f"Fase {n // 25}", Kind.MILESTONE if last else kind,
                Purpose.GO_LIVE if last else None, f"eigenaar {n % 7}", chance.randint(1, 20),
                chance.choice(list(Unit)), "college", kind is Kind.DECISION and not last,
            )
        )  # fmt: skip
    links = [
        Link(str(before), str(n), lag=chance.randint(-2, 5))
        for n in range(2, STEPS + 1)
        for before in {n - chance.randint(1, min(8, n - 1)), n - chance.randint(1, min(8, n - 1))}
    ]
    decisions = [
        PlanDecision(s.code, g) for s in steps if s.per_municipality for g in GEMEENTEN
    ]  # fmt: skip
    meetings = [
        PlanMeeting(g, "college", start + timedelta(weeks=w)) for g in GEMEENTEN for w in range(60)
    ]
    header = Header(
        f"P-{number:02}", f"Traject {number}", starts_on=start,
        go_live=start + timedelta(days=700),
    )  # fmt: skip
    joining = tuple(PlanParticipation(g, "B") for g in GEMEENTEN)
    return PlanDocument(
        header, tuple(steps), tuple(links), tuple(decisions), joining, (), tuple(meetings)
    )


PAGES = {
    Role.REGION: (
        ("portfolio", "/planning/"),
        ("portfolio, gefilterd", "/planning/?zoek=P-1&sorteer=-expected_go_live"),
        ("mijlpalen van een eigenaar", "/planning/mijlpalen/?eigenaar=eigenaar+3"),
        ("terugplannen", "/planning/terugplannen/?contract_einde=31-12-2028"),
        ("een traject", "/planning/P-00/"),
        ("verwachting", "/planning/P-00/verwachting/"),
        ("risico's en acties", "/planning/P-00/risicos-en-acties/"),
        ("wat als", "/planning/P-00/wat-als/?stap=50&dagen=14"),
        ("een mijlpaal wijzigen", "/planning/P-00/mijlpalen/50/"),
        ("een besluit", "/planning/P-00/besluiten/50/"),
        ("deelname", "/planning/P-00/deelname/"),
        ("reces en vergaderingen", "/planning/P-00/kalender/"),
        ("schaal", "/planning/P-00/schaal/"),
        ("eisen", "/planning/P-00/eisen/"),
        ("vragen", "/planning/P-00/vragen/"),
        ("inschrijvingen", "/planning/P-00/inschrijvingen/"),
        ("geschiedenis", "/planning/P-00/geschiedenis/"),
        ("start", "/"),
    ),
    Role.MUNICIPALITY: (
        ("portfolio van een gemeente", "/planning/"),
        ("een traject voor een gemeente", "/planning/P-00/"),
        ("start van een gemeente", "/"),
    ),
}


def _browser(app: Flask, role: Role) -> FlaskClient:
    """Somebody with this role, signed in."""
    account = Account.create(
        email=f"{role}@example.org", role=role, password_hash="!", session_key="x",
        created_at=now(), municipalities=["0148"] if role is Role.MUNICIPALITY else [],
    )  # fmt: skip
    browser = app.test_client()
    with browser.session_transaction() as session:
        session["token"] = begin(account, at=now())
    return browser


def _asked(name: str, action: Callable[[], object], bound: float) -> Ratio:
    """Seconds of processor: a page waits for nothing, the machine may."""
    spent = timing.processor_of(action)
    limit = f"{bound * 1000:.0f} ms"
    return Ratio(name, spent / bound, 1, limit, note=f"{spent * 1000:.0f} ms processor")


def measure() -> Iterator[Ratio]:
    """Each page against 200 ms, the calculation against 50 ms."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(
            {
                "DATABASE_URL": f"sqlite:///{Path(folder) / 'plans.sqlite'}",
                "TAALINKOOP_DATA_DIR": Path(folder),
                "TESTING": True,
            }
        )
        database.connect(reuse_if_open=True)
        migrate(database.obj)
        for number in range(PLANS):
            operations.add_document(plan(number), by="meting", at=now())
        document = queries.load(queries.find("P-00"))  # type: ignore[arg-type]
        yield _asked("een traject opnieuw berekend", lambda: look(document, today()), CALCULATION)
        for role, pages in PAGES.items():
            browser = _browser(app, role)
            for name, url in pages:
                assert browser.get(url).status_code == 200, url
                yield _asked(name, partial(browser.get, url), PAGE)
        database.close()
