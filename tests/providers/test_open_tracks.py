"""The kept numbers of open trajecten are those of the rows, whatever comes, goes or is removed."""

from datetime import UTC, date, datetime

import pytest

from core.dates import add_months
from providers.checks import open_tracks_are_counted_right
from providers.codes import TrackStatus
from providers.deliveries.open_tracks import (
    Learners,
    forget_open_tracks,
    keep_open_tracks,
    open_tracks,
)
from providers.deliveries.queries import Completeness, completeness
from providers.deliveries.retention_operations import remove_learners_over
from providers.models import OpenTracks, Provider
from quality.cards.operations import recompute_after
from tests.builders import make_provider, make_record, make_track
from tests.providers.feed.door import deliver, withdraw
from tests.providers.feed.lines import csv, row

AUGUST, SEPTEMBER, OCTOBER = date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)
AT = datetime(2026, 11, 5, 9, tzinfo=UTC)


@pytest.fixture
def school(db) -> Provider:
    """Two learners in September, of whom October has one, and one that ended."""
    provider = make_provider()
    stays, gone, ended = (make_track(provider) for _ in range(3))
    for track in (stays, gone):
        make_record(month=SEPTEMBER, track=track)
    make_record(month=SEPTEMBER, track=ended, status=TrackStatus.COMPLETED)
    make_record(month=OCTOBER, track=stays, status=TrackStatus.PAUSED)
    return provider


def counts(provider: Provider) -> dict[date, list[Learners]]:
    places = [(provider.id, add_months(AUGUST, n)) for n in range(3)]
    return {month: listed for (_, month), listed in open_tracks(places).items()}


EXPECTED = {SEPTEMBER: [Learners(1, 0, 2, 0, 1)], OCTOBER: [Learners(1, 0, 0, 1, 0)]}


def test_what_is_kept_is_what_the_rows_say(school) -> None:
    assert counts(school) == EXPECTED
    assert OpenTracks.select().count() == 0
    recompute_after(school, [OCTOBER], by="x", at=AT)
    assert OpenTracks.select().count() == 2
    assert counts(school) == EXPECTED
    assert completeness([school.id], SEPTEMBER, OCTOBER) == {
        (school.id, OCTOBER): Completeness(2, 1)
    }


def test_what_is_kept_is_believed_until_it_is_thrown_away(school) -> None:
    keep_open_tracks(school, [OCTOBER])
    make_record(month=OCTOBER, provider=school)
    assert counts(school) == EXPECTED
    (message,) = open_tracks_are_counted_right()
    assert "aanbieder TA001 in oktober 2026 klopt niet" in message
    forget_open_tracks(school, [OCTOBER])
    assert counts(school)[OCTOBER] == [Learners(1, 0, 1, 1, 0)]
    # Twice gives the same once.
    for _ in range(2):
        keep_open_tracks(school, {OCTOBER})
    assert OpenTracks.select().count() == 2
    keep_open_tracks(school, [])


def test_of_another_aanbieder_nothing_is_thrown_away(school) -> None:
    keep_open_tracks(school, [OCTOBER])
    forget_open_tracks(make_provider("TA002"), [OCTOBER])
    assert OpenTracks.select().count() == 2


def test_who_is_removed_is_no_longer_counted(school) -> None:
    keep_open_tracks(school, [SEPTEMBER, OCTOBER])
    remove_learners_over(OCTOBER)
    assert counts(school) == {
        SEPTEMBER: [Learners(1, 0, 1, 0, 1)],
        OCTOBER: [Learners(1, 0, 0, 1, 0)],
    }


def test_deliveries_and_withdrawals_leave_no_old_count_standing(db, tmp_path) -> None:
    provider = make_provider()
    september = row(rapportagemaand="2026-09")
    deliver(tmp_path, provider, csv(september))
    assert counts(provider) == {SEPTEMBER: [Learners(1, 0, 1, 0, 0)]}
    keep_open_tracks(provider, [SEPTEMBER])
    october = deliver(tmp_path, provider, csv(row()))
    both = {SEPTEMBER: [Learners(1, 0, 1, 0, 1)], OCTOBER: [Learners(1, 0, 1, 0, 0)]}
    assert counts(provider) == both
    keep_open_tracks(provider, [SEPTEMBER, OCTOBER])
    withdraw(october.delivery)
    assert counts(provider) == {SEPTEMBER: [Learners(1, 0, 1, 0, 0)]}
