"""Questions, answers and results of a survey. Pure.

The questions are about what learners complained of: evaluation 'Thuis in Dalfsen' (gemeente
Dalfsen, 2019), par. 1.3.1.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from core.errors import DomainError
from core.small_numbers import MINIMUM, count_or_hidden, parts_of_total
from providers.feed.read.small_files import (
    FileColumn,
    a_day,
    one_of,
    read_small_file,
)

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
MOST = 10_000
MOST_BYTES = 1_000_000


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
    """As they may be shown: ``12``, or ``niet getoond``."""
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
    counts = {answer: count_or_hidden(count) for answer, count in hidden.items()}
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


def _count(text: str) -> int:
    if not text.isdigit() or int(text[:9]) > MOST:
        raise ValueError(f"Vul een getal in van 0 tot en met {MOST}.")
    return int(text)


_TABLE = (
    FileColumn("aanbiedercode"),
    FileColumn("datum", a_day, as_displayed=False),
    FileColumn("vraag", one_of(QUESTIONS)),
    FileColumn("antwoord", one_of(ANSWERS)),
    FileColumn("aantal", _count, as_displayed=False),
)
COLUMNS = tuple(column.name for column in _TABLE)


@dataclass(frozen=True)
class Answers:
    """What a file says, and the columns of it that were left out."""

    rows: list[AnswerRow]
    ignored: tuple[str, ...]


def read_answers(content: bytes) -> Answers:
    """Read a file of counts; ``DomainError`` names every fault with its place and what to do."""
    key = ("aanbiedercode", "datum", "vraag", "antwoord")
    file = read_small_file(content, _TABLE, key=key, most_bytes=MOST_BYTES, most_rows=MOST)
    return Answers([AnswerRow(number, *row.values()) for number, row in file.rows], file.ignored)
