"""On a new day the server calculates the plans before somebody waits for a page."""

from datetime import timedelta

import pytest

from app.settings import read_settings
from app.tasks.jobs import Watcher
from core.dates import today
from core.db import database, open_database
from core.migrations import migrate
from procurement.models import ContractingProcess
from tests.procurement.plans import make_milestone, make_process


@pytest.fixture
def settings(tmp_path):
    """An installation of its own: the watcher opens and closes its connection itself."""
    was = database.obj
    database.initialize(open_database(f"sqlite:///{tmp_path / 'days.sqlite'}"))
    with database.connection_context():
        migrate(database.obj)
    yield read_settings({"TAALINKOOP_DATA_DIR": str(tmp_path), "TAALINKOOP_RETENTION": "nee"})
    database.initialize(was)


def test_a_plan_of_yesterday_is_calculated_for_today(settings):
    with database.connection_context():
        process = make_process(computed_on=today() - timedelta(days=1))
        make_milestone(process)
    Watcher(settings).look(interrupted_too=True)
    with database.connection_context():
        assert ContractingProcess.get().computed_on == today()
