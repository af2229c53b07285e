"""The drift alarm: every value right, and the file still not as it usually is."""

from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import pytest

from core.accounts import Account, Role
from core.storage import Storage
from providers.attention import attention
from providers.codes import EndReason, TrackStatus
from providers.deliveries.operations import Request, accept, preview, receive
from providers.feed.hold.drift import alarms, profile
from providers.models import Delivery, ProgressRecord
from tests.builders import make_provider, make_record, make_track

OCTOBER = date(2026, 10, 1)
PRESENT = ["route", "status", "minutes_offered", "group_size", "first_lesson_on"]
TODAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 12, tzinfo=UTC)


def rows(count=20, *, route=1, status=2, minutes=2400, size=12, first=738_000):
    return [(OCTOBER, route, status, minutes + 15 * n, size, first) for n in range(count)]


def described(result):
    return profile(result, PRESENT)


def alarms_of(now, *before, missing=0):
    return [(a.kind, a.column) for a in alarms(described(now), list(before), missing=missing)]


USUAL = [described(rows()), described(rows(minutes=2460)), described(rows(minutes=2340))]


def test_a_profile_counts_what_is_filled_and_how_much():
    result = described([*rows(10), (OCTOBER, 3, 1, 0, None, None)])["2026-10"]
    assert result["rows"] == 11
    assert result["columns"]["leerroute"] == {"filled": 11, "codes": {"1": 10, "3": 1}}
    assert result["columns"]["groepsgrootte"] == {"filled": 10, "quartiles": [12, 12, 12]}
    assert result["columns"]["uren_aangeboden"]["quartiles"] == [40.25, 41.0, 41.75]
    # a column that the file does not have
    assert result["columns"]["uren_knm"] == {"filled": 0}


def test_a_file_as_always_gives_no_alarm():
    assert alarms_of(rows(minutes=2430), *USUAL) == []


@pytest.mark.parametrize(
    ("now", "alarm"),
    [
        (rows(size=None), ("emptied", "groepsgrootte")),
        (rows(first=None), ("emptied", "datum_eerste_les")),
        (rows(status=3), ("new_code", "status")),
        (rows(minutes=2400 * 60), ("jumped", "uren_aangeboden")),
        (rows(minutes=600), ("jumped", "uren_aangeboden")),
        (rows(size=1), ("jumped", "groepsgrootte")),
    ],
)
def test_what_is_different_is_told(now, alarm):
    assert alarm in alarms_of(now, *USUAL)


def test_a_rare_event_is_no_new_way_of_filling_in():
    assert alarms_of([*rows(18), *rows(2, route=3)], *USUAL) == []
    assert alarms_of([*rows(18), *rows(3, route=3)], *USUAL) == [("new_code", "leerroute")]


def test_a_code_that_is_gone_is_told_when_it_was_always_there():
    mixed = described([*rows(15), *rows(5, route=3)])
    assert alarms_of(rows(), mixed, mixed, mixed) == [("code_gone", "leerroute")]
    # once it was not there either
    assert alarms_of(rows(), mixed, mixed, *USUAL[:1]) == []


def test_the_sentence_says_what_to_look_at():
    (jump,) = alarms(described(rows(minutes=2400 * 60)), USUAL)
    assert jump.text == (
        "De middelste waarde van uren_aangeboden is nu 2.402,4. In eerdere leveringen lag die "
        "tussen 41,4 en 43,4. Staan er minuten in plaats van uren?"
    )
    weekly = [a.text for a in alarms(described(rows(minutes=540)), USUAL)]
    assert "per week en uren per maand" in weekly[0]
    empty = [a.text for a in alarms(described(rows(size=None)), USUAL)]
    assert empty == [
        "De kolom groepsgrootte is voor 0\xa0% gevuld. In eerdere leveringen was dat 100\xa0%."
    ]


def test_too_little_to_compare_with_says_nothing():
    strange = rows(size=None)
    assert alarms_of(strange, *USUAL[:2]) == []
    assert alarms_of(strange[:9], *USUAL) == []
    small = described(rows(9))
    assert alarms_of(strange, small, small, small) == []
    assert alarms_of(strange, {}, {}, {}) == []
    assert alarms({}, USUAL, missing=3) == []


def test_learners_that_vanished_are_told_from_the_first_delivery_on():
    assert alarms_of(rows(), missing=1) == [("vanished", None)]
    (one,) = alarms(described(rows()), [], missing=1)
    assert one.text.startswith("1 cursist was in september 2026 nog bezig en staat niet in dit")
    (more,) = alarms(described(rows()), [], missing=12)
    assert more.text.startswith("12 cursisten waren in september 2026")


def csv(month: str, tracks: range, *, hours: int = 40, extra: str = "") -> bytes:
    header = (
        "rapportagemaand;trajectnummer;gemeentecode;leerroute;datum_aanmelding;datum_eerste_les;"
        "uren_aangeboden;uren_gevolgd;uren_geoorloofd_verzuim;uren_ongeoorloofd_verzuim;"
        "uren_avond_weekend;uren_bevoegd_docent;niveau_lezen;niveau_luisteren;niveau_schrijven;"
        "niveau_spreken;status;groepsgrootte"
    )
    lines = [
        f"{month};T-{n};0148;B;01-01-2026;15-01-2026;{hours};{hours};0;0;0;{hours};"
        f"A1;A1;A1;A1;actief;{extra}"
        for n in tracks
    ]
    return "\n".join([header, *lines]).encode()


def deliver(storage: Storage, content: bytes) -> Delivery:
    provider = make_provider()
    delivery, _ = receive(
        BytesIO(content), file_name="x.csv", provider=provider, storage=storage, by="x", at=AT
    )
    accept(delivery, storage=storage, request=Request(today=TODAY), by="x", at=AT)
    return Delivery.get_by_id(delivery.id)


def test_a_preview_tells_it_before_anything_is_held(db, tmp_path: Path):
    storage = Storage(tmp_path)
    for month in ("2026-06", "2026-07", "2026-08"):
        assert deliver(storage, csv(month, range(20), extra="12")).findings["drift"] == []
    stored = ProgressRecord.select().count()
    path = tmp_path / "september.csv"
    path.write_bytes(csv("2026-09", range(18), hours=10))
    outcome = preview(
        path, file_name="september.csv", provider=make_provider(), request=Request(today=TODAY)
    )
    kinds = [(alarm["kind"], alarm["column"]) for alarm in outcome.findings["drift"]]
    assert kinds == [
        ("vanished", None),
        ("emptied", "groepsgrootte"),
        ("jumped", "uren_aangeboden"),
        ("jumped", "uren_gevolgd"),
        ("jumped", "uren_bevoegd_docent"),
    ]
    assert "2 cursisten waren in augustus 2026" in outcome.findings["drift"][0]["text"]
    assert ProgressRecord.select().count() == stored


def test_who_ended_or_is_held_already_has_not_vanished(db, tmp_path: Path):
    provider, september = make_provider(), date(2026, 9, 1)
    # counted: open in September, and not in the file
    make_record(track=make_track(provider, "T-90"), month=september)
    # not counted: ended in September
    make_record(
        track=make_track(provider, "T-91"), month=september, status=TrackStatus.COMPLETED,
        end_reason=EndReason.DIPLOMA,
    )  # fmt: skip
    # not counted: October is held from an earlier delivery
    both = make_track(provider, "T-92")
    make_record(track=both, month=september)
    make_record(track=both, month=OCTOBER)
    # not counted: in the file
    make_record(track=make_track(provider, "T-1"), month=september)
    # not counted: in the file, and sent back
    make_record(track=make_track(provider, "T-0"), month=september)
    # not counted: another provider
    make_record(track=make_track(make_provider("TA002")), month=september)
    content = csv("2026-10", range(3))
    delivery = deliver(Storage(tmp_path), content.replace(b"T-0;", b"T-0;?", 1))
    assert delivery.rejected == 1
    texts = [alarm["text"] for alarm in delivery.findings["drift"]]
    assert texts[0].startswith("1 cursist was in september 2026")
    assert len(texts) == 1


def test_a_large_file_is_described_by_a_sample(db, tmp_path: Path, monkeypatch):
    monkeypatch.setattr("providers.feed.hold.drift.SAMPLE_ROWS", 10)
    delivery = deliver(Storage(tmp_path), csv("2026-10", range(30)))
    assert delivery.findings["profile"]["2026-10"]["rows"] == 10


def test_the_start_page_tells_the_newest_of_each_provider(db, tmp_path: Path):
    make_record(month=date(2026, 9, 1))
    delivery = deliver(Storage(tmp_path), csv("2026-10", range(3)))
    manager = Account(email="x", role=Role.CONTRACT_MANAGER, municipalities=[])
    (item,) = attention(manager, TODAY)
    assert item.url == f"/leveringen/{delivery.id}/"
    assert "1 ding is anders dan in eerdere leveringen" in item.text
    assert attention(manager, date(2027, 1, 1)) == []
    other = Account(email="y", role=Role.PROVIDER, provider_code="TA002", municipalities=[])
    assert attention(other, TODAY) == []
    keeper = Account(email="z", role=Role.ADMINISTRATOR, municipalities=[])
    assert attention(keeper, TODAY) == []
