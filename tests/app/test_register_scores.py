"""Scores follow the register, whichever door a change comes through."""

from datetime import UTC, date, datetime

import pytest

from app.cli import main
from core.audit import AuditLine
from core.errors import DomainError
from providers.codes import LearningRoute, MarkStatus
from providers.models import Contract, Provider, QualityMark
from quality.cards import operations
from quality.models import ScoreCard
from tests.builders import make_provider, make_record, make_track

WHO = {"by": "test", "at": datetime(2026, 11, 23, 9, tzinfo=UTC)}
SEP, OCT = date(2026, 9, 1), date(2026, 10, 1)
SUSPENDED = "aanbiedercode;status;van\nTA001;geschorst;01-01-2022\n"


@pytest.fixture
def provider(db) -> Provider:
    """Two months of twelve learners; the older one is vastgesteld."""
    provider = make_provider("TA001")
    QualityMark.create(provider=provider, status=MarkStatus.INDEFINITE, valid_from=date(2022, 1, 1))
    for i in range(12):
        for month in (SEP, OCT):
            make_record(month=month, track=make_track(provider, f"T{i}"), minutes_certified=2400)
    operations.recompute_after(provider, [SEP, OCT], **WHO)
    operations.fix_month(SEP, **WHO)
    return provider


def kept() -> list[tuple[str, str, str, bool]]:
    """Month, route, status and gate of every card."""
    result = ScoreCard.select().order_by(ScoreCard.month, ScoreCard.route, ScoreCard.revision)
    return [
        (f"{c.month:%Y-%m}", c.result["route"], c.status, c.result["gate"]["open"]) for c in result
    ]


WHY = {"change_reason": "Register", "bevestigd": "ja"}
"""A change of a mark or contract asks why, and shows its effect first."""

FOLLOWED = [
    ("2026-09", "B", "vastgesteld", True),
    ("2026-09", "B", "herziening", False),
    ("2026-10", "B", "concept", False),
]


def by_page(client, provider: Provider, tmp_path) -> None:
    client.sign_in("contractmanager")
    mark = QualityMark.get()
    given = {"provider": provider.id, "status": 3, "valid_from": "01-01-2022"} | WHY
    assert client.post(f"/beheer/keurmerken/edit/?id={mark.id}", given).status == 302


def by_command(client, provider: Provider, tmp_path) -> None:
    path = tmp_path / "keurmerken.csv"
    path.write_text(SUSPENDED, encoding="utf-8")
    assert main(["provider", "import", str(path), "--kind", "keurmerken"]) == 0


@pytest.mark.parametrize("change", [by_page, by_command])
def test_a_mark_that_is_suspended_closes_the_gate(provider, client, tmp_path, change) -> None:
    change(client, provider, tmp_path)
    assert kept() == FOLLOWED
    # Again changes nothing, and leaves no revision of a revision.
    change(client, provider, tmp_path)
    assert kept() == FOLLOWED
    assert AuditLine.select().where(AuditLine.action == "follow_register").count() == 1


def test_a_check_of_the_mark_leaves_fixed_months_alone(provider, client) -> None:
    client.sign_in("contractmanager")
    given = {"provider": provider.id, "status": 2, "valid_from": "01-01-2022"} | WHY
    mark = QualityMark.get()
    client.post(f"/beheer/keurmerken/edit/?id={mark.id}", given | {"checked_on": "15-09-2026"})
    assert [status for _, _, status, _ in kept()] == ["vastgesteld", "concept"]
    assert ScoreCard.get(month=OCT).result["criteria"]["keurmerk"]["checked_on"] == "2026-09-15"
    assert ScoreCard.get(month=SEP).result["criteria"]["keurmerk"]["checked_on"] is None


def test_a_contract_brings_its_routes_to_the_judged_months_and_takes_them_away(
    provider, client
) -> None:
    client.sign_in("contractmanager")
    given = {
        "number": "C-1", "provider": provider.id, "valid_from": "01-10-2026",
        "due_workday": "10", "routes": ["1", "3"], "municipalities": "*",
    }  # fmt: skip
    assert client.post("/beheer/contracten/new/", given | WHY).status == 302
    assert [(month, route) for month, route, _, _ in kept()] == [
        ("2026-09", "B"), ("2026-10", "B"), ("2026-10", "Z"),
    ]  # fmt: skip
    assert ScoreCard.get(month=OCT, route=LearningRoute.SELF_RELIANCE).standing == "geen_levering"
    contract = Contract.get()
    page = client.post(
        f"/beheer/contracten/edit/?id={contract.id}", given | {"routes": ["1"]} | WHY
    )
    assert page.status == 302
    assert [(month, route) for month, route, _, _ in kept()] == [("2026-09", "B"), ("2026-10", "B")]


def test_recognition_opens_the_onderwijsroute(provider, client) -> None:
    for i in range(5):
        make_record(month=OCT, track=make_track(provider, f"O{i}"), route=LearningRoute.EDUCATION)
    operations.recompute_after(provider, [OCT], **WHO)
    client.sign_in("contractmanager")
    given = {"code": "TA001", "name": provider.name, "tst_from": "01-01-2026"}
    assert client.post(f"/beheer/aanbieders/edit/?id={provider.id}", given).status == 302
    assert ("2026-10", "O", "concept", True) in kept()


def test_a_mark_that_moves_to_another_aanbieder_is_felt_by_both(provider, client) -> None:
    other = make_provider("TA002")
    for i in range(12):
        make_record(month=OCT, track=make_track(other, f"X{i}"), provider=other)
    operations.recompute_after(other, [OCT], **WHO)
    client.sign_in("contractmanager")
    given = {"provider": other.id, "status": 2, "valid_from": "01-01-2022"} | WHY
    client.post(f"/beheer/keurmerken/edit/?id={QualityMark.get().id}", given)
    gates = {c.provider.code: c.result["gate"]["open"] for c in ScoreCard.select().where(
        ScoreCard.month == OCT, ScoreCard.revision == 0
    )}  # fmt: skip
    assert gates == {"TA001": False, "TA002": True}


def test_when_scores_cannot_follow_nothing_is_saved(provider, app, client) -> None:
    """The change and what follows from it are one transaction."""
    view = next(
        view for view in app.extensions["admin"][0]._views if view.url == "/beheer/keurmerken"
    )
    follow = view.after_save

    def refuse(row: object, before: object) -> None:
        follow(row, before)
        raise DomainError("no", "Dat kan nu niet.")

    client.sign_in("contractmanager")
    given = {"provider": provider.id, "status": 3, "valid_from": "01-01-2022"} | WHY
    view.after_save = refuse
    try:
        page = client.post(f"/beheer/keurmerken/edit/?id={QualityMark.get().id}", given)
    finally:
        view.after_save = follow
    assert page.errors == ["Dat kan nu niet."]
    assert QualityMark.get().status == MarkStatus.INDEFINITE
    assert [status for _, _, status, _ in kept()] == ["vastgesteld", "concept"]
