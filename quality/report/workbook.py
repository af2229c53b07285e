"""The score as a workbook that computes it again: change a value, and points and score follow."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from core.formats import month_text, number_text
from quality.cards.words import QUEUE_LABELS, queue_cell
from quality.charts.words import route_label
from quality.lessons.words import HEADERS as HOURS, plain_rows, shortfall_words
from quality.method.criteria import CRITERIA, WAITING
from quality.method.words import Standing, sure_text
from quality.report.content import ReportData

Tree = Mapping[str, Any]
HEADERS = ("Criterium", "Waarde", "n", "Gewicht", "Punten", "Telt mee", "Bijdrage", "Reden")
SURE = ("Van", "Tot", "Groepen", "Telt als")
"""How sure a value is: its 90 % interval, the groups, and how many learners it is worth."""
KNOTS = 4
REASON = 7
FIRST_SURE = 8
FIRST_KNOT = 12
"""Column M: from there the knots, value and points by turns."""


def workbook(data: ReportData) -> bytes:
    """One sheet that computes the score of every route, and the figures of every chart."""
    import xlsxwriter  # noqa: PLC0415  only when a workbook is asked for

    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"title": f"{data.name}, {month_text(data.month)}", "created": None})
    looks = {
        "bold": book.add_format({"bold": True}),
        "number": book.add_format({"num_format": "0.0"}),
        "month": book.add_format({"num_format": "mmmm yyyy"}),
        "input": book.add_format({"bg_color": "#FFF7D6"}),
    }
    sheet = _Calculation(book.add_worksheet("Score"), looks, data)
    sheet.write()
    for name, trees in (("Deze maand", data.trees), ("Vorige maand", data.before)):
        _figures(book.add_worksheet(name), trees, data, looks)
    _lessons(book, data, looks)
    _complaints(book, data)
    book.close()
    return content.getvalue()


@dataclass
class _Calculation:
    """The sheet with the formulas."""

    page: Any
    looks: Mapping[str, Any]
    data: ReportData

    def write(self) -> None:
        """Every route below the one before it."""
        title = f"{self.data.name}: score van {month_text(self.data.month)}"
        self.page.set_column(0, 0, 30)
        self.page.set_column(1, FIRST_KNOT + 2 * KNOTS, 11)
        self.page.write_string(0, 0, title, self.looks["bold"])
        hint = "Verander een waarde in een gele cel: punten, score en oordeel rekenen mee."
        self.page.write(1, 0, hint)
        row = 3
        for tree in self.data.trees:
            row = self._route(row, tree)

    def _route(self, row: int, tree: Tree) -> int:
        """The criteria of one route with their formulas; the row after it."""
        page, bold = self.page, self.looks["bold"]
        name = f"{self.data.names[tree['aanbieder']]}, {route_label(tree['route'])}"
        page.write_string(row, 0, name, bold)
        page.write_row(row + 1, 0, HEADERS, bold)
        page.write_row(row + 1, FIRST_SURE, SURE, bold)
        page.write(row + 1, FIRST_KNOT, "Knopen: waarde en punten", bold)
        first = row + 2
        last = first + len(tree["criteria"])
        weights, points = f"F{first + 1}:F{last}", f"E{first + 1}:E{last}"
        for at, (code, item) in enumerate(tree["criteria"].items(), start=first):
            self._criterion(at, code, item)
            self._contribution(at, item, weights, tree)
        page.write(last, 0, "Score", bold)
        page.write(last + 1, 0, "Oordeel", bold)
        if not tree["gate"]["open"]:
            page.write_string(last + 1, 5, f"Toegangseis niet gehaald: {tree['gate']['reason']}")
        if tree["score"] is None:
            page.write_string(last, 4, "geen score")
            page.write_string(last + 1, 1, Standing(tree["standing"]).label)
            return self._how_sure(last + 2, tree)
        formula = f"=SUMPRODUCT({weights},{points})/SUM({weights})"
        if tree["aggregation"] == "geometric":
            formula = f"=EXP(SUM(G{first + 1}:G{last}))"
        page.write_formula(last, 4, formula, self.looks["number"], tree["score"])
        page.write_formula(
            last + 1, 1, self._standing(f"E{last + 1}", first, tree), None, tree["standing"]
        )
        return self._how_sure(last + 2, tree)

    def _standing(self, score: str, first: int, tree: Tree) -> str:
        """The formula of the word: by the borders of the model, and by the gate."""
        sufficient, good = tree["borders"]
        near = 1e-9
        word = (
            f'IF({score}>={good}-{near},"goed",'
            f'IF({score}>={sufficient}-{near},"voldoende","onvoldoende"))'
        )
        for row, code in enumerate(tree["criteria"], start=first + 1):
            statuses = self.data.model.criterion(code).statuses
            if statuses is not None and tree["criteria"][code]["judged"]:
                is_open = ",".join(f'B{row}="{status}"' for status in statuses)
                return f'=IF(OR({is_open}),{word},"onvoldoende")'
        return f"={word}" if tree["gate"]["open"] else '="onvoldoende"'

    def _how_sure(self, row: int, tree: Tree) -> int:
        """The interval and the words about it, and by which method; the row after it."""
        low_high = tree["interval"]
        interval = " tot ".join(number_text(n) for n in low_high) if low_high else "geen"
        self.page.write_string(row, 0, "90%-interval van de score")
        self.page.write_string(row, 4, interval)
        self.page.write_string(row + 1, 0, "Hoe zeker")
        self.page.write_string(row + 1, 4, sure_text(tree))
        self.page.write_string(row + 2, 0, "Rekenmodel")
        self.page.write_string(row + 2, 4, str(tree["model"]))
        return row + 5

    def _criterion(self, row: int, code: str, item: Tree) -> None:
        """Label, value, number, weight, and the formula of the points."""
        page = self.page
        page.write_string(row, 0, CRITERIA[code].label)
        hidden = item["state"] == "te_weinig"
        if item["value"] is None:
            page.write_string(row, 1, "< 5" if hidden else item["state"].replace("_", " "))
        else:
            page.write(row, 1, item["value"], self.looks["input"])
        n = item.get("n")
        page.write(row, 2, n if n is not None else "< 5" if hidden else "")
        page.write(row, 3, item["weight"])
        if item["points"] is None:
            # Text counts for nothing in the sum; a nought would say that it was measured.
            page.write_string(row, 4, "geen oordeel")
            page.write_string(row, REASON, item["reason"] or "")
            return
        low, high = item.get("interval") or (None, None)
        sure = (low, high, item.get("groups"), item.get("effective_n"))
        for column, number in enumerate(sure, start=FIRST_SURE):
            page.write(row, column, number, self.looks["number"])
        formula = _points(page, row, code, item, self.data)
        page.write_formula(row, 4, f"={formula}", self.looks["number"], item["points"])

    def _contribution(self, row: int, item: Tree, weights: str, tree: Tree) -> None:
        """Whether it counts, and what it adds to the score."""
        line = row + 1
        if not item["judged"]:
            self.page.write(row, 5, 0)
            self.page.write(row, 6, 0)
            return
        self.page.write_formula(row, 5, f"=D{line}", None, float(item["weight"]))
        points = f"LN(MAX(E{line},1))" if tree["aggregation"] == "geometric" else f"E{line}"
        formula = f"=F{line}/SUM({weights})*{points}"
        self.page.write_formula(row, 6, formula, self.looks["number"], item["contribution"] or 0)


def _points(page: Any, row: int, code: str, item: Tree, data: ReportData) -> str:
    """The formula from value to points: linear between the knots, flat outside them."""
    line = row + 1
    statuses = data.model.criterion(code).statuses
    if statuses is not None:
        parts = [f'IF(B{line}="{status}",{points},' for status, points in statuses.items()]
        return "".join(parts) + "0" + ")" * len(parts)
    knots = item.get("knots") or []
    if not knots:
        return "0"
    cells = []
    for number, (value, points) in enumerate(knots):
        column = FIRST_KNOT + 2 * number
        page.write(row, column, value)
        page.write(row, column + 1, points)
        cells.append((f"{_letter(column)}{line}", f"{_letter(column + 1)}{line}"))
    return _between(f"B{line}", cells)


def _between(value: str, knots: Sequence[tuple[str, str]]) -> str:
    """Nested IFs, one for each stretch between two knots."""
    formula = knots[-1][1]
    for (x0, y0), (x1, y1) in reversed(list(pairwise(knots))):
        formula = f"IF({value}<={x1},{y0}+({value}-{x0})/({x1}-{x0})*({y1}-{y0}),{formula})"
    return f"IF({value}<={knots[0][0]},{knots[0][1]},{formula})"


def _letter(column: int) -> str:
    """``A`` for 0, ``AA`` for 26."""
    return chr(ord("A") + column) if column < 26 else f"A{chr(ord('A') + column - 26)}"


def _lessons(book: Any, data: ReportData, looks: Mapping[str, Any]) -> None:
    """Hours of a year per route and month, with the shortfall as a sentence."""
    if not data.lessons:
        return
    page = book.add_worksheet("Lesuren")
    page.set_column(0, len(HOURS), 16)
    row = 0
    for code, lessons in data.lessons.items():
        page.write_string(row, 0, f"{route_label(code)}: {shortfall_words(lessons)}")
        row += 1
    page.write_row(row + 1, 0, ("Leerroute", *HOURS), looks["bold"])
    row += 2
    for code, lessons in data.lessons.items():
        for day, *cells in plain_rows(lessons):
            page.write_string(row, 0, route_label(code))
            page.write_datetime(row, 1, day, looks["month"])
            page.write_row(row, 2, cells)
            row += 1


def _complaints(book: Any, data: ReportData) -> None:
    """What the complaints of a year are about, in the words of the report."""
    if not data.complaints:
        return
    page = book.add_worksheet("Klachten")
    page.set_column(0, 0, 30)
    for row, line in enumerate(data.complaints):
        for column, text in enumerate(line):
            page.write_string(row, column, text)


FIGURES = ("Aanbieder", "Leerroute", "Oordeel", "Hoe zeker", "Score", "Van", "Tot", "Status")


def _figures(page: Any, trees: Sequence[Tree], data: ReportData, looks: Mapping[str, Any]) -> None:
    """The figures as they stand, one row per judgement."""
    codes = list(dict.fromkeys(code for tree in trees for code in tree["criteria"]))
    page.write_row(
        0,
        0,
        (
            *FIGURES,
            *(CRITERIA[code].label for code in codes),
            *(f"Wachttijd: {label}" for label in QUEUE_LABELS.values()),
        ),
        looks["bold"],
    )
    page.freeze_panes(1, 0)
    page.set_column(0, len(FIGURES) + len(codes), 16)
    for row, tree in enumerate(trees, start=1):
        low, high = tree["interval"] or (None, None)
        page.write_string(row, 0, data.names[tree["aanbieder"]])
        page.write_string(row, 1, route_label(tree["route"]))
        page.write_string(row, 2, tree["standing"].replace("_", " "))
        page.write_string(row, 3, sure_text(tree))
        for column, number in ((4, tree["score"]), (5, low), (6, high)):
            page.write(row, column, number)
        page.write_string(row, 7, tree["status"])
        for column, code in enumerate(codes, start=len(FIGURES)):
            item = tree["criteria"].get(code)
            if item is not None:
                few = item["state"] == "te_weinig"
                page.write(row, column, "< 5" if few else item["value"])
        waiting = tree["criteria"].get(WAITING.code, {})
        for column, name in enumerate(QUEUE_LABELS, start=len(FIGURES) + len(codes)):
            page.write(row, column, queue_cell(waiting, name))
