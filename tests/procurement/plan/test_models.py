"""What the database itself refuses, on the migrated schema."""

from datetime import date

import peewee
import pytest

from procurement.models import Dependency, Milestone, Participation, PlannedDate, Risk
from tests.procurement.plans import make_baseline, make_milestone, make_process


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: make_process(procedure="raar"),
        lambda: make_process(status="raar"),
        lambda: make_process(tracks=-1),
        lambda: make_milestone(kind="raar"),
        lambda: make_milestone(duration=-1),
        lambda: make_milestone(unit="jr"),
        lambda: make_milestone(progress=101),
        lambda: make_milestone(actual_start=date(2026, 2, 2), actual_end=date(2026, 2, 1)),
        lambda: Participation.create(process=make_process(), municipality="0193", route="X"),
        lambda: Risk.create(process=make_process(), title="x", chance=6),
        lambda: PlannedDate.create(
            baseline=make_baseline(), step="1", starts_on=date(2026, 2, 2), ends_on=date(2026, 2, 1)
        ),
    ],
)
def test_refused_by_the_database(db, wrong):
    with pytest.raises(peewee.IntegrityError), db.atomic():
        wrong()


def test_a_step_does_not_wait_for_itself_and_has_its_own_code(db):
    milestone = make_milestone(code="1")
    with pytest.raises(peewee.IntegrityError), db.atomic():
        Dependency.create(process=milestone.process, before=milestone, after=milestone)
    with pytest.raises(peewee.IntegrityError), db.atomic():
        make_milestone(process=milestone.process, code="1")
    assert Milestone.select().count() == 1
