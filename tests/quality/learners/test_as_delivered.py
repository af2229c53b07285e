"""Each learner's page and row against an independent reading of the files that were delivered."""

import csv
import io
from collections import Counter, defaultdict
from datetime import date
from random import Random

import pytest

from app.tasks.delivering import take_in
from core.dates import add_months, month_end, months_between, parse_month
from core.formats import month_text
from core.storage import Storage
from providers.deliveries.operations import Request, receive
from quality.learners.fact_operations import import_facts
from quality.learners.models import LearnerSummary
from tests.builders import AT, make_provider
from tests.pages import text_of

pytestmark = pytest.mark.sqlite_first

FIRST, LAST = date(2025, 5, 1), date(2026, 10, 1)
PLACES = (
    "0119", "0148", "0160", "0166", "0175", "0177", "0180", "0193", "0244", "0246", "0269", "1701",
    "1708", "1773", "1896", "1992",
)  # fmt: skip
"""All gemeenten of the region, and one that three others went up in."""
MERGED = {"1992": "0614"}
"""What the first months of a learner still carry as gemeentecode."""
ROUTES = {"B": "B1-route", "O": "onderwijsroute"}
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
    """Rows per provider of learners who wait, learn, move, change route, end or are left out."""
    files = defaultdict(list)
    for serial in range(count):
        number = f"B-{serial:03d}"
        place = PLACES[serial % len(PLACES)]
        start = random.randrange(0, 9)
        moves = random.choice((99, 99, random.randrange(start + 1, 16)))
        switches = random.choice((99, 99, random.randrange(start + 1, 18)))
        ends = random.choice((99, random.randrange(start + 4, 19)))
        stops = random.choice((99, 99, random.randrange(start + 3, 18)))
        levels = [random.randrange(0, 3) for _ in SKILLS]
        applied = month_end(add_months(FIRST, start))
        for back in range(start, 18):
            month = add_months(FIRST, back)
            if back >= stops:
                break
            if random.random() < 0.06:
                continue
            levels = [min(5, level + (random.random() < 0.1)) for level in levels]
            waits, ended = back == start, back == ends
            offered = 0 if waits else random.randrange(20, 80)
            attended = random.randrange(0, offered + 1) if offered else 0
            row = {
                "rapportagemaand": f"{month:%Y-%m}", "trajectnummer": number,
                "gemeentecode": MERGED.get(place, place) if back < 12 else place,
                "leerroute": "O" if back >= switches else "B", "niveau_pip": "B1",
                "datum_aanmelding": f"{applied:%d-%m-%Y}",
                "datum_eerste_les": "" if waits else f"{add_months(FIRST, start + 1):%d-%m-%Y}",
                "uren_aangeboden": offered, "uren_gevolgd": attended,
                "uren_geoorloofd_verzuim": offered - attended, "uren_ongeoorloofd_verzuim": 0,
                "uren_avond_weekend": 0, "uren_bevoegd_docent": offered,
                **{f"niveau_{s}": LEVELS[v] for s, v in zip(SKILLS, levels, strict=True)},
                "examen_knm": random.choice(("", "", "Gezakt", "Geslaagd")) if offered else "",
                "status": "wachtend" if waits else ("afgerond" if ended else "actief"),
                "datum_einde": f"{month_end(month):%d-%m-%Y}" if ended else "",
                "reden_einde": "diploma" if ended else "",
            }  # fmt: skip
            files["TA002" if back >= moves else "TA001"].append(row)
            if back == moves < 17 and not ended:  # in the month of a move both tell
                files["TA001"].append(dict(row))
            if ended:
                break
    return files


def as_csv(rows: list[dict[str, str]], header: tuple[str, ...] = HEADER) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, header, delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def deliver(code: str, text: str, storage: Storage) -> None:
    provider = make_provider(code)
    delivery, _ = receive(
        io.BytesIO(text.encode()), file_name="f.csv", provider=provider, storage=storage, by="s",
        at=AT,
    )  # fmt: skip
    consent = frozenset(months_between(FIRST, LAST))
    request = Request(today=AT.date(), replace=consent)
    outcome = take_in(delivery, storage=storage, request=request, by="s", at=AT)
    assert outcome.counts.accepted + outcome.counts.unchanged == len(text.splitlines()) - 1


TERM = ("trajectnummer", "termijn_van", "termijn_tot", "termijn_verlengd_tot")


def terms(random: Random, place: str, count: int) -> list[dict[str, str]]:
    """Of two in three learners of a gemeente the term, of half of those a longer one."""
    return [
        {"trajectnummer": f"B-{serial:03d}", "termijn_van": "01-04-2025",
         "termijn_tot": "01-04-2028",
         "termijn_verlengd_tot": random.choice(("", f"01-{random.randrange(5, 13):02d}-2028"))}
        for serial in range(PLACES.index(place), count, len(PLACES)) if random.random() < 0.67
    ]  # fmt: skip


@pytest.fixture
def files(db, tmp_path):
    """The files of two schools, the second time with a tenth of the rows changed, and of gemeenten:
    (sender, text) in the order in which they came.
    """
    random = Random(20261123)
    storage = Storage(tmp_path)
    count = 3 * len(PLACES)
    sent = []
    for code, rows in lives(random, count).items():
        again = [row | {"niveau_lezen": "B2"} for row in rows if random.random() < 0.1]
        sent += [(code, as_csv(rows)), (code, as_csv(again))]
    for code, text in sent:
        deliver(code, text, storage)
    for place in PLACES:
        text = as_csv(terms(random, place, count), TERM)
        file = tmp_path / "cursisten.csv"
        file.write_text(text, encoding="utf-8")
        import_facts(
            file, file_name=file.name, municipality=int(place), by="g", at=AT, today=AT.date()
        )
        sent.append((place, text))
    # A server counts its rows by itself, though not those of a transaction that is under way.
    db.execute_sql("ANALYZE")
    return sent


def read(files: list[tuple[str, str]]) -> tuple[dict, dict]:
    """Months and terms of every learner as the files say, by the csv module alone."""
    rows: dict[tuple[str, str, str], dict[str, str]] = {}
    until: dict[str, str] = {}
    for sender, text in files:
        for row in csv.DictReader(io.StringIO(text), delimiter=";"):
            number = row["trajectnummer"]
            if "rapportagemaand" in row:  # a later row takes the place of an earlier one
                rows[number, row["rapportagemaand"], sender] = row
            else:
                until[number] = row["termijn_verlengd_tot"] or row["termijn_tot"]
    months = defaultdict(list)
    for (number, month, code), row in sorted(rows.items(), key=lambda one: one[0]):
        months[number].append((month, code, row))
    return months, until


@pytest.mark.both_engines
def test_every_page_and_row_equals_the_files(client, files):
    months, until = read(files)
    seen = Counter()
    for index, place in enumerate(PLACES):
        client.sign_in("gemeente", email=f"{place}@example.org", municipalities=[place])
        file = client.get("/cursisten/export/csv/").data.decode("utf-8-sig")
        listed = {one["Traject"]: one for one in csv.DictReader(io.StringIO(file), delimiter=";")}
        own = {number for number in months if int(number[2:]) % len(PLACES) == index}
        assert set(listed) == own
        for number in sorted(own):
            seen += look_at(
                client, place, number, months[number], until.get(number), listed[number]
            )
        client.sign_out()
    # Every case is among them, and more than once.
    assert min(seen.values()) > 1, seen
    assert set(seen) == {"moved", "both", "route", "gap", "stopped", "ended", "term", "merged"}


def look_at(client, place, number, months, until, listed) -> Counter:
    """Hold the page, its file and the line of the list against the rows; tell what cases it was."""
    newest, code, last = months[-1]
    page = client.get(f"/cursisten/{place}/{number}/")
    file = client.get(f"/cursisten/{place}/{number}/maanden.csv").data.decode("utf-8-sig")
    expected = [
        [month, f"Taalschool {code}", ROUTES[row["leerroute"]], row["status"], row["niveau_pip"],
         *(row[f"niveau_{skill}"] for skill in SKILLS),
         *(float(row[name]) for name in ("uren_aangeboden", "uren_gevolgd",
           "uren_geoorloofd_verzuim", "uren_ongeoorloofd_verzuim"))]
        for month, code, row in months
    ]  # fmt: skip
    on_page = [[month_text(parse_month(month)), *rest] for month, *rest in expected]
    in_file = [*csv.reader(io.StringIO(file), delimiter=";")][1:]
    for table, rows in ((page.rows(-1), on_page), (in_file, expected)):
        hours = [[*row[:9], *(float(cell.replace(",", ".")) for cell in row[9:])] for row in table]
        assert sorted(hours) == sorted(rows), number
    facts = {}
    for name, value in zip(page.all("dt"), page.all("dd"), strict=True):
        facts.setdefault(text_of(name), text_of(value))
    attended = sum(row[10] for row in expected)
    assert float(facts["Gevolgde uren"].replace(",", ".")) == attended
    assert facts["Niveau"] == " ".join(last[f"niveau_{skill}"] for skill in SKILLS)
    assert (listed["Laatste maand"], listed["Aanbieder"]) == (newest, f"Taalschool {code}")
    passed = any(row["examen_knm"] == "Geslaagd" for _, at, row in months if at == code)
    assert listed["Examens"] == f"{int(passed)} van 5"

    first, final = (date.fromisoformat(f"{month}-01") for month in (months[0][0], newest))
    reported = {month for month, _, _ in months}
    gaps = [m for m in months_between(first, final) if f"{m:%Y-%m}" not in reported]
    cases = {
        "moved": "van Taalschool TA001 naar Taalschool TA002" in page.text,
        "both": len(reported) < len(months),
        "route": "van B1-route naar onderwijsroute" in page.text,
        "gap": "Ontbreekt:" in page.text,
        "stopped": "Niet meer gemeld sinds" in page.text,
        "ended": last["status"] == "afgerond",
        "term": until is not None,
        "merged": any(row["gemeentecode"] == MERGED.get(place) for _, _, row in months),
    }
    assert cases["moved"] == (len({code for _, code, _ in months}) == 2)
    assert cases["route"] == (len({row["leerroute"] for _, _, row in months}) == 2)
    words = ", ".join(month_text(month) for month in gaps)
    assert (f"Ontbreekt: {words}. Over" in page.text) == cases["gap"] == bool(gaps)
    assert cases["stopped"] == (final < LAST and not cases["ended"])
    assert not cases["stopped"] or f"Niet meer gemeld sinds {month_text(final)}." in page.text
    assert not until or facts["Termijn tot"].startswith(f"{until}, nog")
    return Counter(name for name, holds in cases.items() if holds)


@pytest.mark.parametrize("sent", ["0614", "GM0614", "Westvoorne"])
def test_a_row_of_a_gemeente_that_merged_is_of_the_gemeente_of_today(db, tmp_path, sent):
    (row, *_) = lives(Random(1), 1)["TA001"]
    deliver("TA001", as_csv([row | {"gemeentecode": sent}]), Storage(tmp_path))
    assert LearnerSummary.get().municipality == 1992
