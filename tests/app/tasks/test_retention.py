"""The retention rules: what goes, what stays, and that the data still add up."""

import json
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from app.checks import all_findings
from app.settings import read_settings
from app.tasks import retention
from core.accounts import SignInFailure
from core.audit import AuditLine
from core.db import database
from core.errors import DomainError
from core.identity.models import ApiToken
from core.jobs.models import DONE, QUEUED, Job
from core.storage import Storage
from providers.codes import TrackStatus
from providers.deliveries import operations
from providers.feed.read.cleaning import kept_file
from providers.models import (
    Confirmation,
    CourseTrack,
    Delivery,
    DeliveryMonth,
    Problem,
    ProgressRecord,
)
from quality.cards import operations as scores
from quality.models import ScoreCard
from tests.app.test_cli import run  # noqa: F401  the fixture
from tests.builders import make_delivery, make_provider, make_record, make_track
from tests.providers.feed.door import AT, deliver, withdraw
from tests.providers.feed.lines import csv, row

LATER = datetime(2029, 1, 15, 9, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path):
    return read_settings({"TAALINKOOP_DATA_DIR": str(tmp_path)})


def counts(result) -> dict[str, int]:
    return {one.code: sum(one.counts.values()) for one in result}


def remove(settings, at=LATER) -> dict[str, int]:
    return counts(retention.apply(settings, by="test", at=at))


def ended(number: str) -> dict[str, str]:
    return row(
        trajectnummer=number, status="afgerond", datum_einde="20-10-2026",
        reden_einde="diploma", uren_avond_weekend="12",
    )  # fmt: skip


def test_learners_go_when_the_term_is_over_and_the_receipts_still_add_up(db, settings, tmp_path):
    provider = make_provider()
    first = deliver(tmp_path, provider, csv(row(), row(trajectnummer="T-2")))
    again = deliver(
        tmp_path, provider, csv(row(uren_bevoegd_docent="40"), row(trajectnummer="T-2"))
    )
    assert (first.counts.accepted, again.counts.accepted, again.counts.unchanged) == (2, 1, 1)
    scores.compute(date(2026, 10, 1), by="test", at=AT)
    scores.fix(date(2026, 10, 1), by="test", at=AT)
    card = ScoreCard.get().result
    assert remove(settings, datetime(2028, 10, 31, tzinfo=UTC))["learners"] == 0

    assert counts(retention.look(settings, at=LATER))["learners"] == 2 + 3
    assert ProgressRecord.select().count() == 3
    assert remove(settings)["learners"] == 2 + 3

    assert not ProgressRecord.select().exists()
    assert not CourseTrack.select().exists()
    assert not Confirmation.select().exists()
    totals = Delivery.select(Delivery.rows, Delivery.accepted, Delivery.unchanged)
    kept = list(totals.order_by(Delivery.id).tuples())
    assert kept == [(2, 2, 0), (2, 1, 1)]
    assert [m.removed for m in DeliveryMonth.select().order_by(DeliveryMonth.id)] == [2, 1]
    assert all_findings() == []
    # The judgement of then is neither computed again nor revised.
    scores.compute(date(2026, 10, 1), by="test", at=LATER)
    assert [one.result for one in ScoreCard.select()] == [card]
    assert sum(remove(settings).values()) == 0


def test_the_audit_line_has_the_counts_and_nothing_of_a_learner(db, settings, tmp_path):
    deliver(tmp_path, make_provider(), csv(row(trajectnummer="T-geheim1")))
    remove(settings)
    lines = list(AuditLine.select().where(AuditLine.action == "remove").order_by(AuditLine.id))
    assert [(line.thing_id, line.after) for line in lines] == [
        ("learners", {"trajecten": 1, "rijen": 1}),
        ("files", {"bestanden": 1}),
    ]
    assert "T-geheim" not in "".join(line.reason for line in lines)


def test_who_is_still_reported_or_left_waiting_stays(db, settings):
    at = datetime(2026, 11, 23, tzinfo=UTC)
    old, new = date(2024, 10, 1), date(2026, 10, 1)
    make_record(month=old, track=make_track(number="klaar"), status=TrackStatus.COMPLETED)
    make_record(month=old, track=make_track(number="niet meer gemeld"))
    # stays: reported since
    make_record(month=old, track=make_track(number="loopt"))
    make_record(month=new, track=make_track(number="loopt"))
    # stays: the last month of the term
    make_record(month=date(2024, 11, 1), track=make_track(number="net niet"))
    # stays: left waiting, and counted so in the waiting time of today
    make_record(month=old, track=make_track(number="wacht"), status=TrackStatus.WAITING)
    remove(settings, at)
    assert {track.number for track in CourseTrack.select()} == {"loopt", "net niet", "wacht"}


def test_rows_that_were_withdrawn_go_too(db, settings, tmp_path):
    provider = make_provider()
    withdraw(deliver(tmp_path, provider, csv(row())).delivery)
    remove(settings)
    assert not ProgressRecord.select().exists()
    assert all_findings() == []


def test_a_delivery_can_be_withdrawn_after_rows_of_it_went(db, settings, tmp_path):
    provider = make_provider()
    number = deliver(
        tmp_path, provider,
        csv(row(), row(trajectnummer="T-2", datum_eerste_les="", status="wachtend",
                       uren_aangeboden="0", uren_gevolgd="0", uren_geoorloofd_verzuim="0",
                       uren_ongeoorloofd_verzuim="0", uren_bevoegd_docent="0")),
    ).delivery  # fmt: skip
    remove(settings)
    assert [r.track.number for r in ProgressRecord.select()] == ["T-2"]
    withdraw(number)
    assert all_findings() == []


def test_files_and_what_quotes_them_go_after_their_own_term(db, settings, tmp_path):
    provider, storage = make_provider(), Storage(tmp_path)
    old = deliver(tmp_path, provider, csv(row(), row(trajectnummer="T-2", uren_gevolgd="nvt")))
    sha256 = Delivery.get_by_id(old.delivery).sha256
    assert kept_file(storage, sha256).exists()
    assert Problem.select().exists()
    in_time = datetime(2028, 11, 22, tzinfo=UTC)
    assert counts(retention.look(settings, at=in_time))["files"] == 0
    remove(settings, datetime(2028, 12, 1, tzinfo=UTC))
    with pytest.raises(DomainError, match="is er niet meer"):
        kept_file(storage, sha256)
    assert not Problem.select().exists()
    assert Delivery.get_by_id(old.delivery).rejected == 1
    assert all_findings() == []


def test_numbers_of_who_is_over_go_from_the_kept_files(db, settings, tmp_path):
    over = {"status": "uitgevallen", "datum_einde": "20-10-2026", "reden_einde": "verhuisd"}
    outcome = deliver(
        tmp_path, make_provider(),
        csv(row(trajectnummer="T-VOORBIJ-1", **over),
            row(trajectnummer="T-VOORBIJ-2", leerroute="Q"),
            row(trajectnummer="T-BLIJFT-1", datum_eerste_les="", status="wachtend",
                **{name: "0" for name in row() if name.startswith("uren_")})),
    )  # fmt: skip
    assert (outcome.counts.accepted, outcome.counts.rejected) == (2, 1)
    kept = kept_file(Storage(tmp_path), outcome.sha256)
    assert kept.read_text().count("VOORBIJ") == 2
    settings["TAALINKOOP_KEEP_FILES_MONTHS"] = 240
    remove(settings, datetime(2029, 1, 1, tzinfo=UTC))
    assert "VOORBIJ" not in kept.read_text()
    assert "T-BLIJFT-1" in kept.read_text()


def test_a_file_that_came_again_later_stays(db, settings, tmp_path):
    provider, storage = make_provider(), Storage(tmp_path)
    outcome = deliver(tmp_path, provider, csv())
    delivery = Delivery.get_by_id(outcome.delivery)
    make_delivery(provider, sha256=delivery.sha256, received_at=LATER)
    remove(settings)
    assert kept_file(storage, delivery.sha256).exists()


def test_a_preview_that_was_never_accepted_goes_with_its_file(db, settings, tmp_path):
    provider, storage = make_provider(), Storage(tmp_path)
    path = tmp_path / "voorproef.csv"
    path.write_bytes(csv())
    with path.open("rb") as source:
        delivery, _ = operations.receive(
            source, file_name="v.csv", provider=provider, storage=storage, by="test", at=AT
        )
    kept = storage.arrived(delivery.sha256)
    stamp = AT.timestamp()
    os.utime(kept, (stamp, stamp))
    assert counts(retention.look(settings, at=AT + timedelta(hours=23)))["previews"] == 0
    retention.expire_arrivals(settings, by="server", at=AT + timedelta(hours=25))
    assert not Delivery.select().exists()
    assert not kept.exists()


def test_a_fresh_file_without_a_delivery_may_be_on_its_way(db, settings, tmp_path):
    (tmp_path / "originals" / "ab").mkdir(parents=True)
    (tmp_path / "originals" / "ab" / f"ab{'0' * 62}").write_bytes(b"x")
    assert remove(settings, datetime.now(UTC))["files"] == 0


def test_what_the_kernel_keeps_for_a_while(db, settings, tmp_path):
    at = datetime(2026, 11, 23, 9, tzinfo=UTC)
    long_ago, just_now = at - timedelta(days=40), at - timedelta(hours=3)
    for moment in (long_ago, just_now):
        SignInFailure.create(typed="x", address="::1", at=moment)
        for state in (DONE, QUEUED):
            Job.create(kind="k", title="t", state=state, created_by="test", created_at=moment)
        ApiToken.create(name="weg", prefix="tlk_1", token_hash=f"r{moment}", role="regio",
                        created_by="test", created_at=long_ago, revoked_at=moment)  # fmt: skip
        ApiToken.create(name="op", prefix="tlk_1", token_hash=f"e{moment}", role="regio",
                        created_by="test", created_at=long_ago, expires_on=moment)  # fmt: skip
    before = tmp_path / "voor-terugzetten-20261001-100000.sqlite"
    before.write_bytes(b"x")
    os.utime(before, (long_ago.timestamp(), long_ago.timestamp()))
    removed = remove(settings, at)
    assert removed["sign_ins"] == 1
    assert removed["tokens"] == 2
    assert removed["jobs"] == 1
    assert removed["databases"] == 1
    assert not before.exists()
    assert {job.state for job in Job.select()} == {DONE, QUEUED}
    assert Job.select().count() == 3


def test_the_check_finds_rows_that_went_otherwise(db, tmp_path):
    deliver(tmp_path, make_provider(), csv(row(), row(trajectnummer="T-2")))
    delivery = Delivery.get()
    ProgressRecord.delete().where(ProgressRecord.row == 3).execute()
    assert all_findings() == [
        f"Levering {delivery.id} bracht 2 rijen, maar daarvan zijn er 1 te vinden."
    ]
    Delivery.update(rejected=5).execute()
    assert "tellingen" in all_findings()[0]


def test_the_command_tells_first_and_then_removes(run, tmp_path: Path):  # noqa: F811
    run("db", "migrate")
    status, out, _ = run("retention")
    assert status == 0
    assert out.splitlines()[-1] == "Er hoeft niets weg."
    leftover = tmp_path / "instance" / "voor-terugzetten-20200101-100000.sqlite"
    leftover.write_bytes(b"x")
    os.utime(leftover, (0, 0))
    _, out, _ = run("retention")
    assert "1 databases: databases van voor een teruggezette reservekopie" in out
    assert out.splitlines()[-1].endswith("Verwijder het met: taalinkoop retention --apply")
    _, out, _ = run("retention", "--apply", "--json")
    document = json.loads(out)
    assert document["applied"]
    assert {kind["code"]: kind["counts"] for kind in document["kinds"]}["databases"] == {
        "databases": 1
    }
    _, out, _ = run("retention", "--apply")
    assert out.splitlines()[0].startswith("niets: deelnemers")
    assert database.obj is None
