"""MS Project XML (MSPDI): steps, links, constraints, actuals and the last planversie.

Project has no decisions per gemeente; those stay as they are when a file comes back. What is ours
(code, kind, purpose, body, owner) travels in the text fields Text1 to Text6.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree as Xml

from procurement.exchange.cells import yes
from procurement.exchange.sheets import PlanFileError
from procurement.plan.documents import PlanDocument, PlanStep
from procurement.plan.outlook import Outlook
from procurement.plan.steps import Kind, Link, LinkType, Unit
from procurement.plan.terms import Purpose

NAMESPACE = "http://schemas.microsoft.com/project"
HOURS = {Unit.WORKING: 8, Unit.CALENDAR: 24}
FORMAT = {Unit.WORKING: "7", Unit.CALENDAR: "8"}
UNIT = {"7": Unit.WORKING, "8": Unit.CALENDAR}
LINK_TYPE = {LinkType.FINISH_FINISH: "0", LinkType.FINISH_START: "1", LinkType.START_START: "3"}
TYPE = {text: kind for kind, text in LINK_TYPE.items()}
# Tenths of minutes in an hour.
TENTHS = 600
START_NO_EARLIER = "4"
FIELDS = {
    "code": ("188743731", "Text1"),
    "kind": ("188743734", "Text2"),
    "purpose": ("188743737", "Text3"),
    "body": ("188743740", "Text4"),
    "owner": ("188743743", "Text5"),
    "per_municipality": ("188743746", "Text6"),
    "phase": ("188743747", "Text7"),
    "evidence": ("188743748", "Text8"),
    "cancelled": ("188743749", "Text9"),
}


def write_mspdi(outlook: Outlook) -> bytes:
    """The plan as Project opens it."""
    document = outlook.document
    Xml.register_namespace("", NAMESPACE)
    root = Xml.Element(f"{{{NAMESPACE}}}Project")
    _add(root, "Name", document.header.code)
    _add(root, "Title", document.header.name)
    _add(root, "StartDate", _moment(outlook.plan.starts_on))
    _add(root, "MinutesPerDay", "480")
    attributes = _sub(root, "ExtendedAttributes")
    for number, name in FIELDS.values():
        attribute = _sub(attributes, "ExtendedAttribute")
        _add(attribute, "FieldID", number)
        _add(attribute, "FieldName", name)
    tasks = _sub(root, "Tasks")
    numbers = {step.code: str(n) for n, step in enumerate(document.steps, start=1)}
    for step in document.steps:
        _task(tasks, outlook, step, numbers)
    return b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + Xml.tostring(root)


def _task(tasks: Xml.Element, outlook: Outlook, step: PlanStep, numbers: dict[str, str]) -> None:
    found = outlook.forecasts[step.code]
    task = _sub(tasks, "Task")
    _add(task, "UID", numbers[step.code])
    _add(task, "ID", numbers[step.code])
    _add(task, "Name", step.title)
    _add(task, "Start", _moment(found.start))
    _add(task, "Finish", _moment(found.end))
    _add(task, "Duration", f"PT{step.duration * HOURS[step.unit]}H0M0S")
    _add(task, "DurationFormat", FORMAT[step.unit])
    _add(task, "PercentComplete", str(step.progress))
    _add(task, "Milestone", "1" if step.kind is Kind.MILESTONE else "0")
    _add(task, "Critical", "1" if found.critical else "0")
    if step.earliest_start is not None:
        _add(task, "ConstraintType", START_NO_EARLIER)
        _add(task, "ConstraintDate", _moment(step.earliest_start))
    for name, day in (
        ("Deadline", step.deadline),
        ("ActualStart", step.actual_start),
        ("ActualFinish", step.actual_end),
    ):
        if day is not None:
            _add(task, name, _moment(day))
    if step.note:
        _add(task, "Notes", step.note)
    for link in outlook.document.links:
        if link.after == step.code:
            _link(task, link, numbers)
    planned = outlook.document.last_baseline
    for dates in planned.dates if planned else ():
        if dates.step == step.code and not dates.municipality:
            baseline = _sub(task, "Baseline")
            _add(baseline, "Number", "0")
            _add(baseline, "Start", _moment(dates.starts_on))
            _add(baseline, "Finish", _moment(dates.ends_on))
    _own_fields(task, step)


def _link(task: Xml.Element, link: Link, numbers: dict[str, str]) -> None:
    node = _sub(task, "PredecessorLink")
    _add(node, "PredecessorUID", numbers[link.before])
    _add(node, "Type", LINK_TYPE[link.type])
    _add(node, "LinkLag", str(link.lag * HOURS[link.unit] * TENTHS))
    _add(node, "LagFormat", FORMAT[link.unit])


def _own_fields(task: Xml.Element, step: PlanStep) -> None:
    for name, (number, _) in FIELDS.items():
        value = getattr(step, name)
        if value not in (None, "", False):
            attribute = _sub(task, "ExtendedAttribute")
            _add(attribute, "FieldID", number)
            _add(attribute, "Value", "ja" if value is True else str(value))


def read_mspdi(content: bytes, base: PlanDocument | None) -> PlanDocument:
    """Steps and links of a Project file, put into the plan that is there."""
    if base is None:
        raise PlanFileError(
            ["Een bestand van MS Project werkt een traject bij. Kies eerst welk traject."]
        )
    # No document type, so no entities that grow or point outside.
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise PlanFileError(["Dit XML-bestand heeft een DOCTYPE. Sla het opnieuw op in Project."])
    try:
        root = Xml.fromstring(content)  # noqa: S314  see above  # nosec B314
    except Xml.ParseError:
        raise PlanFileError(["Dit is geen leesbaar XML-bestand van MS Project."]) from None
    known = {step.code: step for step in base.steps}
    steps: list[PlanStep] = []
    codes: dict[str, str] = {}
    problems: list[str] = []
    for task in _tasks(root):
        try:
            step = _read_task(task, known)
        except ValueError as error:
            problems.append(f"Taak {_text(task, 'Name')!r}: {error}.")
            continue
        codes[_text(task, "UID")] = step.code
        steps.append(step)
    links = [
        _read_link(node, codes, codes[_text(task, "UID")])
        for task in _tasks(root)
        for node in task.iter(f"{{{NAMESPACE}}}PredecessorLink")
        if _text(task, "UID") in codes and _text(node, "PredecessorUID") in codes
    ]
    if not steps and not problems:
        problems.append("Er staan geen taken in dit bestand.")
    if problems:
        raise PlanFileError(problems)
    kept = {step.code for step in steps}
    return replace(
        base,
        steps=tuple(steps),
        links=tuple(links),
        decisions=tuple(d for d in base.decisions if d.step in kept),
        risks=tuple(r if r.step in kept else replace(r, step=None) for r in base.risks),
    )


def _tasks(root: Xml.Element) -> Iterator[Xml.Element]:
    """Tasks; Project's own summary task of the whole file has number 0."""
    return (
        task
        for task in root.iter(f"{{{NAMESPACE}}}Task")
        if _text(task, "UID") not in ("", "0") and _text(task, "Summary") != "1"
    )


def _read_task(task: Xml.Element, known: dict[str, PlanStep]) -> PlanStep:
    own = _read_own_fields(task)
    code = own.get("code") or _text(task, "ID")
    unit = UNIT.get(_text(task, "DurationFormat"), Unit.WORKING)
    milestone = _text(task, "Milestone") == "1"
    default = Kind.MILESTONE if milestone else Kind.TASK
    base = known.get(code, PlanStep(code, "", kind=default))
    constraint = _text(task, "ConstraintType") == START_NO_EARLIER
    return replace(
        base,
        title=_text(task, "Name"),
        kind=Kind(own["kind"]) if "kind" in own else base.kind,
        purpose=Purpose(own["purpose"]) if "purpose" in own else base.purpose,
        phase=own.get("phase", base.phase),
        body=own.get("body", base.body),
        owner=own.get("owner", base.owner),
        evidence=own.get("evidence", base.evidence),
        per_municipality=yes(own.get("per_municipality", base.per_municipality)),
        cancelled=yes(own.get("cancelled", base.cancelled)),
        duration=_days(_text(task, "Duration"), unit),
        unit=unit,
        earliest_start=_day(_text(task, "ConstraintDate")) if constraint else None,
        deadline=_day(_text(task, "Deadline")),
        actual_start=_day(_text(task, "ActualStart")),
        actual_end=_day(_text(task, "ActualFinish")),
        progress=int(_text(task, "PercentComplete") or 0),
        note=_text(task, "Notes"),
    )


def _read_own_fields(task: Xml.Element) -> dict[str, str]:
    names = {number: name for name, (number, _) in FIELDS.items()}
    found = {}
    for attribute in task.iter(f"{{{NAMESPACE}}}ExtendedAttribute"):
        name = names.get(_text(attribute, "FieldID"))
        if name is not None and _text(attribute, "Value"):
            found[name] = _text(attribute, "Value")
    return found


def _read_link(node: Xml.Element, codes: dict[str, str], after: str) -> Link:
    unit = UNIT.get(_text(node, "LagFormat"), Unit.WORKING)
    lag = int(_text(node, "LinkLag") or 0) // (HOURS[unit] * TENTHS)
    kind = TYPE.get(_text(node, "Type"), LinkType.FINISH_START)
    return Link(codes[_text(node, "PredecessorUID")], after, kind, lag, unit)


def _days(duration: str, unit: Unit) -> int:
    hours = duration.removeprefix("PT").split("H", 1)[0]
    if duration and not hours.isdigit():
        raise ValueError(f"de duur {duration!r} is niet te lezen")
    return int(hours or 0) // HOURS[unit]


def _moment(day: date) -> str:
    return f"{day.isoformat()}T08:00:00"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        raise ValueError(f"de datum {text!r} is niet te lezen") from None


def _sub(parent: Xml.Element, name: str) -> Xml.Element:
    return Xml.SubElement(parent, f"{{{NAMESPACE}}}{name}")


def _add(parent: Xml.Element, name: str, text: str) -> None:
    _sub(parent, name).text = text


def _text(node: Xml.Element, name: str) -> str:
    return (node.findtext(f"{{{NAMESPACE}}}{name}") or "").strip()
