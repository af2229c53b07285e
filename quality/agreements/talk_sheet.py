"""The sheet that a contract manager takes to a talk: one A4, as a page and as a PDF."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

from core.accounts import Account, may, visible
from core.formats import MISSING, count_text, day_text, month_text, number_text
from providers.codes import LearningRoute
from providers.models import Contract, Provider
from providers.register.queries import contracts_on
from quality.agreements.models import Agreement, Complaint
from quality.agreements.queries import agreements_of, complaints_of, open_kinds, progress_of
from quality.agreements.rules import (
    COMPLAINT_KINDS,
    KINDS,
    Course,
    Progress,
    Standing,
    criterion_standing,
)
from quality.cards import queries as cards
from quality.cards.words import criterion_text
from quality.method.criteria import CRITERIA
from quality.method.words import change_text, score_text, standing_of_points
from quality.models import Reaction, ScoreCard
from quality.report.blocks import Block, Bullets, Report, Section, Table, Text, WritingLines

Tree = Mapping[str, Any]
FEWEST_OTHERS = 3
"""Fewer other schools would tell the figure of one of them."""
MOST = 3
"""Agreements, complaints and reactions that fit on the sheet; the rest is counted."""
LONGEST = 180
"""Characters of a text that somebody wrote; the rest is on its page."""
EMPTY_LINES = 12


@dataclass(frozen=True)
class OpenMatters:
    """What is still to be done or answered, as far as the account may see it."""

    agreements: Sequence[Agreement]
    progress: Mapping[int, Progress]
    complaints: Sequence[Complaint]
    reactions: Sequence[Reaction]

    @property
    def missed(self) -> list[Agreement]:
        """Agreements past their date that were not reached."""
        return [
            one
            for one in self.agreements
            if self.progress[one.id].overdue and self.progress[one.id].course is not Course.REACHED
        ]


def talk_sheet(provider: Provider, account: Account, today: date) -> Report:
    """Put together what stands on the sheet, as far as this account may see it."""
    latest = _latest(provider, account)
    month = latest[0].month if latest else None
    trees = [cards.shown_tree(card, account) for card in latest]
    agreements = [one for one in agreements_of(provider, account) if one.state == "open"]
    matters = OpenMatters(
        agreements,
        progress_of(agreements, today),
        _complaints(provider, account),
        _reactions(provider, account, month),
    )
    return Report(
        title=f"Gesprek met {provider.name}",
        subject=f"Contractgesprek, gemaakt op {day_text(today)}",
        answer=_answer(trees, month),
        facts=_facts(provider, account, today),
        sections=(
            Section("Waar het staat", _standing(provider, trees, month)),
            Section("Afspraken die lopen", _agreements(matters)),
            Section("Klachten en reacties", _said(matters)),
            Section("Agenda", _agenda(provider, trees, matters)),
        ),
        compact=True,
    )


def _latest(provider: Provider, account: Account) -> list[ScoreCard]:
    """The cards of the newest month that the account may see, by route."""
    if not may(account, "read", "scores"):
        return []
    newest = (
        visible(ScoreCard, account)
        .where(ScoreCard.provider == provider, ScoreCard.revision == 0)
        .order_by(ScoreCard.month.desc())
        .first()
    )
    return [] if newest is None else list(cards.cards_of(newest.month, provider_ids=[provider.id]))


def _complaints(provider: Provider, account: Account) -> list[Complaint]:
    if not may(account, "read", "complaints"):
        return []
    return [one for one in complaints_of(provider, account) if one.state == "open"]


def _reactions(provider: Provider, account: Account, month: date | None) -> list[Reaction]:
    if month is None or not may(account, "read", "reactions"):
        return []
    query: Any = visible(Reaction, account).where(
        Reaction.provider == provider, Reaction.month == month
    )
    return list(query.order_by(Reaction.at))


def _answer(trees: Sequence[Tree], month: date | None) -> str:
    if month is None:
        return "Er zijn nog geen maandcijfers van deze aanbieder."
    parts = []
    for tree in trees:
        score = "" if tree["score"] is None else f" ({number_text(tree['score'])})"
        label = LearningRoute.from_code(tree["route"]).label
        parts.append(f"{label} {tree['standing'].replace('_', ' ')}{score}")
    return f"In {month_text(month)}: {', '.join(parts)}."


def _facts(provider: Provider, account: Account, today: date) -> tuple[tuple[str, str], ...]:
    running: list[Contract] = list(contracts_on(today, [provider.id]))
    person = " ".join(filter(None, (provider.contact_person, provider.email)))
    return (
        ("Code", provider.code),
        ("Contact", person or MISSING),
        ("Contract", ", ".join(c.number for c in running) or "geen"),
        ("Voor de regio", account.name or account.email),
    )


def _standing(provider: Provider, trees: Sequence[Tree], month: date | None) -> tuple[Block, ...]:
    if month is None:
        return (Text("Na de eerste levering staat hier het oordeel per leerroute."),)
    rows = []
    for tree in trees:
        others = _others(provider, tree["route"], month)
        label = LearningRoute.from_code(tree["route"]).label
        word = tree["standing"].replace("_", " ")
        score = (
            f"{label}: score",
            score_text(tree["score"], tree["borders"]),
            _score_of_others(others),
            word,
            "",
        )
        rows.append(score)
        for code, item in tree["criteria"].items():
            rows.append(
                (
                    CRITERIA[code].label,
                    criterion_text(code, item),
                    _criterion_of_others(others, code),
                    standing_of_points(item["points"], tree["borders"]).label,
                    change_text(item.get("change")),
                )
            )
    headers = ("Leerroute en criterium", "Waarde", "Regio", "Oordeel", "Wat veranderde")
    blocks: list[Block] = [Table(month_text(month).capitalize(), headers, tuple(rows), (1, 2))]
    blocks += [
        Text(f"De toegangseis is niet gehaald: {tree['gate']['reason']}.")
        for tree in trees
        if not tree["gate"]["open"]
    ]
    return tuple(blocks)


def _others(provider: Provider, route: str, month: date) -> list[ScoreCard]:
    query = cards.cards_of(month, route=route).where(ScoreCard.provider != provider)
    return [card for card in query if card.score is not None]


def _score_of_others(others: Sequence[ScoreCard]) -> str:
    """The middle of the other schools on this route, where there are enough of them."""
    if len(others) < FEWEST_OTHERS:
        return MISSING
    return number_text(median(card.score or 0 for card in others))


def _criterion_of_others(others: Sequence[ScoreCard], code: str) -> str:
    judged = [
        item["value"]
        for card in others
        if (item := card.result["criteria"].get(code)) and item["judged"]
    ]
    numbers = [value for value in judged if isinstance(value, int | float)]
    if len(numbers) < FEWEST_OTHERS:
        return MISSING
    return criterion_text(code, {"judged": True, "state": "waarde", "value": median(numbers)})


def _agreements(matters: OpenMatters) -> tuple[Block, ...]:
    agreements, progress = matters.agreements, matters.progress
    if not agreements:
        return (Text("Er loopt geen afspraak."),)
    lines = [
        f"{one.text}. Klaar op {day_text(one.due_on)}"
        f"{' (voorbij)' if progress[one.id].overdue else ''}. {_course(progress[one.id])}"
        for one in agreements[:MOST]
    ]
    return (Bullets((*lines, *_rest(len(agreements), "afspraak", "afspraken"))),)


def _course(progress: Progress) -> str:
    if progress.latest is None or progress.latest.value is None:
        return f"{str(progress.course).capitalize()}."
    latest = progress.latest
    value = number_text(latest.value)
    return f"{str(progress.course).capitalize()}: {value} in {month_text(latest.month)}."


def _said(matters: OpenMatters) -> tuple[Block, ...]:
    complaints, reactions = matters.complaints, matters.reactions
    lines = [
        f"Klacht van {day_text(one.received_on)} ({COMPLAINT_KINDS[one.kind]}): "
        f"{_shortened(one.summary)}"
        for one in complaints[:MOST]
    ]
    lines += _rest(len(complaints), "klacht", "klachten")
    for one in reactions[:MOST]:
        answer = f"Antwoord: {_shortened(one.answer)}" if one.answer else "Nog geen antwoord."
        lines.append(f"Reactie van de aanbieder: {_shortened(one.text)} {answer}")
    lines += _rest(len(reactions), "reactie", "reacties")
    return (Bullets(tuple(lines)) if lines else Text("Geen open klachten en geen reactie."),)


def _rest(count: int, one: str, more: str) -> list[str]:
    rest = count - MOST
    return [f"En nog {rest} {one if rest == 1 else more}."] if rest > 0 else []


def _shortened(text: str) -> str:
    whole = " ".join(text.split())
    return whole if len(whole) <= LONGEST else f"{whole[:LONGEST].rsplit(' ', 1)[0]} …"


def _agenda(provider: Provider, trees: Sequence[Tree], matters: OpenMatters) -> tuple[Block, ...]:
    """What asks for a word, and lines to write on."""
    points = [f"{line}: wat gaat de aanbieder doen?" for line in off_course(provider, trees)[:MOST]]
    points += [
        f"{KINDS[one.kind].capitalize()} voorbij: {_shortened(one.text)}" for one in matters.missed
    ]
    if matters.complaints:
        points.append(f"Klachten: {count_text(len(matters.complaints))} open")
    if any(one.answer is None for one in matters.reactions):
        points.append("De reactie die nog geen antwoord heeft")
    lines = WritingLines(EMPTY_LINES)
    return (Bullets(tuple(points)), lines) if points else (lines,)


def off_course(provider: Provider, trees: Sequence[Tree]) -> list[str]:
    """Criteria that fall short and about which nothing was agreed, with their route and value."""
    by_route = {tree["route"]: tree for tree in trees}
    return [
        f"{CRITERIA[code].label}, {route.label} "
        f"({criterion_text(code, by_route[route.code]['criteria'][code])})"
        for code, route in _short_of_norm(provider, by_route)
    ]


def off_course_criteria(
    provider: Provider, latest: Sequence[ScoreCard]
) -> list[tuple[str, LearningRoute]]:
    """The same as codes, for a form."""
    return _short_of_norm(provider, {card.result["route"]: cards.tree_of(card) for card in latest})


def _short_of_norm(
    provider: Provider, by_route: Mapping[str, Tree]
) -> list[tuple[str, LearningRoute]]:
    running = open_kinds([provider.id])
    return [
        (code, route)
        for route_code, tree in by_route.items()
        for route in [LearningRoute.from_code(route_code)]
        for code, item in tree["criteria"].items()
        if criterion_standing(
            item["points"],
            running.get((provider.id, int(route), code), ()),
            norm=tree["borders"][1],
        )
        is Standing.OFF_COURSE
    ]
