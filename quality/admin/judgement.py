"""Pages of one judgement: the explanation to the last digit, and the rows behind it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import g, request
from flask_admin import expose
from werkzeug.wrappers import Response

from core.accounts import may, visible
from core.admin import Page
from core.charts.pictures import Chart
from core.dates import add_months, day_end, month_end, today
from core.export import download
from core.formats import MISSING, moment_text, number_text, percent_text
from core.pages.purposes import asks_purpose
from core.small_numbers import count_or_hidden
from providers.codes import TrackStatus
from providers.models import CURRENT, CourseTrack, ProgressRecord
from providers.register.queries import known_since
from quality.admin.hearing import invitation_of, reactions_on
from quality.admin.scores import ROUTES, card_or_404, mark_is_outdated, month_or_404
from quality.agreements.queries import complaints_by_criterion, open_kinds
from quality.agreements.rules import CRITERION_OF_COMPLAINT, Standing, standings
from quality.cards import (
    explanation_words,
    operations,
    queries as cards,
    words as score_words,
)
from quality.cards.explanation import Change, change_since_last_month, difference
from quality.cards.explanation_words import signed
from quality.cards.queries import OUTSIDE, shown_tree
from quality.charts import gallery
from quality.charts.words import NOTHING_CAME
from quality.learners.queue import Person, PlaceRow, Queue, by_municipality, people, queues
from quality.method import words as method_words
from quality.method.criteria import CRITERIA, WAITING
from quality.method.curve import Step
from quality.method.explain import least_sure, needed_for_good, sentence
from quality.method.model import ScoringModel
from quality.models import ScoreCard

STATUSES = {int(status): status.label for status in TrackStatus}
ROWS_ON_A_PAGE = 50
PICTURED = tuple(code for code, measure in CRITERIA.items() if measure.picture)


def revisions_of(card: ScoreCard) -> list[ScoreCard]:
    """What was computed beside a fixed card since."""
    query = cards.cards_of(
        card.month, provider_ids=[card.provider.id], route=card.result["route"], revisions=True
    )
    return [revision for revision in query if revision.revision > 0]


class JudgementPage(Page):
    """One provider on one route in one month."""

    thing = "scores"

    @expose("/")
    def one(self, month: str, code: str, route: str) -> str:
        """Explain one judgement: sentence, criteria, what is needed, what changed."""
        day = month_or_404(month)
        card = card_or_404(day, code, route)
        tree = shown_tree(card, g.account)
        model = cards.model_named(card.model)
        queue = queue_of(card, model)
        sees_rows = may(g.account, "read", "progress")
        return self.render(
            "quality/judgement.html",
            card=card,
            tree=tree,
            month=day,
            reference_day=month_end(day),
            route=ROUTES[route],
            labels={c: measure.label for c, measure in CRITERIA.items()},
            measures=CRITERIA,
            working=sentence(tree),
            open_on=least_sure(tree),
            needed=needed_for_good(tree, model),
            model=model,
            change=change_since_last_month(card),
            words=score_words,
            explained=explanation_words,
            charts=_charts(card, tree),
            standings=_standings(card, tree),
            complaints=_complaints(card),
            steps=() if queue is None or g.account.role in OUTSIDE else queue.steps,
            people=_people(queue, day) if sees_rows else [],
            places=[] if queue is None else by_municipality(queue.people, day, g.account),
            outdated=mark_is_outdated(tree),
            alike=alike_texts(card, tree, model),
            method_words=method_words,
            earlier=_as_known(card),
            revisions=_revision_rows(card),
            reactions=list(reactions_on(card)) if may(g.account, "read", "reactions") else None,
            invitation=invitation_of(card),
            may_react=may(g.account, "create", "reactions"),
            may_answer=may(g.account, "change", "reactions"),
            may_see_rows=sees_rows,
            address={"month": month, "code": code, "route": route},
            other_months=_neighbours(card),
            change_rows=_change_rows,
            steps_rows=_steps_rows,
            person_rows=_person_rows,
            place_rows=place_rows,
        )


def _standings(card: ScoreCard, tree: dict[str, Any]) -> dict[str, Standing]:
    """Where a criterion stands, of those about which an agreement or a plan runs."""
    if not may(g.account, "read", "agreements"):
        return {}
    running = open_kinds([card.provider.id])
    return standings(running, card.provider.id, card.route, tree)


def _complaints(card: ScoreCard) -> dict[str | None, str] | None:
    """What is said of the complaints per criterion; None for who may not read them."""
    if not may(g.account, "read", "complaints"):
        return None
    outside = g.account.role in OUTSIDE
    last = month_end(card.month)
    by_criterion = complaints_by_criterion(card.provider, card.route, g.account, last=last)
    codes = {*CRITERION_OF_COMPLAINT.values(), *by_criterion}
    return {
        code: explanation_words.complaint_words(by_criterion.get(code, {}), outside=outside)
        for code in codes
        if code is not None or code in by_criterion
    }


def _charts(card: ScoreCard, tree: dict[str, Any]) -> dict[str, Chart]:
    """By kind: the score, the criteria, and how long it takes to start where that may be told.

    The same charts as everywhere else: drawn ahead, and with norm and suspensions.
    """
    route, kinds = card.result["route"], ["score", *PICTURED]
    if tree["criteria"][WAITING.code]["judged"] and g.account.role not in OUTSIDE:
        kinds.append("wachtcurve")
    history = gallery.history(card.month, [card.provider.id], today=today())
    drawn = gallery.provider_charts(history, card.provider, {route: kinds}).get(route, [])
    return {gallery.kind_of(chart): chart for chart in drawn}


@dataclass(frozen=True)
class Known:
    """The same judgement with what was known on an earlier day."""

    day: str
    mistake: str = ""
    tree: dict[str, Any] | None = None
    same_rows: bool | None = None
    register_since: datetime | None = None
    """When the register was first kept, where that is after the day."""


def _as_known(card: ScoreCard) -> Known:
    asked = request.args.get("op", "").strip()
    if not asked:
        return Known("")
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        return Known("", mistake="Vul een datum in, bijvoorbeeld 2026-06-30.")
    codes = [card.provider.code]
    for earlier in operations.as_known_on(card.month, day_end(day), codes=codes):
        if earlier.route == card.route:
            same = earlier.fingerprint == card.fingerprint if card.fingerprint else None
            since = known_since(card.provider)
            later = since if since is not None and since > day_end(day) else None
            tree = shown_tree(earlier, g.account)
            return Known(asked, tree=tree, same_rows=same, register_since=later)
    return Known(asked, mistake="Op die dag was er nog niets bekend over deze maand.")


def _change_rows(change: Change) -> list[tuple[str, str]]:
    return [
        (CRITERIA[code].label, signed(difference)) for code, difference in change.criteria.items()
    ]


def _steps_rows(steps: Sequence[Step]) -> list[tuple[str, ...]]:
    return [
        (str(s.day), str(s.at_risk), str(s.events), percent_text(100 * s.survival)) for s in steps
    ]


def _people(queue: Queue | None, month: date) -> list[Person]:
    """Everyone behind the waiting time, as far as the account may see the learners."""
    return [] if queue is None else people(queue.people, month, g.account)


def _person_rows(listed: list[Person]) -> list[tuple[str, ...]]:
    return [(one.number, one.municipality, one.outcome, str(one.days)) for one in listed]


def place_rows(places: list[PlaceRow]) -> list[tuple[str, ...]]:
    """The wait per gemeente as cells."""
    return [
        (
            row.municipality,
            count_or_hidden(row.n),
            MISSING if row.share is None else percent_text(row.share),
            count_or_hidden(row.waiting),
        )
        for row in places
    ]


def _revision_rows(fixed: ScoreCard) -> list[tuple[str, ...]]:
    rows = []
    for card in revisions_of(fixed):
        tree, parts_of = shown_tree(card, g.account), difference(fixed, card)
        parts = (
            (parts_of.total, parts_of.rules, parts_of.corrected, parts_of.added)
            if parts_of
            else (None,) * 4
        )
        rows.append(
            (
                moment_text(card.computed_at),
                number_text(tree["score"]),
                *(signed(part) for part in parts),
                tree["standing"].replace("_", " "),
            )
        )
    return rows


def alike_texts(
    card: ScoreCard, tree: dict[str, Any], model: ScoringModel, only: str | None = None
) -> dict[str, str]:
    """Per criterion the figure against that of learners alike, where that may be told."""
    if model.method == 1 or card.standing in NOTHING_CAME:
        return {}
    from quality.cards.region import compared_on  # noqa: PLC0415  brings numpy along

    compared, code = compared_on(card.month, card.route, only), card.provider.code
    texts = {
        criterion: score_words.alike_words(
            criterion, item, compared.get(criterion, {}).get(code), model.expected_from
        )
        for criterion, item in tree["criteria"].items()
    }
    return {criterion: text for criterion, text in texts.items() if text}


def queue_of(card: ScoreCard, model: ScoringModel) -> Queue | None:
    """The people behind the waiting time of a card, from the rows as they are today.

    A month that was fixed under method 1 counted others than can be listed; it shows nobody.
    """
    if model.method == 1 or card.standing in NOTHING_CAME:
        return None
    return queues(card.provider, card.month, model).get(card.route)


def _neighbours(card: ScoreCard) -> dict[str, Any]:
    def link(step: int) -> date | None:
        month = add_months(card.month, step)
        there = cards.cards_of(
            month, provider_ids=[card.provider.id], route=card.result["route"]
        ).exists()
        return month if there else None

    return {"previous": link(-1), "next": link(1)}


ROW_HEADER = (
    "Trajectnummer", "Maand", "Status", "Aanmelding", "Eerste les", "Einde", "Uren aangeboden",
    "Uren gevolgd", "Uren bevoegd", "Uren avond/weekend",
)  # fmt: skip


class RowsPage(Page):
    """The rows behind one judgement, for those who may see learners."""

    thing = "progress"

    def _rows(self, month: str, code: str, route: str) -> tuple[ScoreCard, Any]:
        day = month_or_404(month)
        card = card_or_404(day, code, route)
        query = (
            ProgressRecord.select(ProgressRecord, CourseTrack.number)
            .join(CourseTrack)
            .where(
                CURRENT,
                ProgressRecord.provider == card.provider,
                ProgressRecord.route == card.route,
                ProgressRecord.month.between(add_months(day, -2), day),
            )
            .order_by(CourseTrack.number, ProgressRecord.month)
        )
        return card, visible(ProgressRecord, g.account, query)

    @expose("/")
    def index(self, month: str, code: str, route: str) -> str:
        """Show the rows of the three months that the hours are summed over."""
        card, rows = self._rows(month, code, route)
        count = rows.count()
        parts = max(-(-count // ROWS_ON_A_PAGE), 1)
        part = min(max(request.args.get("deel", 1, type=int), 1), parts)
        return self.render(
            "quality/rows.html",
            card=card,
            month=card.month,
            route=ROUTES[route],
            rows=list(rows.paginate(part, ROWS_ON_A_PAGE)),
            count=count,
            part=part,
            parts=parts,
            statuses=STATUSES,
            address={"month": month, "code": code, "route": route},
        )

    @expose("/rijen.<any(csv, xlsx):kind>")
    @asks_purpose
    def download(self, month: str, code: str, route: str, kind: str) -> Response:
        """Give those rows as a file."""
        card, rows = self._rows(month, code, route)
        name = f"rijen-{card.provider.code}-{route}-{month}"
        return download(name, kind, ROW_HEADER, _row_cells(rows))


def _row_cells(rows: Any) -> Iterator[tuple[Any, ...]]:
    for row in rows.iterator():
        yield (
            row.track.number, f"{row.month:%Y-%m}", STATUSES[row.status], row.registered_on,
            row.first_lesson_on, row.ended_on, row.minutes_offered / 60, row.minutes_attended / 60,
            row.minutes_certified / 60, row.minutes_evening_weekend / 60,
        )  # fmt: skip
