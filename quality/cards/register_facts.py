"""What a judgement takes from the register: mark, recognition, terms, docenten; and a survey."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from core.dates import add_months, month_end
from providers.codes import LearningRoute, MarkStatus
from providers.models import Delivery, DeliveryMonth, Provider, Teacher
from providers.register.queries import dossier, dossiers
from providers.register.rules import Dossier, Terms
from quality.cards.inputs import Moment, latest_of
from quality.method.criteria import CRITERIA, MARK, WAITING
from quality.method.model import ScoringModel
from quality.method.tree import State
from quality.models import SurveyCount

if TYPE_CHECKING:
    from quality.method.case import Facts

ROUTE_CODES = {int(route): route.code for route in LearningRoute}
SURVEY_MONTHS = 12
"""A survey says something for so long."""
MARKS = {int(status): status.code for status in MarkStatus}
Tree = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Mark:
    """Status of the quality mark on a day; none in the register is ``geen``.

    A check that came after the day counts as well: it tells about that day too.
    """

    status: str = "geen"
    checked_on: date | None = None
    source: str | None = None


def mark_on(register: Dossier, day: date) -> Mark:
    """The mark of the register on a day."""
    mark = register.mark_on(day)
    if mark is None:
        return Mark()
    return Mark(MARKS[mark.status], mark.checked_on, mark.source)


@dataclass(frozen=True, slots=True)
class RegisterFacts:
    """What holds for one provider on the reference day; ``terms`` per route under contract.

    ``docents`` are registered on a day of the window of the docent hours, ``answered`` tells
    whether a delivery or a nil return of the month came.
    """

    mark: Mark
    recognised: bool
    terms: Mapping[int, Terms]
    docents: int = 0
    answered: bool = False
    survey: tuple[int, int, int] | None = None
    """Of the newest survey: yes, answers, people; only where the model asks for it."""

    @property
    def norms(self) -> dict[int, int]:
        """Per route the norm for waiting that a contract sets."""
        return _norms(self.terms)

    def on(self, route: int) -> "Facts":
        """The facts of a judgement on one route."""
        from quality.method.case import Facts, MarkStatus as MethodMark, Survey  # noqa: PLC0415

        terms = self.terms.get(route)
        return Facts(
            mark=MethodMark(self.mark.status, self.mark.checked_on, self.mark.source),
            recognised=self.recognised,
            exception_until=None if terms is None else terms.exception_until,
            contract_norm_days=None if terms is None else terms.waiting_norm_days,
            docents=self.docents,
            owed=terms is not None,
            answered=self.answered,
            survey=None if self.survey is None else Survey(*self.survey),
        )

    def differ_from(self, tree: Tree, route: int) -> bool:
        """Whether a judgement was made on other facts."""
        if self.judge_differently(tree, route):
            return True
        mark = tree["criteria"].get(MARK.code)
        if mark is not None and mark["state"] != State.NOT_APPLICABLE:
            checked = self.mark.checked_on.isoformat() if self.mark.checked_on else None
            if mark["checked_on"] != checked:
                return True
        terms = self.terms.get(route)
        until = None if terms is None else terms.exception_until
        exception = until.isoformat() if until else None
        return any(
            item.get("docents", self.docents) != self.docents
            or item.get("exception_until") != exception
            for code, item in tree["criteria"].items()
            if CRITERIA[code].by_docent and item["judged"]
        )

    def judge_differently(self, tree: Tree, route: int) -> bool:
        """Whether points or the gate are others now; a later check only shows another day."""
        for code, item in (*tree["criteria"].items(), *tree.get("beside", {}).items()):
            asks = CRITERIA[code].asks_learners and item["state"] != State.NOT_APPLICABLE
            if asks and self.survey != _survey_of(item):
                return True
        waiting = tree["criteria"].get(WAITING.code)
        if waiting is not None:
            used = waiting["norm_days"] if waiting.get("norm_source") == "contract" else None
            if used != self.norms.get(route):
                return True
        mark = tree["criteria"].get(MARK.code)
        if mark is None or mark["state"] == State.NOT_APPLICABLE:
            return bool(tree["gate"]["open"] != self.recognised)
        return bool(mark["value"] != self.mark.status)


def _survey_of(item: Mapping[str, Any]) -> tuple[int, int, int] | None:
    """The survey that a criterion was judged on."""
    return None if item["n"] is None else (item["numerator"], item["denominator"], item["n"])


def norms_on(register: Dossier, month: date) -> dict[int, int]:
    """Per route the norm for waiting that a contract sets on the last day of a month."""
    return _norms(register.terms_on(month_end(month)))


def _norms(terms: Mapping[int, Terms]) -> dict[int, int]:
    return {
        route: one.waiting_norm_days
        for route, one in terms.items()
        if one.waiting_norm_days is not None
    }


def facts_of(
    providers: Collection[Provider],
    month: date,
    model: ScoringModel,
    known_on: Moment = None,
    registers: Mapping[int, Dossier] | None = None,
) -> dict[int, RegisterFacts]:
    """The facts of some providers on the last day of a month, by number; as known at a moment.

    ``registers`` is what the register says of each, where that was read before.
    """
    day, moment = month_end(month), latest_of(known_on)
    if registers is None and moment is not None:
        registers = {provider.id: dossier(provider, moment) for provider in providers}
    elif registers is None:
        registers = dossiers(providers)
    ids = list(registers)
    docents = docents_of(ids, month, model)
    answered = _answered(ids, month, moment)
    surveys = surveys_of(ids, month, model, moment)
    return {
        provider: RegisterFacts(
            mark=mark_on(one, day),
            recognised=one.is_recognised(day),
            terms=one.terms_on(day),
            docents=docents.get(provider, 0),
            answered=provider in answered,
            survey=surveys.get(provider),
        )
        for provider, one in registers.items()
    }


def docents_of(provider_ids: Iterable[int], month: date, model: ScoringModel) -> dict[int, int]:
    """Docenten registered on at least one day of the window of the docent hours, by provider."""
    window = next((c.window_months for c in model.criteria if CRITERIA[c.code].by_docent), 3)
    first, last = add_months(month, 1 - window), month_end(month)
    begun = Teacher.valid_from.is_null() | (Teacher.valid_from <= last)
    going_on = Teacher.valid_until.is_null() | (Teacher.valid_until >= first)
    query: Any = (
        Teacher.select(Teacher.provider, Teacher.teacher_ref)
        .where(Teacher.provider.in_(list(provider_ids)), begun, going_on)
        .distinct()
    )
    counts: dict[int, int] = defaultdict(int)
    for provider, _ in query.tuples():
        counts[provider] += 1
    return counts


def surveys_of(
    provider_ids: Collection[int], month: date, model: ScoringModel, moment: datetime | None
) -> dict[int, tuple[int, int, int]]:
    """Per provider its newest survey of the year up to a month: yes, answers, people.

    People are the most that answered one question. Empty when the model does not ask for it.
    """
    asks = next((c for c in model.criteria if CRITERIA[c.code].asks_learners), None)
    if asks is None:
        return {}
    query: Any = SurveyCount.select(
        SurveyCount.provider, SurveyCount.held_on, SurveyCount.question, SurveyCount.answer,
        SurveyCount.count,
    ).where(
        SurveyCount.provider.in_(list(provider_ids)),
        SurveyCount.held_on.between(add_months(month, 1 - SURVEY_MONTHS), month_end(month)),
    )  # fmt: skip
    if moment is not None:
        query = query.where(SurveyCount.entered_at <= moment)
    answers: dict[int, dict[date, dict[str, Counter[str]]]] = defaultdict(dict)
    for provider, day, question, answer, count in query.tuples():
        counted = answers[provider].setdefault(day, {}).setdefault(question, Counter())
        counted[answer] += count
    surveys = {}
    for provider, by_day in answers.items():
        questions = by_day[max(by_day)].values()
        people = max(counted.total() for counted in questions)
        yes = sum(counted["ja"] for counted in questions)
        surveys[provider] = (yes, sum(counted.total() for counted in questions), people)
    return surveys


def _answered(provider_ids: Collection[int], month: date, moment: datetime | None) -> set[int]:
    """Of which providers a delivery or a nil return of the month is held, now or at a moment."""
    is_held = Delivery.state == "held"
    if moment is not None:
        is_held = (Delivery.decided_at <= moment) & (
            Delivery.withdrawn_at.is_null() | (Delivery.withdrawn_at > moment)
        )
    query: Any = (
        DeliveryMonth.select(Delivery.provider)
        .join(Delivery)
        .where(
            DeliveryMonth.month == month,
            is_held,
            Delivery.provider.in_(list(provider_ids)),
        )
    )
    return {provider for (provider,) in query.tuples()}
