"""The timeline of one aanbieder: where an event leads, and its days under their years."""

from collections.abc import Sequence
from itertools import groupby

from flask import url_for

from core.formats import day_text
from providers.codes import LearningRoute
from quality.cards.timeline_queries import Event, EventKind

Item = tuple[str, EventKind, str, str | None]

# The page of a row by its number; of a kind without one, the tab that lists it.
ONE = {
    EventKind.AGREEMENT: "agreements.one",
    EventKind.COMPLAINT: "complaints.one",
}
TAB = {
    EventKind.MARK: "providers.mark",
    EventKind.CONTRACT: "providers.contracts",
    EventKind.TALK: "agreements.index",
    EventKind.DELIVERY: "providers.deliveries",
}


def place_of(event: Event, code: str) -> str:
    """The address of what an event is about."""
    if isinstance(event.key, tuple):
        month, route = event.key
        return url_for(
            "judgement.one",
            month=f"{month:%Y-%m}",
            code=code,
            route=LearningRoute(route).code,
        )
    if event.kind is EventKind.MODEL:
        return url_for("models.one", number=event.key)
    if event.kind is EventKind.DELIVERY and event.key is not None:
        return url_for("deliveries.one", number=event.key)
    if event.kind in ONE:
        return url_for(ONE[event.kind], code=code, number=event.key)
    return url_for(TAB[event.kind], code=code)


def by_year(events: Sequence[Event], code: str) -> list[tuple[int, list[Item]]]:
    """Events as the page lists them, newest year first."""
    return [
        (year, [(day_text(e.on), e.kind, e.text, place_of(e, code)) for e in of_year])
        for year, of_year in groupby(events, key=lambda event: event.on.year)
    ]
