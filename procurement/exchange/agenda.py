"""An agenda as RFC 5545 has it: all-day events with a stable UID and a rising SEQUENCE."""

from collections.abc import Iterable
from datetime import UTC, timedelta

from procurement.models import AgendaEvent

MIME = "text/calendar; charset=utf-8"


def write_calendar(events: Iterable[AgendaEvent], *, name: str) -> bytes:
    """The calendar of these events; the same events give the same bytes."""
    # Brings time zones along, which no other page or command needs.
    from icalendar import Calendar, Event  # noqa: PLC0415

    calendar = Calendar()
    for field, value in (
        ("PRODID", "-//Taalinkoop//Planning//NL"),
        ("VERSION", "2.0"),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", "PUBLISH"),
        ("X-WR-CALNAME", name),
    ):
        calendar.add(field, value)
    for event in events:
        status = "CANCELLED" if event.cancelled_at else "TENTATIVE"
        changed = event.changed_at.astimezone(UTC)
        item = Event()
        item.add("UID", f"{event.process.code}.{event.key}@taalinkoop")
        item.add("SEQUENCE", event.sequence)
        item.add("DTSTAMP", changed)
        item.add("LAST-MODIFIED", changed)
        item.add("DTSTART", event.day)
        # The end of an all-day event is the first day after it.
        item.add("DTEND", event.day + timedelta(days=1))
        item.add("SUMMARY", event.summary)
        item.add("DESCRIPTION", event.description)
        item.add("STATUS", "CONFIRMED" if event.confirmed and not event.cancelled_at else status)
        item.add("TRANSP", "TRANSPARENT")
        calendar.add_component(item)
    content: bytes = calendar.to_ical()
    return content
