"""Questions, answers and results of a survey. Pure.

The questions are about what learners complained of: evaluation 'Thuis in Dalfsen' (gemeente
Dalfsen, 2019), par. 1.3.1.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from core.errors import DomainError
from core.formats import read_day
from core.small_numbers import MINIMUM, count_or_hidden, is_small, parts_of_total

TEXTS = Path(__file__).parent / "texts"
QUESTIONS = {
    "docent": "Docent",
    "niveau": "Niveau van de les",
    "uitleg": "Uitleg in de les",
    "frequentie": "Hoe vaak er les is",
    "reizen": "Reis naar de les",
}
ANSWERS = {"ja": "ja", "een_beetje": "een beetje", "nee": "nee"}
WORDS = ("taal", "titel", "uitleg_vooraf", *ANSWERS, *QUESTIONS)
"""What a text of the survey must have; a translator fills in each."""
COLUMNS = ("aanbiedercode", "datum", "vraag", "antwoord", "aantal")
MOST = 10_000
NOT_SHOWN = "niet getoond"


@dataclass(frozen=True)
class AnswerRow:
    """So many gave this answer to this question."""

    row: int
    provider: str
    held_on: date
    question: str
    answer: str
    count: int


@dataclass(frozen=True)
class QuestionResult:
    """What was answered to one question; None where too few answered to show it."""

    question: str
    label: str
    people: int
    counts: dict[str, str] | None
    """As they may be shown: ``12``, ``< 5``, or hidden because it would give another."""
    share: float | None
    """Percentage that said yes; None where it would give a count that is hidden."""
    interval: tuple[float, float] | None
    """90 %, in per cent."""


def results(counts: Iterable[tuple[str, str, int]]) -> list[QuestionResult]:
    """Per question, in their own order, who said what; under five people nothing is shown."""
    per_question: dict[str, Counter[str]] = {}
    for question, answer, count in counts:
        per_question.setdefault(question, Counter())[answer] += count
    return [
        _result(question, label, per_question[question])
        for question, label in QUESTIONS.items()
        if question in per_question
    ]


def _result(question: str, label: str, counted: Counter[str]) -> QuestionResult:
    people = counted.total()
    if people < MINIMUM:
        return QuestionResult(question, label, people, None, None, None)
    # Loads numpy, which most pages do without.
    from quality.method.uncertainty import share_interval  # noqa: PLC0415

    hidden = parts_of_total({answer: counted[answer] for answer in ANSWERS})
    counts = {
        answer: NOT_SHOWN
        if count is None and not is_small(counted[answer])
        else count_or_hidden(count)
        for answer, count in hidden.items()
    }
    if hidden["ja"] is None:
        # The share and the number of answers would give the count that is hidden.
        return QuestionResult(question, label, people, counts, None, None)
    share = counted["ja"] / people
    low, high = share_interval(share, people)
    return QuestionResult(question, label, people, counts, 100 * share, (100 * low, 100 * high))


def answer_sentence(latest: Sequence[QuestionResult]) -> str:
    """One sentence: of what are learners least happy, as far as the answers tell them apart."""
    judged = [result for result in latest if result.share is not None and result.interval]
    if not judged:
        return "Er zijn nog geen antwoorden van genoeg cursisten."
    least = min(judged, key=lambda result: result.share or 0.0)
    most = max(judged, key=lambda result: result.share or 0.0)
    if least.interval and most.interval and least.interval[1] < most.interval[0]:
        return (
            f"Het minst tevreden zijn cursisten over: {least.label.lower()}; "
            f"het meest over: {most.label.lower()}."
        )
    return "Over alle vragen oordelen cursisten ongeveer gelijk."


def read_text(content: str) -> dict[str, str]:
    """Read a text of the survey: ``name = text`` per line; refuse one that lacks a line."""
    pairs = (line.partition("=") for line in content.splitlines() if "=" in line)
    lines = {name.strip(): text.strip() for name, _, text in pairs if not name.startswith("#")}
    missing = [name for name in WORDS if not lines.get(name)]
    if missing:
        raise DomainError(
            "text_incomplete", f"In de vertaling ontbreekt: {', '.join(missing)}.", field="file"
        )
    return {name: lines[name] for name in WORDS}


def texts(folder: Path | None = None) -> dict[str, dict[str, str]]:
    """Every language there is a text of: ours, and those that a translator put in ``folder``."""
    paths = {path.stem: path for path in sorted(TEXTS.glob("*.txt"))}
    if folder is not None and folder.is_dir():
        paths |= {path.stem: path for path in sorted(folder.glob("*.txt"))}
    languages: dict[str, dict[str, str]] = {}
    for code, path in paths.items():
        try:
            languages[code] = read_text(path.read_text(encoding="utf-8"))
        except (DomainError, UnicodeDecodeError):
            continue
    return languages


def read_answers(text: str) -> list[AnswerRow]:
    """Read a CSV of counts; the first fault is refused with its place and what to do."""
    lines = text.lstrip("\N{ZERO WIDTH NO-BREAK SPACE}").splitlines()
    separator = ";" if lines and ";" in lines[0] else ","
    reader = csv.DictReader(lines, delimiter=separator)
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise DomainError(
            "columns_missing",
            f"In het bestand ontbreekt: {', '.join(missing)}. Nodig: {', '.join(COLUMNS)}.",
            field="file",
        )
    rows = [_row(number, cells) for number, cells in enumerate(reader, 2)]
    if not rows:
        raise DomainError("no_rows", "Het bestand heeft geen rijen.", field="file")
    return rows


def _row(number: int, cells: dict[str, str | None]) -> AnswerRow:
    values = {name: (cells[name] or "").strip() for name in COLUMNS}

    def refuse(column: str, what: str) -> DomainError:
        place = f'Rij {number}, kolom {column}: "{values[column][:40]}" kan niet.'
        return DomainError("cell_refused", f"{place} {what}", field="file")

    if values["vraag"] not in QUESTIONS:
        raise refuse("vraag", f"Kies uit: {', '.join(QUESTIONS)}.")
    answer = values["antwoord"].replace(" ", "_")
    if answer not in ANSWERS:
        raise refuse("antwoord", f"Kies uit: {', '.join(ANSWERS.values())}.")
    if not values["aantal"].isdigit() or int(values["aantal"][:9]) > MOST:
        raise refuse("aantal", f"Vul een getal in van 0 tot en met {MOST}.")
    try:
        held_on = read_day(values["datum"])
    except ValueError as error:
        raise refuse("datum", str(error)) from None
    return AnswerRow(
        number, values["aanbiedercode"], held_on, values["vraag"], answer, int(values["aantal"])
    )
