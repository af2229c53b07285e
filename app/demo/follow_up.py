"""What people did with the figures: talks, agreements, complaints, reactions and signals."""

from contextlib import suppress
from datetime import date, datetime

from core.dates import add_months, days
from core.errors import DomainError
from providers.codes import LearningRoute
from providers.models import Provider
from quality.agreements.operations import (
    close_agreement,
    close_complaint,
    make_agreement,
    record_talk,
    register_complaint,
)
from quality.cards.reactions import answer, react
from quality.evaluation.models import HeardPoint
from quality.evaluation.operations import answer_point, load_reference_evaluation
from quality.indicators.models import Indicator
from quality.indicators.operations import (
    compute_value,
    define_indicator,
    load_reference_figures,
)
from quality.learners.acts import (
    ANSWERED as ANSWERED_SIGNAL,
    ESCALATED,
    HANDLED,
    NEW,
    SNOOZED,
    TALK,
)
from quality.learners.models import LearnerNote
from quality.learners.operations import act, newest_month_over, note, refresh_signals
from quality.models import Signal
from quality.surveys.operations import import_answers
from quality.surveys.rules import ANSWERS, QUESTIONS, AnswerRow

SIGNAL_MONTHS = 3
"""So many months are looked at, so that a signal knows since when it holds."""


def follow_up(last: date, *, by: str, at: datetime) -> None:
    """Leave something to follow on every page that is about acting."""
    _agreements(last, by=by, at=at)
    _complaints(last, by=by, at=at)
    _reactions(last, by=by, at=at)
    _heard(last, by=by, at=at)
    _indicators(last, by=by, at=at)
    # Loading saw them all in the last month; now month by month, so that each knows since when.
    Signal.delete().execute()
    for back in range(1 - SIGNAL_MONTHS, 1):
        month = add_months(last, back)
        for provider in Provider.select():
            # Who did not deliver the last month is looked at over the one before.
            newest = newest_month_over(provider.id, add_months(last, 1))
            if newest is not None:
                refresh_signals(provider, min(month, newest))
        if back < 0:
            _dealt_with(at - days(30 * -back))


DEALT_WITH = (
    ("stagnatie", HANDLED, "groep"), ("koers", HANDLED, "gesprek"),
    ("koers", ESCALATED, "extra_les"), ("verzuim", HANDLED, "gesprek"),
    ("koers", SNOOZED, "examen"),
)  # fmt: skip
"""What Dalfsen does each month with the signals that are new then, as far as there are any."""


def _dealt_with(at: datetime) -> None:
    for kind, what, reason in DEALT_WITH:
        new = (Signal.municipality == 148) & Signal.open & (Signal.status == NEW)
        one = Signal.select().where(new, Signal.kind == kind).order_by(Signal.id).first()
        if one is not None:
            act(one, what, reason, by="dalfsen@regio.example", at=at, until=at.date() + days(90))
            talked = {"municipality": 148, "number": one.track.number, "reason": TALK}
            if what == HANDLED and not LearnerNote.get_or_none(**talked):
                on = at.date() - days(3)
                note(*talked.values(), on=on, by="dalfsen@regio.example", at=at)
            if what == ESCALATED:
                sender = f"administratie van {one.provider.name}"
                act(one, ANSWERED_SIGNAL, "groep", by=sender, at=at + days(5))


DONE_WITH_POINTS = (
    "in de eisen voor de inkoop staat dat 80 % van de lessen door een bevoegde docent is",
    "aanbieders melden elke maand of de les aansluit; afwijkende groepen komen in het gesprek",
    "de vragenlijst onder cursisten vraagt naar uitleg, en gaat elk kwartaal rond",
    "in de eisen staat een minimum van twaalf uur per week voor de B1-route",
    "een aanbieder start een groep in Lemelerveld zodra zich acht cursisten melden",
    "de norm voor de wachttijd is vier weken; de gemeente ziet elke maand wie langer wacht",
    "het oordeel over vijf criteria staat elke maand op een pagina voor alle gemeenten",
    "nog in onderzoek: werkgevers kijken of een derde dagdeel past",
    "de consulent maakt het plan samen met de cursist, en bespreekt het twee keer per jaar",
    "de regio zet haar cijfers naast die van andere regio's",
    "de begeleiding loopt door tot een half jaar na de start van een baan",
)
"""What Dalfsen did with each point: invented, the evaluation does not tell it."""


def _indicators(last: date, *, by: str, at: datetime) -> None:
    """The indicators of Dalfsen and one of the region, computed over the last two years."""
    load_reference_figures(by=by, at=at)
    load_reference_evaluation(by=by, at=at)
    points = HeardPoint.select().order_by(HeardPoint.number)
    for point, what in zip(points, DONE_WITH_POINTS, strict=True):
        answer_point(point, follow_up=f"Voorbeeld: {what}", by=by, at=at)
    define_indicator(
        number="R1", name="Aandeel inburgeraars met een PIP binnen tien weken, hele regio",
        unit="%", better="higher", municipality=None, computation="plan_in_time/plan_due",
        definition="", by=by, at=at,
    )  # fmt: skip
    for indicator in Indicator.select().where(Indicator.computation.is_null(False)):
        for year in (last.year - 1, last.year):
            # Where nobody is asked, or no one passed (a short demo), there is no figure.
            with suppress(DomainError):
                compute_value(indicator=indicator, year=year, last_month=last, by=by, at=at)


ANSWERED = {
    "TA001": ((24, 6, 2), (20, 9, 3), (22, 8, 2), (18, 10, 4), (26, 4, 2)),
    "TA002": ((19, 7, 3), (21, 6, 2), (15, 10, 4), (9, 8, 12), (20, 6, 3)),
    "TA004": ((2, 1, 1), (3, 1, 0), (2, 2, 0), (1, 2, 1), (3, 0, 1)),
}
"""Yes, a little and no to each question; of one school too few answered to show."""


def _heard(last: date, *, by: str, at: datetime) -> None:
    """A survey at three schools in the last month."""
    held_on = last + days(9)
    rows = [
        AnswerRow(0, code, held_on, question, answer, count)
        for code, answered in ANSWERED.items()
        for question, counts in zip(QUESTIONS, answered, strict=True)
        for answer, count in zip(ANSWERS, counts, strict=True)
    ]
    import_answers(rows, by=by, at=at)


def _provider(code: str) -> Provider:
    provider: Provider = Provider.get(Provider.code == code)
    return provider


def _agreements(last: date, *, by: str, at: datetime) -> None:
    slipping = _provider("TA002")
    held_on = add_months(last, -1) + days(16)
    talk = record_talk(
        provider=slipping,
        held_on=held_on,
        subject="Wachttijd",
        report="Twee docenten vertrokken in het voorjaar. Nieuwe groepen starten daardoor later.",
        by=by,
        at=at,
    )
    make_agreement(
        provider=slipping,
        kind="plan",
        text="Elke maand een nieuwe B1-groep starten, tot niemand langer dan vier weken wacht",
        agreed_on=held_on,
        due_on=add_months(last, 3),
        criterion="wachttijd",
        route=int(LearningRoute.B1),
        threshold=75.0,
        talk=talk,
        by=by,
        at=at,
    )
    make_agreement(
        provider=_provider("TA003"),
        kind="agreement",
        text="Drie docenten in opleiding halen hun registratie bij BVNT2",
        agreed_on=add_months(last, -6),
        due_on=add_months(last, 2),
        criterion="bevoegd",
        route=int(LearningRoute.B1),
        threshold=70.0,
        talk=None,
        by=by,
        at=at,
    )
    evenings = make_agreement(
        provider=_provider("TA005"),
        kind="agreement",
        text="Twee avondgroepen openen",
        agreed_on=add_months(last, -8) + days(9),
        due_on=add_months(last, 1),
        criterion="avond_weekend",
        route=int(LearningRoute.B1),
        threshold=10.0,
        talk=None,
        by=by,
        at=at,
    )
    close_agreement(
        evenings, cancelled=False, note="Beide groepen draaien sinds dit voorjaar.", by=by, at=at
    )
    done = make_agreement(
        provider=_provider("TA008"),
        kind="agreement",
        text="De export van de uren controleren voordat het bestand wordt verstuurd",
        agreed_on=add_months(last, -1),
        due_on=last + days(10),
        criterion=None,
        route=None,
        threshold=None,
        talk=None,
        by=by,
        at=at,
    )
    close_agreement(done, cancelled=False, note="De export is aangepast en getest.", by=by, at=at)


def _complaints(last: date, *, by: str, at: datetime) -> None:
    register_complaint(
        provider=_provider("TA002"),
        received_on=last + days(5),
        kind="wachttijd",
        route=int(LearningRoute.B1),
        municipality="0166",
        summary="Een cursist wacht al meer dan tien weken op de eerste les.",
        internal_note="",
        by=by,
        at=at,
    )
    closed = register_complaint(
        provider=_provider("TA007"),
        received_on=add_months(last, -2) + days(9),
        kind="frequentie",
        criterion="avond_weekend",
        route=int(LearningRoute.B1),
        municipality="1708",
        summary="Een cursist die overdag werkt, vond geen avondles in de buurt.",
        internal_note="",
        by=by,
        at=at,
    )
    close_complaint(
        closed, outcome="De cursist volgt nu avondles bij een andere aanbieder.", by=by, at=at
    )


def _reactions(last: date, *, by: str, at: datetime) -> None:
    slipping, few_teachers = _provider("TA002"), _provider("TA003")
    answered = react(
        few_teachers,
        route=int(LearningRoute.B1),
        month=add_months(last, -3),
        criterion="bevoegd",
        text="Drie van onze docenten zijn in opleiding. Zij examineren dit najaar.",
        by=f"administratie van {few_teachers.name}",
        at=at - days(40),
    )
    answer(
        answered,
        text="Dank voor de toelichting. De afspraak loopt tot de registratie rond is.",
        by=by,
        at=at - days(33),
    )
    react(
        slipping,
        route=int(LearningRoute.B1),
        month=last,
        criterion="wachttijd",
        text="In november starten twee nieuwe groepen. Wij verwachten dan een kortere wachttijd.",
        by=f"administratie van {slipping.name}",
        at=at - days(2),
    )
