"""What the tabs of one aanbieder tell about its lessons, route by route."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from core import small_numbers
from core.charts.pictures import Chart
from providers.codes import LearningRoute
from providers.models import Provider
from providers.register.queries import dossier
from quality.cards.inputs import newest_month_of
from quality.cards.queries import model_in_force
from quality.charts.gallery import hours_chart
from quality.lessons import words as lesson_words
from quality.lessons.intensity import MILESTONES, Lessons, toward
from quality.lessons.queries import attended_so_far, claims, lessons_by_month
from quality.lessons.teacher_claim import Claim


@dataclass(frozen=True)
class RouteHours:
    """One route: its hours of a year, and how far its learners are."""

    route: LearningRoute
    lessons: Lessons
    chart: Chart
    sentence: str
    rows: list[tuple[str, ...]]
    milestone: int | None
    far: list[tuple[str, str]]


def intensity(provider: Provider) -> dict[str, Any]:
    """Promised, offered and attended hours of the last year; nothing before the first delivery."""
    last = newest_month_of(provider.id)
    if last is None:
        return {"month": None, "routes": []}
    attended = attended_so_far(provider.id, last)
    routes = [
        _route_hours(provider, LearningRoute.from_code(code), lessons, last, attended)
        for code, lessons in sorted(lessons_by_month(provider, last).items())
    ]
    return {"month": last, "routes": routes}


def _route_hours(
    provider: Provider,
    route: LearningRoute,
    lessons: Lessons,
    last: date,
    attended: dict[str, list[int]],
) -> RouteHours:
    name = f"{provider.code}-{route.code}-{last:%Y-%m}"
    goal = MILESTONES.get(route.code)
    counts = toward(route.code, attended.get(route.code, [])) if goal else {}
    enough = sum(counts.values()) >= small_numbers.MINIMUM
    far = small_numbers.parts_of_total(counts) if enough else {}
    return RouteHours(
        route,
        lessons,
        hours_chart(lessons, last, end=name, of=f"{provider.name}, {route.label}"),
        lesson_words.shortfall_words(lessons),
        lesson_words.rows(lessons),
        goal,
        [(label, small_numbers.count_or_hidden(count)) for label, count in far.items()],
    )


def hours_rows(provider: Provider) -> Iterator[tuple[Any, ...]]:
    """The same hours for a download."""
    last = newest_month_of(provider.id)
    for code, lessons in lessons_by_month(provider, last).items() if last else ():
        for row in lesson_words.plain_rows(lessons):
            yield LearningRoute.from_code(code).label, *row


@dataclass(frozen=True)
class Teaching:
    """Who taught, month by month, and what the register says of it."""

    claims: list[Claim]
    exceptions: list[tuple[LearningRoute, date]]
    most_hours: int

    @property
    def doubtful(self) -> list[Claim]:
        """The months that someone should ask about, newest first."""
        return [claim for claim in self.claims if claim.verdict.doubtful]

    @property
    def without_size(self) -> bool:
        """Whether somewhere the size of a group had to be assumed."""
        return any(claim.taught.without_size for claim in self.claims)


def teaching(provider: Provider, day: date) -> Teaching:
    """Layers of a year of lessons, and the claims against the register; empty without lessons."""
    last = newest_month_of(provider.id)
    most_hours = model_in_force(last or day).docent_month_hours
    exceptions = [
        (LearningRoute(route), terms.exception_until)
        for route, terms in dossier(provider).terms_on(day).items()
        if terms.exception_until is not None
    ]
    listed = claims(provider.id, last, most_hours=most_hours) if last else []
    return Teaching(listed, exceptions, most_hours)
