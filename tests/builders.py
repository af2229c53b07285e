"""Rows for tests: each with sensible values, of which a test names only what it is about."""

from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from core.dates import month_end
from providers.codes import LearningRoute, SkillLevel, TrackStatus
from providers.models import Contract, CourseTrack, Delivery, ProgressRecord, Provider

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
_numbers = count(1)


def make_provider(code: str = "TA001", **more: Any) -> Provider:
    """A provider; the same code gives the same one."""
    values = {"name": f"Taalschool {code}"} | more
    provider, _ = Provider.get_or_create(code=code, defaults=values)
    return provider


def make_contract(provider: Provider | None = None, **more: Any) -> Contract:
    """A contract from 2022 on, without scopes."""
    values = {"number": f"C-{next(_numbers)}", "valid_from": date(2022, 1, 1)} | more
    return Contract.create(provider=provider or make_provider(), **values)


def make_delivery(provider: Provider | None = None, **more: Any) -> Delivery:
    """A delivery that is held."""
    number = next(_numbers)
    values = {
        "file_name": f"levering-{number}.csv",
        "sha256": f"{number:064d}",
        "size": 100,
        "sender": "test@example.nl",
        "received_at": AT,
        "decided_at": AT,
        "state": "held",
    } | more
    return Delivery.create(provider=provider or make_provider(), **values)


def make_track(provider: Provider | None = None, number: str | None = None) -> CourseTrack:
    """A traject; the same number gives the same one."""
    track, _ = CourseTrack.get_or_create(
        provider=provider or make_provider(), number=number or f"T-{next(_numbers)}"
    )
    return track


def make_record(
    *,
    month: date,
    provider: Provider | None = None,
    track: CourseTrack | None = None,
    delivery: Delivery | None = None,
    **more: Any,
) -> ProgressRecord:
    """A current row of an active learner on the B1-route in Dalfsen, 48 hours offered."""
    provider = provider or (track.provider if track else make_provider())
    values = {
        "row": 2,
        "municipality": 148,
        "route": LearningRoute.B1,
        "status": TrackStatus.ACTIVE,
        "registered_on": date(2025, 1, 1),
        "first_lesson_on": date(2025, 1, 15),
        "minutes_offered": 48 * 60,
        "minutes_attended": 48 * 60,
        "minutes_authorised": 0,
        "minutes_unauthorised": 0,
        "minutes_evening_weekend": 0,
        "minutes_certified": 48 * 60,
        "level_reading": SkillLevel.A1,
        "level_listening": SkillLevel.A1,
        "level_writing": SkillLevel.A1,
        "level_speaking": SkillLevel.A1,
    } | more
    status = TrackStatus(values["status"])
    if status.ended and values.get("ended_on") is None:
        values["ended_on"] = month_end(month)
    if status is TrackStatus.WAITING:
        values |= {"first_lesson_on": None, "minutes_offered": 0, "minutes_attended": 0}
        values |= {"minutes_certified": 0}
    return ProgressRecord.create(
        provider=provider,
        month=month,
        track=track or make_track(provider),
        delivery=delivery or make_delivery(provider),
        **values,
    )
