"""What can be measured: one entry per criterion, and the small functions that measure it.

A sixth criterion is one entry in ``CRITERIA`` (with a column in ``HOUR_COLUMNS`` when it needs one
that is not there) and a weight in the scoring model. ``aanwezigheid`` is such a sixth, shipped
with weight 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from core.dates import month_end
from quality.method.basis_2026.judgement import Measured
from quality.method.basis_2026.scoring_model import Criterion, ScoringModel
from quality.method.basis_2026.waiting import Stay, WaitingTime, summarise

HOUR_COLUMNS = (
    "offered",
    "certified",
    "evening_weekend",
    "attended",
    "authorised",
    "unauthorised",
    "in_training",
    "lesson_minutes",
    "learner_days",
    "asked",
)
"""Sums per trajectory over a window: minutes, but for learner days and asked (0 or 1).

``lesson_minutes`` and ``learner_days`` leave out the rows that are wachtend or gepauzeerd.
"""


@dataclass(frozen=True, slots=True)
class HourSums:
    """The sums of one trajectory over a window of months."""

    offered: int = 0
    certified: int = 0
    evening_weekend: int = 0
    attended: int = 0
    authorised: int = 0
    unauthorised: int = 0
    in_training: int = 0
    lesson_minutes: int = 0
    learner_days: int = 0
    asked: int = 0


@dataclass(frozen=True, slots=True)
class MarkStatus:
    """Status of the quality mark on the reference day, with when it was last checked."""

    status: str = "geen"
    valid: bool = False
    checked_on: date | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class RouteInputs:
    """Everything that the judgement of one provider on one route in one month rests on.

    ``stays`` and ``hours`` are per trajectory; ``hours`` once per length of window.
    """

    provider: str
    route: str
    month: date
    delivered: bool
    active: int = 0
    stays: Mapping[int, Stay] = field(default_factory=dict)
    hours: Mapping[int, Mapping[int, HourSums]] = field(default_factory=dict)
    mark: MarkStatus = MarkStatus()
    recognised: bool = False
    exception_until: date | None = None
    contract_norm_days: int | None = None

    @property
    def reference_day(self) -> date:
        """Peildatum."""
        return month_end(self.month)


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a criterion measured: figure, numerator, denominator, n, and what is shown beside it."""

    figure: Measured
    numerator: float | None = None
    denominator: float | None = None
    n: int | None = None
    interval: tuple[float, float] | None = None
    status: str | None = None
    beside: Mapping[str, object] = field(default_factory=dict)


NO_DELIVERY = "er is geen levering voor deze maand"


@dataclass(frozen=True, slots=True)
class Measure:
    """Label, unit and definition of a criterion."""

    code: str
    label: str
    unit: str
    definition: str
    decimals: int = 1


@dataclass(frozen=True, slots=True)
class Ratio(Measure):
    """Two sums over the trajectories, divided: hours by hours, or hours by learner-weeks."""

    numerator: str = ""
    denominator: str = ""
    denominator_unit: int = 60
    factor: float = 100

    def value(self, numerator: float, denominator: float) -> float:
        """The value from the two sums (minutes; learner days for weeks)."""
        return self.factor * (numerator / 60) / (denominator / self.denominator_unit)

    def measure(
        self, inputs: RouteInputs, criterion: Criterion, model: ScoringModel
    ) -> Measurement:
        """Sum over the trajectories of the window, then divide once."""
        if not inputs.delivered:
            return Measurement(Measured.missing(NO_DELIVERY))
        sums = inputs.hours.get(criterion.window_months, {}).values()
        top = sum(getattr(one, self.numerator) for one in sums)
        bottom = sum(getattr(one, self.denominator) for one in sums)
        n = sum(one.offered > 0 for one in sums)
        if n == 0 or bottom == 0:
            figure = Measured.missing("er zijn geen lesuren in deze periode")
        elif n < model.minimum_n:
            figure = Measured.too_few(f"er zijn minder dan {model.minimum_n} trajecten met lesuren")
        else:
            figure = Measured.of(self.value(top, bottom))
        return Measurement(
            figure,
            numerator=top / 60,
            denominator=bottom / self.denominator_unit,
            n=n,
            beside=self.beside(inputs, criterion),
        )

    def beside(self, inputs: RouteInputs, criterion: Criterion) -> dict[str, object]:
        """What is reported beside the value, without changing it."""
        sums = list(inputs.hours.get(criterion.window_months, {}).values())
        if self.code == "avond_weekend":
            asked = [one for one in sums if one.asked]
            return {"asked": len(asked), "met": sum(one.evening_weekend > 0 for one in asked)}
        if self.code == "bevoegd":
            until = inputs.exception_until
            return {
                "in_training_hours": sum(one.in_training for one in sums) / 60,
                "exception_until": until.isoformat() if until else None,
            }
        return {
            "attended_hours": sum(one.attended for one in sums) / 60,
            "authorised_hours": sum(one.authorised for one in sums) / 60,
            "unauthorised_hours": sum(one.unauthorised for one in sums) / 60,
        }


def waiting_norm(inputs: RouteInputs, criterion: Criterion) -> int:
    """The norm of the contract in force, where it sets one; otherwise the model's."""
    return inputs.contract_norm_days or criterion.norm_days or 28


@dataclass(frozen=True, slots=True)
class Waiting(Measure):
    """Share started within the norm, with everyone who still waits counted."""

    def measure(
        self, inputs: RouteInputs, criterion: Criterion, model: ScoringModel
    ) -> Measurement:
        """Kaplan-Meier over the window."""
        norm = waiting_norm(inputs, criterion)
        source = "model" if inputs.contract_norm_days is None else "contract"
        told = {"norm_days": norm, "norm_source": source}
        if not inputs.delivered:
            nothing = dict.fromkeys(self.beside(summarise([], norm)))
            return Measurement(Measured.missing(NO_DELIVERY), beside={**told, **nothing})
        times = summarise(list(inputs.stays.values()), norm)
        if times.n == 0:
            figure = Measured.missing("niemand wachtte of begon in deze periode")
        elif times.n < model.minimum_n:
            figure = Measured.too_few(f"er doen minder dan {model.minimum_n} trajecten mee")
        elif times.share is None:
            figure = Measured.missing(f"niemand is al {norm} dagen gevolgd")
        else:
            figure = Measured.of(100 * times.share)
        interval = times.interval if figure.known else None
        return Measurement(
            figure,
            numerator=times.started_within_norm,
            denominator=times.n,
            n=times.n,
            interval=None if interval is None else (100 * interval[0], 100 * interval[1]),
            beside={**told, **self.beside(times)},
        )

    @staticmethod
    def beside(times: WaitingTime) -> dict[str, object]:
        """Median, queue and the naive mean."""
        return {
            "median_days": times.median_days,
            "p90_days": times.p90_days,
            "waiting": times.waiting,
            "longest_wait": times.longest_wait,
            "over_42": times.over_42,
            "over_70": times.over_70,
            "started": times.started,
            "left_unstarted": times.left,
            "naive_mean": times.naive_mean,
        }


@dataclass(frozen=True, slots=True)
class Mark(Measure):
    """Status of the quality mark; on the onderwijsroute it does not count."""

    def measure(
        self, inputs: RouteInputs, criterion: Criterion, model: ScoringModel
    ) -> Measurement:
        """The status of the reference day; it always has points, if only 0."""
        if not criterion.applies_to(inputs.route):
            reason = "het keurmerk telt niet mee op deze leerroute"
            return Measurement(Measured.not_applicable(reason))
        mark, day = inputs.mark, inputs.reference_day
        limit = timedelta(days=model.mark_check_days)
        stale = mark.valid and (mark.checked_on is None or day - mark.checked_on > limit)
        checked = mark.checked_on.isoformat() if mark.checked_on else None
        points = (criterion.statuses or {}).get(mark.status, 0.0)
        return Measurement(
            Measured.of(points),
            status=mark.status,
            beside={"checked_on": checked, "stale": stale, "source": mark.source},
        )


CRITERIA: dict[str, Waiting | Ratio | Mark] = {
    measure.code: measure
    for measure in (
        Waiting(
            "wachttijd",
            "Wachttijd",
            "% binnen de norm",
            "Aandeel van de trajecten dat binnen de norm begint. Wie nog wacht, telt mee.",
        ),
        Ratio(
            "bevoegd",
            "Bevoegde docenten",
            "% van de lesuren",
            "Uren van een bevoegde docent, gedeeld door alle aangeboden uren.",
            numerator="certified",
            denominator="offered",
        ),
        Ratio(
            "intensiteit",
            "Intensiteit",
            "uren per week",
            "Aangeboden uren, gedeeld door de weken dat een deelnemer les kon hebben.",
            numerator="lesson_minutes",
            denominator="learner_days",
            denominator_unit=7,
            factor=1,
        ),
        Ratio(
            "avond_weekend",
            "Avond en weekend",
            "% van de lesuren",
            "Uren in de avond of het weekend, gedeeld door alle aangeboden uren.",
            numerator="evening_weekend",
            denominator="offered",
        ),
        Mark(
            "keurmerk",
            "Blik op Werk",
            "status",
            "Status van het Blik op Werk Keurmerk Inburgeren op de peildatum.",
        ),
        Ratio(
            "aanwezigheid",
            "Aanwezigheid",
            "% van de lesuren",
            "Gevolgde uren, gedeeld door alle aangeboden uren.",
            numerator="attended",
            denominator="offered",
        ),
    )
}
