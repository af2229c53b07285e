"""A plan as MS Project opens it, so that its own recalculation gives the dates of the plan."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from xml.etree import ElementTree as Xml

from core import municipalities
from core.dates import Calendar, holidays_of
from procurement.exchange.msproject import (
    ASAP,
    ELAPSED_DAYS,
    FIELDS,
    LINK_TYPE,
    MINUTES_PER_DAY,
    NAMESPACE,
    START_NO_EARLIER,
    STEP_FIELDS,
    TENTHS,
    WORKING_DAYS,
    fingerprints,
    noon,
    numbers,
)
from procurement.plan.documents import PlanDecision, PlanStep
from procurement.plan.outlook import Outlook
from procurement.plan.planning import Forecast, finished_on, in_order
from procurement.plan.steps import SETTLED, Kind, Link, LinkType, Outcome, Step, Unit

PROJECT_CALENDAR, EVERY_DAY = "1", "2"
# Half a day on either side of noon.
MORNING, AFTERNOON = (time(8), time(12)), (time(13), time(17))
HALF_DAY = MINUTES_PER_DAY // 2
AHEAD = timedelta(days=730)


def write_mspdi(outlook: Outlook) -> bytes:
    """The plan as MSPDI: steps, links, constraints, actuals, calendar and the last planversie."""
    Xml.register_namespace("", NAMESPACE)
    root = _File(outlook).root
    return Xml.tostring(root, encoding="UTF-8", xml_declaration=True)


class _File:
    """One file being written; remembers when Project lets each step start and end."""

    def __init__(self, outlook: Outlook) -> None:
        self.outlook = outlook
        self.document = outlook.document
        self.calendar: Calendar = outlook.plan.calendar
        self.steps = {step.code: step for step in outlook.plan.steps}
        self.begins: dict[str, datetime] = {}
        days = [f.start for f in outlook.forecasts.values()]
        self.first = min([outlook.plan.starts_on, *days])
        self.last = max([self.first, *(f.end for f in outlook.forecasts.values())]) + AHEAD
        self.uids = numbers(self._keys())
        self.row = 0
        self.root = self._project()

    def _keys(self) -> Iterator[str]:
        for step in self.document.steps:
            yield step.code
            yield f"{step.code}|begin"
            yield f"{step.code}|einde"
        for decision in self.document.decisions:
            yield f"{decision.step}|{decision.municipality}"

    def _project(self) -> Xml.Element:
        root = Xml.Element(f"{{{NAMESPACE}}}Project")
        header = self.document.header
        for name, value in (
            ("SaveVersion", "14"),
            ("Name", header.code),
            ("Title", header.name),
            ("ScheduleFromStart", "1"),
            ("StartDate", _moment(noon(self.first))),
            ("CalendarUID", PROJECT_CALENDAR),
            ("DefaultStartTime", "08:00:00"),
            ("DefaultFinishTime", "17:00:00"),
            ("MinutesPerDay", str(MINUTES_PER_DAY)),
            ("MinutesPerWeek", str(5 * MINUTES_PER_DAY)),
            ("DaysPerMonth", "20"),
            ("DurationFormat", WORKING_DAYS),
            ("NewTasksAreManual", "0"),
        ):
            _add(root, name, value)
        attributes = _sub(root, "ExtendedAttributes")
        for number, name, alias in FIELDS.values():
            attribute = _sub(attributes, "ExtendedAttribute")
            _add(attribute, "FieldID", number)
            _add(attribute, "FieldName", name)
            _add(attribute, "Alias", alias)
        self._calendars(_sub(root, "Calendars"))
        order = in_order((s.code for s in self.document.steps), self.document.links)
        of_code = {step.code: step for step in self.document.steps}
        written = {code: self._step(of_code[code]) for code in order}
        tasks = _sub(root, "Tasks")
        # Circles and order were settled; rows stand as the plan has them.
        for step in self.document.steps:
            for task in written[step.code]:
                self.row += 1
                task.insert(1, _element("ID", str(self.row)))
                tasks.append(task)
        return root

    # Calendars

    def _calendars(self, node: Xml.Element) -> None:
        worked = _calendar(node, PROJECT_CALENDAR, "Werkdagen regio")
        _week(worked, range(2, 7), (MORNING, AFTERNOON))
        exceptions = _sub(worked, "Exceptions")
        for first, last, name in self._days_off():
            exception = _sub(exceptions, "Exception")
            _add(exception, "EnteredByOccurrences", "0")
            period = _sub(exception, "TimePeriod")
            _add(period, "FromDate", f"{first}T00:00:00")
            _add(period, "ToDate", f"{last}T23:59:00")
            _add(exception, "Occurrences", str((last - first).days + 1))
            _add(exception, "Name", name)
            _add(exception, "Type", "1")
            _add(exception, "DayWorking", "0")
        every_day = _calendar(node, EVERY_DAY, "Kalenderdagen")
        _week(every_day, range(1, 8), ((time(0), time(0)),))

    def _days_off(self) -> Iterator[tuple[date, date, str]]:
        """Recesses, and holidays that fall in none: Project takes no overlap."""
        recesses: list[tuple[date, date, str]] = []
        for recess in sorted(self.document.recesses, key=lambda r: r.first):
            if recesses and recess.first <= recesses[-1][1]:
                first, last, name = recesses.pop()
                recesses.append((first, max(last, recess.last), name))
            else:
                recesses.append((recess.first, recess.last, recess.name or "reces"))
        yield from recesses
        for year in range(self.first.year, self.last.year + 1):
            for day in holidays_of(year):
                holiday = self.calendar.holiday_on(day)
                if holiday and self.calendar.recess_on(day) is None:
                    yield day, day, holiday

    # Steps

    def _step(self, step: PlanStep) -> list[Xml.Element]:
        code, plan_step = step.code, self.steps[step.code]
        forecast = self.outlook.forecasts[code]
        links = [
            link
            for link in self.document.links
            # What no longer counts is held by nobody's end.
            if link.after == code and not (step.cancelled and link.type is LinkType.FINISH_FINISH)
        ]
        decisions = [
            d
            for d in self.document.decisions
            if d.step == code and d.outcome is not Outcome.NOT_NEEDED
        ]
        if decisions and not step.cancelled:
            return self._decision_step(step, plan_step, forecast, links, decisions)
        worked = (
            step.unit is Unit.WORKING
            and step.kind is not Kind.MILESTONE
            and not step.cancelled
            and self.calendar.is_working_day(forecast.end)
            and forecast.end > self.calendar.next_working_day(forecast.start)
        )
        started = step.actual_start is not None or finished_on(plan_step, forecast.start)
        worked = worked and (not started or self.calendar.is_working_day(forecast.start))
        lags = [self._lag(link, forecast, worked=worked) for link in links]
        begin = noon(forecast.start)
        if worked and not self.calendar.is_working_day(forecast.start):
            day = self.calendar.next_working_day(forecast.start)
            begin = datetime.combine(day, MORNING[0])
        self.begins[code] = begin
        # Project takes no progress before the begin.
        percent = step.progress if begin.date() <= self.outlook.plan.today else 0
        earliest = max((reached for _, _, reached in lags), default=noon(self.first))
        floor = None
        if earliest.date() < forecast.start:
            floor = begin
        elif step.earliest_start is not None and step.earliest_start <= forecast.start:
            floor = noon(step.earliest_start)
        task = self._task(
            code, step.title, begin, noon(forecast.end), worked=worked, floor=floor,
            percent=percent, started=bool(started or percent),
            finished=finished_on(plan_step, forecast.start) is not None,
            deadline=plan_step.deadline, critical=forecast.critical, note=step.note, links=lags,
        )  # fmt: skip
        self._own_fields(task, step)
        self._baseline(task, code, "")
        return [task]

    def _decision_step(
        self,
        step: PlanStep,
        plan_step: Step,
        forecast: Forecast,
        links: list[Link],
        decisions: list[PlanDecision],
    ) -> list[Xml.Element]:
        """A summary with a row per gemeente; its links hold for all of these rows.

        Who decided before the step was to begin stands behind the summary and not under it, so that
        the summary begins when the step does.
        """
        code = step.code
        self.begins[code] = noon(forecast.start)
        lags = [self._lag(k, forecast, worked=False) for k in links]
        # What has begun waits for nothing more; Project would move its rows all the same.
        waits = step.actual_start is None
        outer = [lag for lag in lags if waits and lag[0].type is not LinkType.FINISH_FINISH]
        earliest = max((reached for _, _, reached in outer), default=noon(self.first))
        floor = noon(forecast.start) if earliest.date() < forecast.start else None
        finished = finished_on(plan_step, forecast.start)
        summary = self._task(
            code, step.title, noon(forecast.start), noon(forecast.end), worked=False, floor=None,
            percent=100 if finished else 0, started=False, finished=False,
            deadline=plan_step.deadline, critical=forecast.critical, note=step.note, links=outer,
            summary=True,
        )  # fmt: skip
        self._own_fields(summary, step)
        self._baseline(summary, code, "")
        rows = [summary]
        started = step.actual_start is not None or finished is not None
        rows.append(
            self._part(
                code, "begin", f"{step.title} – begin", noon(forecast.start), noon(forecast.start),
                floor=floor, started=started, finished=started,
            )
        )  # fmt: skip
        ends = [self._municipality(step, forecast, d, floor, finished) for d in decisions]
        rows.extend(row for row, day in ends if day >= forecast.start)
        if max(day for _, day in ends) != forecast.end:
            rows.append(
                self._part(
                    code, "einde", f"{step.title} – gereed", noon(forecast.end), noon(forecast.end),
                    floor=noon(forecast.end), started=finished is not None,
                    finished=finished is not None,
                )
            )  # fmt: skip
        return [*rows, *(row for row, day in ends if day < forecast.start)]

    def _municipality(
        self,
        step: PlanStep,
        forecast: Forecast,
        decision: PlanDecision,
        floor: datetime | None,
        finished: date | None,
    ) -> tuple[Xml.Element, date]:
        """The row of one gemeente, and the day on which it decides."""
        day = forecast.local_dates[decision.municipality]
        decided = decision.outcome in SETTLED and decision.decided_on is not None
        if finished is not None:
            day, decided = min(decision.decided_on or day, finished), True
        title = f"{step.title} – {municipalities.name(decision.municipality)}"
        begin = noon(forecast.start)
        if decided or decision.meeting_on is not None:
            # A meeting stays on its day, whatever comes before it; a decision was taken on its day.
            begin, floor = noon(day), None if decided else noon(day)
        row = self._part(
            step.code, decision.municipality, title, begin, noon(day),
            floor=floor, started=decided, finished=decided, municipality=decision.municipality,
            level=1 if day < forecast.start else 2,
        )  # fmt: skip
        return row, day

    def _part(
        self,
        code: str,
        which: str,
        title: str,
        begin: datetime,
        end: datetime,
        *,
        floor: datetime | None,
        started: bool,
        finished: bool,
        municipality: str = "",
        level: int = 2,
    ) -> Xml.Element:
        task = self._task(
            f"{code}|{which}", title, begin, end, worked=False, floor=floor,
            percent=100 if finished else 0, started=started, finished=finished,
            deadline=None, critical=False, note="", links=[], level=level,
        )  # fmt: skip
        self._mark(task, {"part_of": code, "municipality": municipality})
        self._baseline(task, code, municipality or "-")
        return task

    def _lag(
        self, link: Link, forecast: Forecast, *, worked: bool
    ) -> tuple[Link, tuple[int, str], datetime]:
        """Lag of a link in tenths of minutes with its format, and the moment that it leads to."""
        before = self.outlook.forecasts[link.before]
        of_start = link.type is LinkType.START_START
        point = before.start if of_start else before.end
        reached = (
            self.calendar.add_working_days(point, link.lag)
            if link.unit is Unit.WORKING
            else point + timedelta(days=link.lag)
        )
        origin = self.begins[link.before] if of_start else noon(point)
        moment = noon(reached)
        in_working_days = (
            link.unit is Unit.WORKING
            and link.lag > 0
            and worked
            and origin == noon(point)
            and self.calendar.is_working_day(point)
        )
        if in_working_days:
            lag = (link.lag * MINUTES_PER_DAY * TENTHS, WORKING_DAYS)
        else:
            lag = (int((moment - origin).total_seconds() // 60) * TENTHS, ELAPSED_DAYS)
        if link.type is LinkType.FINISH_FINISH:
            # Project counts the duration back from there.
            moment = noon(forecast.start - timedelta(days=reached < forecast.end))
        return link, lag, moment

    def _task(
        self,
        key: str,
        title: str,
        begin: datetime,
        end: datetime,
        *,
        worked: bool,
        floor: datetime | None,
        percent: int,
        started: bool,
        finished: bool,
        deadline: date | None,
        critical: bool,
        note: str,
        links: list[tuple[Link, tuple[int, str], datetime]],
        level: int = 1,
        summary: bool = False,
    ) -> Xml.Element:
        """One task, its elements in the order of the schema."""
        if not summary:
            percent = 100 if finished else min(percent, 99)
        minutes = self._worked_minutes(begin, end) if worked else _minutes(end - begin)
        done = minutes * percent // 100
        task = _element("Task")
        for name, value in (
            ("UID", str(self.uids[key])),
            ("Name", title),
            ("Active", "1"),
            ("Manual", "0"),
            ("Type", "1"),
            ("OutlineLevel", str(level)),
            ("Start", _moment(begin)),
            ("Finish", _moment(end)),
            ("Duration", _duration(minutes)),
            ("DurationFormat", WORKING_DAYS if worked else ELAPSED_DAYS),
            ("EffortDriven", "0"),
            ("Estimated", "0"),
            ("Milestone", "1" if minutes == 0 and not summary else "0"),
            ("Summary", "1" if summary else "0"),
            ("Critical", "1" if critical else "0"),
            ("PercentComplete", str(percent)),
            ("ActualStart", _moment(begin) if started else None),
            ("ActualFinish", _moment(end) if finished else None),
            ("ActualDuration", _duration(done)),
            ("RemainingDuration", _duration(minutes - done)),
            ("ConstraintType", ASAP if floor is None else START_NO_EARLIER),
            ("CalendarUID", PROJECT_CALENDAR if worked or summary else EVERY_DAY),
            ("ConstraintDate", None if floor is None else _moment(floor)),
            ("Deadline", None if deadline is None else _moment(noon(deadline))),
            ("IgnoreResourceCalendar", "1"),
            ("Notes", note or None),
        ):
            if value is not None:
                _add(task, name, value)
        for link, (lag, unit), _ in links:
            node = _sub(task, "PredecessorLink")
            _add(node, "PredecessorUID", str(self.uids[link.before]))
            _add(node, "Type", LINK_TYPE[link.type])
            _add(node, "CrossProject", "0")
            _add(node, "LinkLag", str(lag))
            _add(node, "LagFormat", unit)
        return task

    def _worked_minutes(self, begin: datetime, end: datetime) -> int:
        """Minutes of work from a morning or a noon to the noon of a later working day."""
        first = begin.date()
        days = self.calendar.working_days_between(first, end.date())
        return days * MINUTES_PER_DAY + (HALF_DAY if begin.time() == MORNING[0] else 0)

    def _own_fields(self, task: Xml.Element, step: PlanStep) -> None:
        values = {name: getattr(step, name) for name in STEP_FIELDS}
        self._mark(task, {n: "ja" if v is True else str(v or "") for n, v in values.items()})

    def _mark(self, task: Xml.Element, values: dict[str, str]) -> None:
        """Put our own data in text fields, and codes of what Project may change."""
        codes = " ".join(f"{name}:{code}" for name, code in fingerprints(task).items())
        values = values | {"written": codes, "process": self.document.header.code}
        for name, value in values.items():
            if value:
                attribute = _sub(task, "ExtendedAttribute")
                _add(attribute, "FieldID", FIELDS[name][0])
                _add(attribute, "Value", value)

    def _baseline(self, task: Xml.Element, code: str, municipality: str) -> None:
        planned = self.document.last_baseline
        for dates in planned.dates if planned else ():
            if (dates.step, dates.municipality) == (code, municipality):
                baseline = _sub(task, "Baseline")
                _add(baseline, "Number", "0")
                _add(baseline, "Start", _moment(noon(dates.starts_on)))
                _add(baseline, "Finish", _moment(noon(dates.ends_on)))


def _calendar(node: Xml.Element, uid: str, name: str) -> Xml.Element:
    calendar = _sub(node, "Calendar")
    _add(calendar, "UID", uid)
    _add(calendar, "Name", name)
    _add(calendar, "IsBaseCalendar", "1")
    _add(calendar, "BaseCalendarUID", "-1")
    return calendar


def _week(calendar: Xml.Element, worked: range, times: tuple[tuple[time, time], ...]) -> None:
    """Working times of the days of a week; day 1 is Sunday."""
    week = _sub(calendar, "WeekDays")
    for number in range(1, 8):
        day = _sub(week, "WeekDay")
        _add(day, "DayType", str(number))
        _add(day, "DayWorking", "1" if number in worked else "0")
        if number in worked:
            working = _sub(day, "WorkingTimes")
            for first, last in times:
                period = _sub(working, "WorkingTime")
                _add(period, "FromTime", f"{first:%H:%M:%S}")
                _add(period, "ToTime", f"{last:%H:%M:%S}")


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)


def _duration(minutes: int) -> str:
    return f"PT{minutes // 60}H{minutes % 60}M0S"


def _moment(at: datetime) -> str:
    return at.isoformat()


def _element(name: str, text: str | None = None) -> Xml.Element:
    node = Xml.Element(f"{{{NAMESPACE}}}{name}")
    node.text = text
    return node


def _sub(parent: Xml.Element, name: str) -> Xml.Element:
    return Xml.SubElement(parent, f"{{{NAMESPACE}}}{name}")


def _add(parent: Xml.Element, name: str, text: str) -> None:
    _sub(parent, name).text = text
