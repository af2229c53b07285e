"""What writing and reading of MS Project XML (MSPDI) share.

A date of a plan is a point in time: noon of that day. The working day of the file has its break
there, so that ``n`` working days from one point end on the ``n``-th working day after it, as the
plan counts. Source of names, numbers and order: the schema mspdi_pj15.xsd of Microsoft.
"""

from collections.abc import Iterable
from datetime import date, datetime, time
from xml.etree import ElementTree as Xml
from zlib import crc32

from procurement.plan.steps import LinkType

NAMESPACE = "http://schemas.microsoft.com/project"
NOON = time(12)
MINUTES_PER_DAY = 480
CALENDAR_MINUTES = 1440
# Lags are in tenths of minutes.
TENTHS = 10

WORKING_DAYS, ELAPSED_DAYS = "7", "8"
ASAP, ALAP, MUST_START, MUST_FINISH = "0", "1", "2", "3"
START_NO_EARLIER, START_NO_LATER, FINISH_NO_EARLIER, FINISH_NO_LATER = "4", "5", "6", "7"
START_FINISH = "2"
LINK_TYPE = {LinkType.FINISH_FINISH: "0", LinkType.FINISH_START: "1", LinkType.START_START: "3"}

FIELDS = {
    "code": ("188743731", "Text1", "Code"),
    "kind": ("188743734", "Text2", "Soort"),
    "purpose": ("188743737", "Text3", "Betekenis"),
    "body": ("188743740", "Text4", "Orgaan"),
    "owner": ("188743743", "Text5", "Eigenaar"),
    "per_municipality": ("188743746", "Text6", "Besluit per gemeente"),
    "phase": ("188743747", "Text7", "Fase"),
    "evidence": ("188743748", "Text8", "Bewijs"),
    "cancelled": ("188743749", "Text9", "Vervallen"),
    "written": ("188743750", "Text10", "Zoals geschreven"),
    "part_of": ("188743997", "Text11", "Deel van mijlpaal"),
    "municipality": ("188743998", "Text12", "Gemeente"),
    "process": ("188743999", "Text13", "Traject"),
}
"""Own data of a task: name, with the number and the name of the text field that carries it."""
STEP_FIELDS = (
    "code", "kind", "purpose", "body", "owner", "per_municipality", "phase", "evidence",
    "cancelled",
)  # fmt: skip
LONGEST_TEXT = 255
"""Letters that a text field of Project holds."""


def noon(day: date) -> datetime:
    """The moment in the file that a day of the plan is."""
    return datetime.combine(day, NOON)


def numbers(keys: Iterable[str]) -> dict[str, int]:
    """A UID per key that stays the same when other steps come or go, and no row's number."""
    taken: dict[str, int] = {}
    used: set[int] = set()
    for key in keys:
        number = 1_000_000 + crc32(key.encode()) % 1_000_000_000
        while number in used:
            number += 1
        used.add(number)
        taken[key] = number
    return taken


def children(node: Xml.Element, name: str) -> list[Xml.Element]:
    """Direct children of one name."""
    return node.findall(f"{{{NAMESPACE}}}{name}")


def text_of(node: Xml.Element, name: str) -> str:
    """Text of a direct child; empty when there is none."""
    return (node.findtext(f"{{{NAMESPACE}}}{name}") or "").strip()


def own_fields(task: Xml.Element) -> dict[str, str]:
    """Own data of a task, by name."""
    names = {number: name for name, (number, *_) in FIELDS.items()}
    values = {}
    for attribute in children(task, "ExtendedAttribute"):
        name = names.get(text_of(attribute, "FieldID"))
        if name is not None and text_of(attribute, "Value"):
            values[name] = text_of(attribute, "Value")
    return values


def fingerprints(task: Xml.Element) -> dict[str, str]:
    """What Project may change of a task, as short codes: equal codes mean that it did not."""
    links = sorted(
        " ".join(text_of(link, name) for name in ("PredecessorUID", "Type", "LinkLag", "LagFormat"))
        for link in children(task, "PredecessorLink")
    )
    parts = {
        "duur": f"{text_of(task, 'Duration')} {text_of(task, 'DurationFormat')}",
        "begin": f"{text_of(task, 'ConstraintType') or ASAP} {text_of(task, 'ConstraintDate')}",
        "links": "; ".join(links),
        "procent": text_of(task, "PercentComplete"),
        "feiten": f"{text_of(task, 'ActualStart')} {text_of(task, 'ActualFinish')}",
    }
    return {name: f"{crc32(text.encode()):08x}" for name, text in parts.items()}


def unchanged(task: Xml.Element, written: str) -> set[str]:
    """Names of the parts that are as they were written; ``written`` is the own field of it."""
    before = dict(part.split(":", 1) for part in written.split() if ":" in part)
    return {name for name, code in fingerprints(task).items() if before.get(name) == code}
