"""What a file of MS Project says of a plan that is there, and what of it cannot be held.

A task is matched by the milestone code that it carries, then by its UID, never by its row. What
Project left as it was written (``fingerprints``) stays as the plan has it: a file that comes back
unchanged changes nothing.
"""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from xml.etree import ElementTree as Xml

from core.workbooks.packing import read_xml
from procurement.exchange.cells import yes
from procurement.exchange.msproject import (
    ALAP,
    ASAP,
    CALENDAR_MINUTES,
    FINISH_NO_EARLIER,
    FINISH_NO_LATER,
    LINK_TYPE,
    LONGEST_TEXT,
    MINUTES_PER_DAY,
    MUST_FINISH,
    MUST_START,
    NAMESPACE,
    START_FINISH,
    START_NO_EARLIER,
    STEP_FIELDS,
    TENTHS,
    children,
    numbers,
    own_fields,
    text_of,
    unchanged,
)
from procurement.exchange.sheets import PlanFile, PlanFileError
from procurement.plan.documents import PlanDecision, PlanDocument, PlanStep
from procurement.plan.steps import Kind, Link, LinkType, Unit
from procurement.plan.terms import Purpose
from procurement.plan.validity import STEP_CODE

TYPE = {text: kind for kind, text in LINK_TYPE.items()}
# Units of durations and lags; 32 more when the duration is an estimate.
ESTIMATE = 32
ELAPSED = {4, 6, 8, 10, 12, 20}
PERCENT = {19, 20}
DURATION = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?")
NO_DATE = {ASAP, ALAP}
CONSTRAINTS = {
    ALAP: "zo laat mogelijk",
    "5": "niet later beginnen dan",
    FINISH_NO_EARLIER: "niet eerder klaar dan",
}


def read_mspdi(content: bytes, base: PlanDocument | None) -> PlanFile:
    """Steps, links and meeting dates of a Project file, put into the plan that is there."""
    if base is None:
        raise PlanFileError(
            ["Een bestand van MS Project werkt een traject bij. Kies eerst welk traject."]
        )
    return _Reading(_root(content), base).result()


def _root(content: bytes) -> Xml.Element:
    try:
        root = read_xml(content)
    except ValueError as error:
        raise PlanFileError([f"{error} Bewaar het in Project als XML."]) from None
    if root.tag != f"{{{NAMESPACE}}}Project":
        raise PlanFileError(
            ["Dit XML-bestand is niet van MS Project. Kies in Project: Opslaan als, XML."]
        )
    return root


@dataclass
class _Task:
    """A task of the file: its element, own data, and the summaries that it stands under."""

    node: Xml.Element
    uid: str
    name: str
    own: dict[str, str]
    parents: list["_Task"] = field(default_factory=list)
    leaves: list["_Task"] = field(default_factory=list)
    step: PlanStep | None = None
    same: set[str] = field(default_factory=set)

    @property
    def is_summary(self) -> bool:
        """Whether other tasks stand under it."""
        return text_of(self.node, "Summary") == "1"


class _Reading:
    """One file being read; gathers problems (refused) and notices (left out or rounded)."""

    def __init__(self, root: Xml.Element, base: PlanDocument) -> None:
        self.root, self.base = root, base
        self.problems: list[str] = []
        self.notices: list[str] = []
        self.minutes_per_day = self._minutes_per_day()
        self.tasks = self._tasks()
        self.by_uid = {task.uid: task for task in self.tasks}

    def result(self) -> PlanFile:
        """The plan as the file has it."""
        steps = self._steps()
        links = self._links() if not self.problems else ()
        decisions = self._decisions()
        self._name_what_is_left()
        if not steps and not self.problems:
            self.problems.append("Er staan geen taken in dit bestand.")
        if self.problems:
            raise PlanFileError(self.problems)
        kept = {step.code for step in steps}
        document = replace(
            self.base,
            steps=steps,
            links=links,
            decisions=tuple(d for d in decisions if d.step in kept),
            risks=tuple(r if r.step in kept else replace(r, step=None) for r in self.base.risks),
        )
        return PlanFile(document, tuple(dict.fromkeys(self.notices)))

    def _minutes_per_day(self) -> int:
        text = text_of(self.root, "MinutesPerDay") or str(MINUTES_PER_DAY)
        if not text.isdigit() or not 0 < int(text) <= CALENDAR_MINUTES:
            self.problems.append(
                f"MinutesPerDay is {text!r}. Zet in Project het aantal uren per dag goed."
            )
            return MINUTES_PER_DAY
        return int(text)

    def _tasks(self) -> list[_Task]:
        """Tasks with their place in the outline; Project's summary of the whole has number 0."""
        tasks: list[_Task] = []
        trail: list[tuple[int, _Task]] = []
        for node in self.root.iter(f"{{{NAMESPACE}}}Task"):
            uid, name = text_of(node, "UID"), text_of(node, "Name")
            if text_of(node, "IsNull") == "1" or uid in ("", "0") or not name:
                continue
            own = own_fields(node)
            other = own.get("process", self.base.header.code)
            if other != self.base.header.code:
                message = (
                    f"Dit bestand hoort bij traject {other}, niet bij {self.base.header.code}. "
                    "Kies het goede traject of bestand."
                )
                raise PlanFileError([message])
            level = int(text) if (text := text_of(node, "OutlineLevel")).isdigit() else 1
            task = _Task(node, uid, name, own, same=unchanged(node, own.get("written", "")))
            while trail and trail[-1][0] >= level:
                trail.pop()
            task.parents = [parent for _, parent in trail]
            if task.is_summary:
                trail.append((level, task))
            else:
                for parent in task.parents:
                    parent.leaves.append(task)
            tasks.append(task)
        return tasks

    # Steps

    def _steps(self) -> tuple[PlanStep, ...]:
        present = {step.code: step for step in self.base.steps}
        by_uid = {str(uid): code for code, uid in numbers(present).items()}
        used: set[str] = set()
        steps = []
        for task in self.tasks:
            if "part_of" in task.own:
                continue
            code = task.own.get("code") or by_uid.get(task.uid, "")
            if task.is_summary and code not in present:
                continue
            if code in used:
                # Copying a row in Project copies its own fields too.
                self.notices.append(
                    f"Taak {task.name!r} draagt de code van mijlpaal {code}, die er al is. "
                    "Zij wordt een nieuwe mijlpaal."
                )
                code = ""
                task.same = set()
            old = present.get(code)
            if old is None and self._left_out(task):
                continue
            code = code if STEP_CODE.fullmatch(code) else self._new_code(task, {*present, *used})
            used.add(code)
            try:
                task.step = self._read_step(task, code, old)
            except ValueError as error:
                self.problems.append(f"Taak {task.name!r}: {error}.")
                continue
            steps.append(task.step)
        return tuple(steps)

    def _left_out(self, task: _Task) -> bool:
        """Whether this is a task that says nothing of the plan; it is named."""
        for name, value, why in (
            ("Active", "0", "staat in Project op inactief"),
            ("ExternalTask", "1", "hoort bij een ander projectbestand"),
        ):
            if text_of(task.node, name) == value:
                self.notices.append(f"Taak {task.name!r} {why} en is niet overgenomen.")
                return True
        return False

    @staticmethod
    def _new_code(task: _Task, taken: Iterable[str]) -> str:
        code, count = f"P{task.uid}"[-12:], 1
        while code in taken:
            count += 1
            code = f"P{task.uid}"[-9:] + f"-{count}"
        return code

    def _read_step(self, task: _Task, code: str, old: PlanStep | None) -> PlanStep:
        node = task.node
        milestone = text_of(node, "Milestone") == "1"
        step = old or PlanStep(
            code, "", kind=Kind.MILESTONE if milestone else Kind.TASK, phase=self._phase(task)
        )
        values: dict[str, object] = {
            name: self._own_value(task, name, getattr(step, name))
            for name in STEP_FIELDS
            if name in task.own and name != "code"
        }
        if old is not None and text_of(node, "Active") == "0" and not old.cancelled:
            self.notices.append(f"Taak {task.name!r} staat in Project op inactief: zij vervalt.")
            values["cancelled"] = True
        step = replace(
            step,
            title=task.name,
            deadline=self._deadline(node, step),
            note=text_of(node, "Notes").replace("\r\n", "\n") or "",
            **values,  # type: ignore[arg-type]
        )
        if task.is_summary:
            return replace(step, note=step.note or (old.note if old else ""))
        if "duur" not in task.same:
            duration, unit = self._duration(task)
            step = replace(step, duration=duration, unit=unit)
        if "procent" not in task.same:
            step = replace(step, progress=self._percent(task))
        if "feiten" not in task.same:
            step = replace(
                step,
                actual_start=_day(text_of(node, "ActualStart")),
                actual_end=_day(text_of(node, "ActualFinish")),
            )
        if "begin" not in task.same:
            step = self._constrained(task, step)
        return step

    def _deadline(self, node: Xml.Element, step: PlanStep) -> date | None:
        day = _day(text_of(node, "Deadline"))
        if step.deadline is None and step.purpose is Purpose.GO_LIVE:
            # The target date of the traject stands in the file as a deadline.
            return None if day == self.base.header.go_live else day
        return day

    def _phase(self, task: _Task) -> str:
        outer = [p for p in task.parents if "code" not in p.own]
        return outer[-1].name[:80] if outer else ""

    def _own_value(self, task: _Task, name: str, present: object) -> object:
        text = task.own[name]
        if name in ("per_municipality", "cancelled"):
            return yes(text)
        if name in ("kind", "purpose"):
            choices: type[Kind] | type[Purpose] = Kind if name == "kind" else Purpose
            try:
                return choices(text)
            except ValueError:
                raise ValueError(
                    f"{text!r} is onbekend in het eigen veld {name}. Kies {', '.join(choices)}"
                ) from None
        cut = len(text) >= LONGEST_TEXT and str(present).startswith(text)
        return present if cut else text

    def _duration(self, task: _Task) -> tuple[int, Unit]:
        text = text_of(task.node, "Duration")
        match = DURATION.fullmatch(text or "PT0H")
        if match is None:
            raise ValueError(f"de duur {text!r} is niet te lezen")
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        unit = _unit(text_of(task.node, "DurationFormat"))
        total = hours * 60 + minutes + seconds / 60
        return self._days(total, unit, f"de duur van {task.name!r}"), unit

    def _days(self, minutes: float, unit: Unit, what: str) -> int:
        """Whole days; a part of a day counts for one, with a notice."""
        exact = minutes / (CALENDAR_MINUTES if unit is Unit.CALENDAR else self.minutes_per_day)
        days = math.ceil(exact - 1e-9)
        if abs(exact - days) > 1e-9:
            exact_text = f"{exact:.2f}".rstrip("0").rstrip(".").replace(".", ",")
            kind = "kalenderdagen" if unit is Unit.CALENDAR else "werkdagen"
            self.notices.append(f"{what[0].upper()}{what[1:]} is {exact_text} {kind}, afgerond op "
                                f"{days}.")  # fmt: skip
        return days

    def _percent(self, task: _Task) -> int:
        text = text_of(task.node, "PercentComplete") or "0"
        try:
            exact = float(text)
        except ValueError:
            exact = math.nan
        if not 0 <= exact <= 100:
            raise ValueError(f"de voortgang {text!r} is geen getal van 0 tot en met 100")
        if exact != int(exact):
            self.notices.append(
                f"De voortgang van {task.name!r} is {text.replace('.', ',')} %, afgerond op "
                f"{int(exact)} %."
            )
        return int(exact)

    def _constrained(self, task: _Task, step: PlanStep) -> PlanStep:
        """Constraints and dates set by hand, as far as a plan has them; others are named."""
        node = task.node
        if text_of(node, "Manual") == "1":
            start = _day(text_of(node, "ManualStart") or text_of(node, "Start"))
            self.notices.append(
                f"Taak {task.name!r} is in Project met de hand gepland: zij begint niet voor "
                f"{_day_text(start)}."
            )
            return replace(step, earliest_start=start)
        kind, day = text_of(node, "ConstraintType") or ASAP, _day(text_of(node, "ConstraintDate"))
        if kind not in NO_DATE and day is None:
            raise ValueError("de beperking heeft geen datum. Vul die in Project in")
        step = replace(step, earliest_start=None)
        if kind in (START_NO_EARLIER, MUST_START):
            if kind == MUST_START:
                self.notices.append(
                    f"Taak {task.name!r} moet in Project beginnen op {_day_text(day)}. In het plan "
                    "begint zij niet eerder; later kan wel."
                )
            return replace(step, earliest_start=day)
        if kind in (MUST_FINISH, FINISH_NO_LATER):
            if step.deadline is None:
                return replace(step, deadline=day)
            if day == step.deadline:
                return step
        if kind != ASAP:
            word = CONSTRAINTS.get(kind, "klaar op")
            when = f" {_day_text(day)}" if day else ""
            self.notices.append(
                f"Taak {task.name!r}: de beperking '{word}{when}' is niet overgenomen."
            )
        return step

    # Links

    def _links(self) -> tuple[Link, ...]:
        links: dict[tuple[str, str, LinkType], Link] = {}
        for task in self.tasks:
            targets = self._codes(task)
            if task.step is not None and "links" in task.same:
                kept = [k for k in self.base.links if k.after == task.step.code]
                if all(self._present(k.before) for k in kept):
                    links |= {(k.before, k.after, k.type): k for k in kept}
                    continue
            for node in children(task.node, "PredecessorLink"):
                for link in self._read_link(task, node, targets):
                    key = (link.before, link.after, link.type)
                    if key not in links or links[key].lag < link.lag:
                        links[key] = link
        return tuple(links.values())

    def _present(self, code: str) -> bool:
        return any(task.step is not None and task.step.code == code for task in self.tasks)

    def _codes(self, task: _Task | None) -> list[str]:
        """The steps that a task stands for: itself, its milestone, or all under a summary."""
        if task is None:
            return []
        if task.step is not None:
            return [task.step.code]
        if "part_of" in task.own:
            return [task.own["part_of"]] if self._present(task.own["part_of"]) else []
        return [code for leaf in task.leaves for code in self._codes(leaf)]

    def _read_link(self, task: _Task, node: Xml.Element, targets: list[str]) -> Iterator[Link]:
        origin = self.by_uid.get(text_of(node, "PredecessorUID"))
        sources = self._codes(origin)
        kind = text_of(node, "Type") or LINK_TYPE[LinkType.FINISH_START]
        if kind not in (*TYPE, START_FINISH):
            self.problems.append(f"Taak {task.name!r}: het soort koppeling {kind!r} is onbekend.")
            return
        if not sources or not targets:
            if targets or task.step is not None:
                self.notices.append(
                    f"Taak {task.name!r}: de koppeling met een taak die niet is overgenomen, "
                    "vervalt."
                )
            return
        if TYPE.get(kind) is LinkType.START_START and origin is not None and origin.is_summary:
            sources = sources[:1] if origin.step is None else sources
        for before in dict.fromkeys(sources):
            for after in dict.fromkeys(targets):
                if before != after:
                    lag, unit = self._lag(task, node, before)
                    yield self._link(task, (before, after), kind, lag, unit)

    def _link(self, task: _Task, ends: tuple[str, str], kind: str, lag: int, unit: Unit) -> Link:
        before, after = ends
        if kind != START_FINISH:
            return Link(before, after, TYPE[kind], lag, unit)
        # It ends no sooner than the other starts: it starts no sooner than its duration before.
        step = next(t.step for t in self.tasks if t.step is not None and t.step.code == after)
        if lag and unit is not step.unit:
            self.notices.append(
                f"Taak {task.name!r}: de koppeling begin-einde is omgerekend zonder tussentijd."
            )
            lag = 0
        return Link(before, after, LinkType.START_START, lag - step.duration, step.unit)

    def _lag(self, task: _Task, node: Xml.Element, before: str) -> tuple[int, Unit]:
        text, form = text_of(node, "LinkLag") or "0", text_of(node, "LagFormat")
        what = f"de tussentijd bij {task.name!r}"
        try:
            size = float(text)
        except ValueError:
            size = math.nan
        if not math.isfinite(size):
            self.problems.append(f"Taak {task.name!r}: de tussentijd {text!r} is geen getal.")
            return 0, Unit.CALENDAR
        unit = _unit(form)
        if _number(form) in PERCENT:
            step = next(t.step for t in self.tasks if t.step is not None and t.step.code == before)
            unit = step.unit if _number(form) == 19 else Unit.CALENDAR
            day = CALENDAR_MINUTES if unit is Unit.CALENDAR else self.minutes_per_day
            return self._days(step.duration * day * size / 100, unit, what), unit
        if size == 0:
            # Nothing is nothing in either unit.
            return 0, Unit.CALENDAR
        return self._days(size / TENTHS, unit, what), unit

    # Decisions

    def _decisions(self) -> tuple[PlanDecision, ...]:
        """Decisions as they are; a meeting date that Project moved comes along."""
        moved: dict[tuple[str, str], date] = {}
        for task in self.tasks:
            municipality = task.own.get("municipality")
            if municipality is None:
                continue
            kind, day = text_of(task.node, "ConstraintType"), text_of(task.node, "ConstraintDate")
            if "begin" not in task.same and kind in (START_NO_EARLIER, MUST_START):
                when = _day(day)
                if when is not None:
                    moved[task.own["part_of"], municipality] = when
            if "feiten" not in task.same or "procent" not in task.same:
                self.notices.append(
                    f"Taak {task.name!r}: of er besloten is, vul je in bij Besluiten. "
                    "Dat is niet overgenomen."
                )
        return tuple(
            replace(d, meeting_on=moved.get((d.step, d.municipality), d.meeting_on))
            for d in self.base.decisions
        )

    def _name_what_is_left(self) -> None:
        if any(self.root.iter(f"{{{NAMESPACE}}}Assignment")):
            self.notices.append(
                "Mensen en middelen die in Project aan taken hangen, zijn niet overgenomen."
            )
        off = sum(1 for _ in self.root.iter(f"{{{NAMESPACE}}}Exception"))
        ours = any("written" in task.own for task in self.tasks)
        if off and not ours:
            self.notices.append(
                "De vrije dagen uit de kalender van Project zijn niet overgenomen. Vul het reces "
                "in bij Kalender."
            )


def _number(form: str) -> int:
    number = int(form) if form.isdigit() else 7
    return number - ESTIMATE if number > ESTIMATE else number


def _unit(form: str) -> Unit:
    return Unit.CALENDAR if _number(form) in ELAPSED else Unit.WORKING


def _day_text(day: date | None) -> str:
    return f"{day:%d-%m-%Y}" if day else "een dag die ontbreekt"


def _day(text: str) -> date | None:
    if not text or text == "NA":
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise ValueError(f"de datum {text!r} is niet te lezen") from None
