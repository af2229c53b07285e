"""Somebody who wants to know: reads all that a role can reach, and works out what is hidden.

A month is made in which every figure is a number of its own, so that a number that turns up
anywhere (page, chart, text alternative, download, report, API) tells which figure is known. Then
the sums that hold by definition are solved: no figure from 1 to 4 may follow.
"""

import csv
import io
import json
import re
import shutil
import subprocess
from datetime import date
from html.parser import HTMLParser

import numpy
import openpyxl
import pytest

from core.accounts import Role
from core.charts import pictures
from core.db import is_postgresql
from providers.codes import LearningRoute, MarkStatus, TrackStatus, YesNo
from providers.models import ContractScope, DeliveryMonth, QualityMark
from quality.cards import operations
from tests.app.test_api import Caller, token_for
from tests.builders import make_contract, make_delivery, make_provider, make_record, make_track
from tests.quality.cards.test_operations import OCT, WHO

PLACES = DALFSEN, KAMPEN, ZWOLLE = 148, 166, 193
LESSONS = {"registered_on": date(2026, 7, 1), "first_lesson_on": date(2026, 7, 20)}
LONG_AGO = {"registered_on": date(2023, 7, 1), "first_lesson_on": date(2023, 7, 20)}
ASKED = {"evening_weekend_wish": YesNo.YES}
EVENING = ASKED | {"minutes_evening_weekend": 60}


def waits(day):
    return {"status": TrackStatus.WAITING, "registered_on": day}


DONE = {"status": TrackStatus.COMPLETED, "ended_on": date(2026, 10, 20)}

# Provider, route: how many, in which gemeente, and what is special about their row. Who started
# long ago is taught, and takes no part in the wait.
GROUPS = {
    ("TA001", "B"): [
        (103, DALFSEN, LESSONS), (61, ZWOLLE, LESSONS), (44, ZWOLLE, LESSONS | EVENING),
        (3, DALFSEN, LONG_AGO | ASKED), (14, ZWOLLE, LONG_AGO), (9, DALFSEN, LESSONS | DONE),
        (3, KAMPEN, waits(date(2026, 9, 1))),
    ],
    ("TA001", "Z"): [
        (131, ZWOLLE, LESSONS), (26, ZWOLLE, LONG_AGO), (31, ZWOLLE, waits(date(2026, 10, 20))),
        (17, ZWOLLE, waits(date(2026, 9, 10))), (2, ZWOLLE, waits(date(2026, 7, 10))),
    ],
    ("TA002", "B"): [
        (4, DALFSEN, LESSONS), (138, DALFSEN, LESSONS | DONE), (13, DALFSEN, LONG_AGO | DONE),
    ],
    ("TA002", "Z"): [(83, ZWOLLE, LESSONS), (12, DALFSEN, LONG_AGO), (24, KAMPEN, LESSONS)],
}  # fmt: skip
END, NORM = date(2026, 10, 31), 28
TOTALS = {"rows": ("rows",), "open": ("active", "waiting"), "waiting": ("waiting",)}
"""Of all routes together."""


def figures():
    """Every figure by name, and the sums that hold between them: name -> parts."""
    figure_of, sums = {}, {}
    for key, groups in GROUPS.items():
        name = "-".join(key)
        rows = [(place, row) for count, place, row in groups for _ in range(count)]
        status = [row.get("status", TrackStatus.ACTIVE) for _, row in rows]
        waiting = [
            (place, (END - row["registered_on"]).days)
            for (place, row), one in zip(rows, status, strict=True)
            if one is TrackStatus.WAITING
        ]
        long_ago = LONG_AGO["registered_on"]
        part = [(place, row) for place, row in rows if row["registered_on"] != long_ago]
        own = {
            "rows": len(rows),
            "active": sum(one is TrackStatus.ACTIVE for one in status),
            "ended": sum(one is TrackStatus.COMPLETED for one in status),
            "waiting": len(waiting),
            "over_42": sum(days > 42 for _, days in waiting),
            "over_70": sum(days > 70 for _, days in waiting),
            "to_42": sum(days <= 42 for _, days in waiting),
            "to_70": sum(42 < days <= 70 for _, days in waiting),
            "on_time": len(part) - len(waiting),
            "late": 0,
            "left": 0,
            "over_norm": sum(days > NORM for _, days in waiting),
            "within_norm": sum(days <= NORM for _, days in waiting),
            "n": len(part) - sum(days <= NORM for _, days in waiting),
            "asked": sum(row.get("evening_weekend_wish") == YesNo.YES for _, row in rows),
            "met": sum("minutes_evening_weekend" in row for _, row in rows),
        }
        own["unmet"] = own["asked"] - own["met"]
        counted = [place for place, row in part if row.get("status") != TrackStatus.WAITING]
        counted += [place for place, days in waiting if days > NORM]
        own |= {f"n_{place}": counted.count(place) for place in (148, 166, 193)}
        own |= {
            f"waiting_{place}": sum(p == place for p, _ in waiting) for place in (148, 166, 193)
        }
        figure_of |= {f"{name}:{one}": value for one, value in own.items()}
        sums |= {
            f"{name}:{whole}": [f"{name}:{one}" for one in parts]
            for whole, parts in {
                "rows": ("active", "ended", "waiting"),
                "n": ("on_time", "late", "over_norm", "left"),
                "waiting": ("over_norm", "within_norm"),
                "waiting by border": ("over_42", "to_42"),
                "over_42": ("over_70", "to_70"),
                "asked": ("met", "unmet"),
            }.items()
        }
        places = [f"_{place}" for place in PLACES]
        sums[f"{name}:n by gemeente"] = [f"{name}:n{place}" for place in places]
        sums[f"{name}:waiting by gemeente"] = [f"{name}:waiting{place}" for place in places]
        figure_of[f"{name}:n by gemeente"] = own["n"]
        figure_of[f"{name}:waiting by border"] = own["waiting"]
        figure_of[f"{name}:waiting by gemeente"] = own["waiting"]
    for code in ("TA001", "TA002"):
        for whole, figures in TOTALS.items():
            parts = [f"{code}-{route}:{figure}" for route in "BZ" for figure in figures]
            sums[f"{code}:{whole}"] = parts
            figure_of[f"{code}:{whole}"] = sum(figure_of[part] for part in parts)
    return figure_of, sums


KNOWN, SUMS = figures()


def deliver(code):
    """One delivery with the rows of both routes."""
    provider = make_provider(code)
    rows = [
        (route, place, row)
        for (own, route), groups in GROUPS.items()
        for count, place, row in groups
        for _ in range(count)
        if own == code
    ]
    delivery = make_delivery(provider, rows=len(rows), accepted=len(rows))
    DeliveryMonth.create(delivery=delivery, month=OCT, rows=len(rows))
    for number, (route, place, row) in enumerate(rows):
        make_record(
            month=OCT, track=make_track(provider, f"{code}-{number}"), delivery=delivery,
            municipality=place, route=LearningRoute.from_code(route), **row,
        )  # fmt: skip


@pytest.fixture
def month(db, tmp_path):
    pictures.keep_in(tmp_path)
    for code in ("TA001", "TA002"):
        provider = make_provider(code, tst_from=date(2022, 1, 1))
        QualityMark.create(
            provider=provider, status=MarkStatus.INDEFINITE, valid_from=date(2022, 1, 1)
        )
        contract = make_contract(provider)
        for route in (LearningRoute.B1, LearningRoute.SELF_RELIANCE):
            ContractScope.create(contract=contract, route=route)
        deliver(code)
    operations.compute(OCT, **WHO)


WHOLE = re.compile(r"(?<![\d.,:\w-])\d{1,3}(?:\.\d{3})*(?![\d:\w-]|[.,]\d|\s?%)")
"""A count: a whole percentage is none."""


def numbers_in(text):
    return {int(result.replace(".", "")) for result in WHOLE.findall(text)}


def read_file(address, data, folder):
    """All text of a download."""
    if "xlsx" in address:
        book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
        rows = [row for sheet in book for row in sheet.iter_rows(values_only=True)]
    elif "csv" in address:
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))
    elif address.endswith(".pdf"):
        (folder / "rapport.pdf").write_bytes(data)
        command = ["pdftotext", "-layout", str(folder / "rapport.pdf"), "-"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout
    else:
        return re.sub("<[^>]*>", " ; ", data.decode("utf-8-sig"))
    return together(str(cell) for row in rows for cell in row if cell is not None)


def together(texts):
    """Texts that stay apart."""
    return " ; ".join(texts)


class Reader(HTMLParser):
    """All text of a page, also what is said beside it, and where it leads; read as it comes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.addresses: list[str] = []
        self.feed(page)

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("alt", "aria-label", "title"):
                self.texts.append(value or "")
            elif (tag, name) in (("a", "href"), ("img", "src")):
                self.addresses.append((value or "").partition("#")[0])


OF_ONE_LEARNER = re.compile(r"/(cursisten/\w+/\d{4}|signalen/\d+)/")


def gather(client, folder):
    """Everything that can be reached by following links: address -> text."""
    result, ahead = {}, ["/"]
    while ahead:
        address = ahead.pop()
        if address in result or not address.startswith("/") or address.startswith("/account"):
            continue
        # A page of one learner of its own tells a gemeente nothing of others, and is full of days
        # and numbers of trajecten that look like a count.
        if OF_ONE_LEARNER.match(address):
            continue
        # A drawing is read as SVG; its PNG is the same picture.
        if address.partition("?")[0].endswith(".png"):
            continue
        page = client.get(address, status=None, check=False)
        result[address] = ""
        if page.status in (301, 302, 303):
            ahead.append(page.location)
        elif page.status == 200 and page.is_html:
            read = Reader(page.html)
            result[address] = together(read.texts)
            ahead += read.addresses
        elif page.status == 200:
            result[address] = read_file(address, page.data, folder)
    return result


def worked_out(visible):
    """Names of hidden figures that follow from the visible ones by the sums."""
    unknown = [name for name in KNOWN if name not in visible]
    column = {name: i for i, name in enumerate(unknown)}
    system = []
    for whole, parts in SUMS.items():
        line = numpy.zeros(len(unknown))
        for name, sign in ((whole, 1), *((part, -1) for part in parts)):
            if name in column:
                line[column[name]] += sign
        system.append(line)
    matrix = numpy.array(system)
    rank = numpy.linalg.matrix_rank(matrix)
    return [
        name
        for name, i in column.items()
        if 0 < KNOWN[name] < 5
        and numpy.linalg.matrix_rank(numpy.vstack([matrix, numpy.eye(len(unknown))[i]])) == rank
    ]


LATE = ("late", "over_norm", "left")


def hides_nobody(name):
    """Of a few who did not begin in time it is not told either what none of them did."""
    case, _, figure = name.partition(":")
    return figure in LATE and 0 < sum(KNOWN[f"{case}:{one}"] for one in LATE) < 5


def test_the_attack_finds_what_it_should():
    assert worked_out({f"TA001-B:{one}" for one in ("n", "on_time", "late", "left")}) != []
    assert worked_out({"TA001-B:n", "TA001-B:on_time"}) == []


@pytest.mark.parametrize(
    ("role", "more"),
    [
        pytest.param(Role.REGION, {}, marks=pytest.mark.thorough),
        (Role.MUNICIPALITY, {"municipalities": ["0193"]}),
    ],
)
def test_no_hidden_figure_follows_from_all_that_a_role_can_reach(
    client, app, month, tmp_path, role, more
):
    if is_postgresql():
        pytest.skip("the pages are the same on both engines")
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    client.sign_in(role, **more)
    answers = gather(client, tmp_path)
    token = token_for(role, "scores:read", **more)
    answers["API"] = json.dumps(Caller(app, token).get("/scores?month=2026-10").get_json())
    assert len(answers) > 30
    where: dict[int, list[str]] = {}
    for address, text in answers.items():
        for number in numbers_in(text):
            where.setdefault(number, []).append(address)
    visible = {name for name, value in KNOWN.items() if value >= 10 and value in where}
    visible |= {name for name, value in KNOWN.items() if value == 0 and not hides_nobody(name)}
    # A gemeente may count its own learners from the rows, whatever else is told of them.
    own = tuple(f"_{int(place)}" for place in more.get("municipalities", ()))
    visible |= {name for name in KNOWN if name.endswith(own)} if own else set()
    assert worked_out(visible) == [], {n: where.get(KNOWN[n], [])[:6] for n in visible}
