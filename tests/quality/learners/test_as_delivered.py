"""Each learner's page and row against an independent reading of the files that were delivered."""

import csv
import io
from collections import defaultdict
from datetime import date
from random import Random

import pytest

from app.tasks.delivering import take_in
from core.dates import add_months, month_end, months_between
from core.storage import Storage
from providers.deliveries.operations import Request, receive
from quality.learners.models import LearnerSummary
from tests.builders import AT, make_provider

pytestmark = pytest.mark.sqlite_first

FIRST, LAST = date(2025, 5, 1), date(2026, 10, 1)
PLACES = (
    "0119", "0148", "0160", "0166", "0175", "0177", "0180", "0193", "0244", "0246", "0269", "1701",
    "1708", "1773", "1896",
)  # fmt: skip
"""All gemeenten of the region."""
LEVELS = ("alfa", "A0", "A1", "A2", "B1", "B2")
SKILLS = ("lezen", "luisteren", "schrijven", "spreken")
HEADER = (
    "rapportagemaand", "trajectnummer", "gemeentecode", "leerroute", "niveau_pip",
    "datum_aanmelding", "datum_eerste_les", "uren_aangeboden", "uren_gevolgd",
    "uren_geoorloofd_verzuim", "uren_ongeoorloofd_verzuim", "uren_avond_weekend",
    "uren_bevoegd_docent", *(f"niveau_{skill}" for skill in SKILLS), "examen_knm", "status",
    "datum_einde", "reden_einde",
)  # fmt: skip


def lives(random: Random, count: int) -> dict[str, list[dict[str, str]]]:
    """Rows per provider of learners who wait, learn, pause, move, change route and end."""
    files = defaultdict(list)
    for serial in range(count):
        number = f"B-{serial:03d}"
        place = PLACES[serial % len(PLACES)]
        start = random.randrange(0, 9)
        moves = random.choice((99, 99, random.randrange(start + 1, 16)))
        switches = random.choice((99, 99, random.randrange(start + 1, 18)))
        ends = random.choice((99, random.randrange(start + 4, 19)))
        levels = [random.randrange(0, 3) for _ in SKILLS]
        applied = month_end(add_months(FIRST, start))
        for back in range(start, 18):
            month = add_months(FIRST, back)
            if random.random() < 0.06:
                continue
            levels = [min(5, level + (random.random() < 0.1)) for level in levels]
            waits, ended = back == start, back == ends
            offered = 0 if waits else random.randrange(20, 80)
            attended = random.randrange(0, offered + 1) if offered else 0
            files["TA002" if back >= moves else "TA001"].append({
                "rapportagemaand": f"{month:%Y-%m}", "trajectnummer": number,
                "gemeentecode": place, "leerroute": "O" if back >= switches else "B",
                "niveau_pip": "B1", "datum_aanmelding": f"{applied:%d-%m-%Y}",
                "datum_eerste_les": "" if waits else f"{add_months(FIRST, start + 1):%d-%m-%Y}",
                "uren_aangeboden": offered, "uren_gevolgd": attended,
                "uren_geoorloofd_verzuim": offered - attended, "uren_ongeoorloofd_verzuim": 0,
                "uren_avond_weekend": 0, "uren_bevoegd_docent": offered,
                **{f"niveau_{s}": LEVELS[v] for s, v in zip(SKILLS, levels, strict=True)},
                "examen_knm": random.choice(("", "", "Gezakt", "Geslaagd")) if offered else "",
                "status": "wachtend" if waits else ("afgerond" if ended else "actief"),
                "datum_einde": f"{month_end(month):%d-%m-%Y}" if ended else "",
                "reden_einde": "diploma" if ended else "",
            })  # fmt: skip
            if ended:
                break
    return files


def deliver(code: str, rows: list[dict[str, str]], storage: Storage) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, HEADER, delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    provider = make_provider(code)
    source = io.BytesIO(text.getvalue().encode())
    delivery, _ = receive(
        source, file_name="f.csv", provider=provider, storage=storage, by="s", at=AT
    )
    consent = frozenset(months_between(FIRST, LAST))
    request = Request(today=AT.date(), replace=consent)
    outcome = take_in(delivery, storage=storage, request=request, by="s", at=AT)
    assert outcome.counts.accepted == len(rows)


@pytest.fixture
def files(db, tmp_path):
    """What was delivered, the second time with a tenth of the rows changed."""
    random = Random(20261123)
    storage = Storage(tmp_path)
    files = lives(random, 2 * len(PLACES))
    for code, rows in files.items():
        deliver(code, rows, storage)
        again = [row for row in rows if random.random() < 0.1]
        for row in again:
            row["niveau_lezen"] = "B2"
        deliver(code, again, storage)
    return files


@pytest.mark.both_engines
def test_every_page_and_row_equals_the_files(client, files):
    held: dict[tuple[str, str], list[tuple[str, str, dict[str, str]]]] = defaultdict(list)
    for code, rows in files.items():
        for row in rows:
            held[row["gemeentecode"], row["trajectnummer"]].append(
                (row["rapportagemaand"], code, row)
            )
    for place in PLACES:
        client.sign_in("gemeente", email=f"{place}@example.org", municipalities=[place])
        mine = {number for where, number in held if where == place}
        listed = client.get("/cursisten/export/csv/").data.decode().splitlines()[1:]
        assert {line.split(";")[0] for line in listed} == mine
        for number in sorted(mine):
            months = sorted(held[place, number], key=lambda one: one[:2])
            file = client.get(f"/cursisten/{place}/{number}/maanden.csv").data.decode("utf-8-sig")
            shown = [
                (r["Maand"], r["Aanbieder"][-5:], r["Status"], r["Lezen"], r["Spreken"],
                 float(r["Uren les"].replace(",", ".")), float(r["Uren gevolgd"].replace(",", ".")))
                for r in csv.DictReader(io.StringIO(file), delimiter=";")
            ]  # fmt: skip
            assert shown == [
                (month, code, row["status"], row["niveau_lezen"], row["niveau_spreken"],
                 float(row["uren_aangeboden"]), float(row["uren_gevolgd"]))
                for month, code, row in months
            ]  # fmt: skip
            newest = months[-1]
            summary = LearnerSummary.get(
                LearnerSummary.number == number,
                LearnerSummary.municipality == int(place),
                LearnerSummary.latest,
            )
            assert f"{summary.month:%Y-%m}" == newest[0]
            assert summary.provider.code == newest[1]
            assert LEVELS[summary.level_reading] == newest[2]["niveau_lezen"]
            of_provider = [row for _, code, row in months if code == newest[1]]
            minutes = sum(60 * row["uren_gevolgd"] for row in of_provider)
            assert summary.attended_minutes == minutes
            assert bool(summary.exams_passed) == any(
                row["examen_knm"] == "Geslaagd" for row in of_provider
            )
        client.sign_out()


@pytest.mark.parametrize("sent", ["0614", "GM0614", "Westvoorne"])
def test_a_row_of_a_gemeente_that_merged_is_of_the_gemeente_of_today(db, tmp_path, sent):
    (row, *_) = lives(Random(1), 1)["TA001"]
    deliver("TA001", [row | {"gemeentecode": sent}], Storage(tmp_path))
    assert LearnerSummary.get().municipality == 1992
