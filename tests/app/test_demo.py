"""The demo region: the same every time, complete, and each aanbieder with its own character."""

import os
import shutil
import tarfile
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from app.checks import all_findings, file_findings
from app.cli import main
from app.commands.demo import MARKER
from app.demo import ACCOUNTS, PASSWORD
from app.demo.files import write
from app.demo.lives import Row, provider_rows
from app.demo.region import BY_CODE, CHARACTERS, MUNICIPALITIES, register_tables
from app.demo.story import parcels
from app.settings import read_settings
from app.tasks import retention
from core import municipalities
from core.accounts import Account, Role
from core.dates import add_months, month_of, now, today
from core.db import database, open_database
from core.identity.account_operations import sign_in
from providers.deliveries.mapping import mapping_of
from providers.models import CourseTrack, Delivery, ProgressRecord, Provider, QualityMark
from quality.models import ScoreCard
from tests.app.test_cli import run  # noqa: F401  the fixture
from tests.app.test_kept_bytes import secrets_in

TODAY = date(2026, 11, 23)
LAST = date(2026, 10, 1)
SET_BY_THE_COMMAND = (
    "TAALINKOOP_DATA_DIR", "DATABASE_URL", "TAALINKOOP_SECOND_STEP", "TAALINKOOP_REGION",
    "TAALINKOOP_RETENTION",
)  # fmt: skip
"""What the command sets for its process, which here is that of the tests after it."""


def rows_of(code: str) -> dict[date, list[Row]]:
    return provider_rows(BY_CODE[code], LAST, seed=7)


def share(rows: list[Row], field: str) -> float:
    return sum(row[field] for row in rows) / sum(row["uren_aangeboden"] for row in rows)


def waits(rows: dict[date, list[Row]], first: date, last: date) -> list[int]:
    starts = {
        row["trajectnummer"]: (row["datum_eerste_les"] - row["datum_aanmelding"]).days
        for month in rows
        for row in rows[month]
        if row["datum_eerste_les"] and first <= row["datum_aanmelding"] < last
    }
    return sorted(starts.values())


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    def written(seed: int) -> list[bytes]:
        rows = provider_rows(BY_CODE["TA004"], LAST, seed, months=1)[LAST]
        return [write(character, rows) for character in CHARACTERS]

    assert written(7) == written(7)
    assert all(one != other for one, other in zip(written(7), written(8), strict=True))


def test_files_come_in_order_and_none_after_today() -> None:
    early = date(2026, 11, 2)
    moments = [p.at for p in parcels(early, LAST, 7, months=1)]
    assert moments == sorted(moments)
    assert moments[-1].date() <= early


def test_the_region_is_regio_zwolle_with_eight_aanbieders_in_eight_formats() -> None:
    assert len(MUNICIPALITIES) == 15
    assert set(MUNICIPALITIES) <= set(municipalities.names())
    assert sum(MUNICIPALITIES.values()) == 104
    assert len(CHARACTERS) == len({c.file_format for c in CHARACTERS}) == 8


def test_one_says_that_there_is_nothing_to_report() -> None:
    (nil,) = [parcel for parcel in parcels(TODAY, LAST, 7) if not parcel.content]
    assert (nil.provider, nil.month) == ("TA006", add_months(LAST, -3))


def test_the_one_that_slips_lets_people_wait_ever_longer() -> None:
    rows = rows_of("TA002")
    before = waits(rows, date(2025, 6, 1), date(2026, 3, 1))
    after = waits(rows, date(2026, 5, 1), date(2026, 10, 1))
    assert before[len(before) // 2] <= 21
    assert after[len(after) // 2] >= 40


def test_the_others_each_have_their_own_weakness() -> None:
    now_of = {code: rows_of(code)[LAST] for code in BY_CODE}
    assert share(now_of["TA003"], "uren_bevoegd_docent") < 0.65
    assert share(now_of["TA001"], "uren_bevoegd_docent") > 0.9
    assert share(now_of["TA007"], "uren_avond_weekend") == 0
    assert share(now_of["TA001"], "uren_avond_weekend") > 0.15
    active = Counter(r["leerroute"] for r in now_of["TA004"] if r["status"] == "actief")
    assert 5 <= active["B"] <= 9
    assert active["Z"] < 5
    marks = [row[1] for row in register_tables(TODAY)["keurmerken"] if row[0] == "TA005"]
    assert marks == ["bepaalde_tijd", "onbepaalde_tijd", "geschorst", "ingetrokken"]


def test_a_life_is_told_without_contradictions() -> None:
    seen: dict[str, Row] = {}
    ended: set[str] = set()
    for month, rows in rows_of("TA001").items():
        for row in rows:
            number = row["trajectnummer"]
            assert number not in ended
            before = seen.get(number)
            if before is None:
                seen[number] = row
            else:
                assert row["datum_aanmelding"] == before["datum_aanmelding"]
                assert row["leerroute"] == before["leerroute"]
            parts = ("uren_gevolgd", "uren_geoorloofd_verzuim", "uren_ongeoorloofd_verzuim")
            assert sum(row[part] for part in parts) == row["uren_aangeboden"]
            assert row["uren_aangeboden"] % 15 == 0
            if row["datum_einde"]:
                ended.add(number)
                assert row["datum_einde"] >= (row["datum_eerste_les"] or row["datum_aanmelding"])
                assert add_months(month, 0) <= row["datum_einde"] < add_months(month, 1)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A small demo, filled by the command in a database file of its own."""
    folder = tmp_path_factory.mktemp("demo") / "region"
    other = database.obj
    database.obj = None
    with pytest.MonkeyPatch.context() as patch:
        for name in SET_BY_THE_COMMAND:
            patch.setenv(name, os.environ.get(name, ""))
        half = folder.with_name("region.nieuw")
        half.mkdir()
        (half / "taalinkoop.sqlite").write_bytes(b"what an interrupted filling left")
        assert main(["demo", "--load-only", "--months", "2", "--data", str(folder)]) == 0
        assert not half.exists()
        mine = open_database(f"sqlite:///{folder / 'taalinkoop.sqlite'}")
        database.initialize(mine)
        mine.connect()
        try:
            yield folder
        finally:
            mine.close()
            database.initialize(other)
            municipalities.use(None, today)


def test_the_filled_region_accounts_for_every_row(demo) -> None:
    deliveries = list(Delivery.select())
    assert len(deliveries) == 15
    for one in deliveries:
        assert one.rows == one.accepted + one.unchanged + one.rejected + one.skipped
    assert [d.provider.code for d in deliveries if d.rejected] == ["TA007"]
    assert ProgressRecord.select().count() == sum(d.accepted for d in deliveries)
    assert {d.provider.code for d in deliveries} == set(BY_CODE)
    names_out = [d.findings["ignored_columns"] for d in deliveries if d.provider.code == "TA004"]
    assert ["Kleurcode", "Naam", "Opmerking"] in [sorted(result) for result in names_out]


def test_the_filled_region_is_judged_and_can_be_entered(demo) -> None:
    assert Provider.select().count() == 8
    assert QualityMark.select().count() > 8
    standings = {
        (card.provider.code, card.result["route"]): card.standing
        for card in ScoreCard.select().where(ScoreCard.month == add_months(month_now(), -1))
    }
    assert standings["TA001", "B"] == "goed"
    assert standings["TA005", "B"] == "onvoldoende"
    assert standings["TA006", "B"] == "geen_levering"
    assert standings["TA004", "Z"] == "geen_oordeel"
    assert {Role(a.role) for a in Account.select()} == set(Role)
    for email, *_ in ACCOUNTS:
        assert sign_in(email=email, password=PASSWORD, address="127.0.0.1", at=now())


def test_own_headers_are_read_by_the_mapping_that_the_provider_confirmed(demo) -> None:
    provider = Provider.get(code="TA008")
    mapping = mapping_of(provider.id)
    assert mapping.version == 1
    assert mapping.headers["Deelnemer-ID"] == "trajectnummer"
    for one in Delivery.select().where(Delivery.provider == provider):
        assert one.rejected == 0
        assert one.findings["ignored_columns"] == []


def month_now() -> date:
    return now().date().replace(day=1)


def test_a_second_start_keeps_what_was_entered(demo, capsys) -> None:
    Provider.update(city="Elders").where(Provider.code == "TA001").execute()
    assert main(["demo", "--load-only", "--data", str(demo)]) == 0
    assert Provider.get(code="TA001").city == "Elders"
    spoken = capsys.readouterr().out
    assert PASSWORD in spoken
    assert all(email in spoken for email, *_ in ACCOUNTS)


@pytest.mark.thorough
def test_who_is_erased_or_over_is_nowhere_and_the_scores_stay(demo, run, tmp_path) -> None:  # noqa: F811
    folder = tmp_path / "instance"
    shutil.copytree(demo, folder)
    months = [f"{add_months(month_of(today()), -back):%Y-%m}" for back in (2, 1)]
    for month in months:
        run("score", month, "--fix")
    fixed = [run("score", month, "--json")[1] for month in months]
    assert '"numerator"' in fixed[0]
    database.initialize(open_database(read_settings()["DATABASE_URL"]))
    with database.connection_context():
        of = (ProgressRecord.municipality, CourseTrack.number)
        rows = ProgressRecord.select(*of).join(CourseTrack).where(ProgressRecord.month == LAST)
        place, erased = rows.order_by(ProgressRecord.id).tuples()[0]
        (over,) = rows.select(CourseTrack.number).where(ProgressRecord.ended_on > 0).tuples()[0]
    database.initialize(None)
    assert all(len(secrets_in(folder, [number])) > 1 for number in (erased, over))

    assert (
        run("learner", "erase", erased, "--gemeente", f"{place:04d}", "--reason", "zaak 1")[0] == 0
    )
    assert secrets_in(folder, [erased]) == []
    settings = read_settings()
    database.initialize(open_database(settings["DATABASE_URL"]))
    with database.connection_context():
        stored = ProgressRecord.select().count()
        later = now() + timedelta(days=3 * 366)
        list(retention.apply(settings, by="test", at=later))
        assert ProgressRecord.select().count() < stored
        assert [*all_findings(), *file_findings(settings, at=later)] == []
    database.initialize(None)

    assert secrets_in(folder, [erased, over]) == []
    assert [run("score", month, "--json")[1] for month in months] == fixed
    run("backup", str(tmp_path / "kopie.tar.gz"))
    with tarfile.open(tmp_path / "kopie.tar.gz") as archive:
        archive.extractall(tmp_path / "uit", filter="data")
    assert secrets_in(tmp_path / "uit", [erased, over]) == []


def test_a_folder_with_other_files_is_left_alone(demo, tmp_path, capsys) -> None:
    (tmp_path / "brief.txt").write_text("van iemand anders", encoding="utf-8")
    assert main(["demo", "--load-only", "--data", str(tmp_path)]) == 2
    assert "Kies een lege map" in capsys.readouterr().err
    assert not (tmp_path / MARKER).exists()
