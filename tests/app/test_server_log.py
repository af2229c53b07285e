"""What a server writes down of an error."""

import logging
import sys

import pytest

from app.server_log import WithoutValues, keep_log
from core.db import transaction
from tests.builders import make_provider


def break_it() -> None:
    with transaction():
        make_provider("TA001", name="Taalschool van Kim")
        type(make_provider("TA001")).create(code="TA001", name="Kim nog eens")


def test_an_error_of_the_database_is_told_without_what_it_quotes(db):
    try:
        try:
            break_it()
        except Exception as error:
            raise ValueError("trajectnummer T-123") from error
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "x", 1, "GET /", None, sys.exc_info())
    written = WithoutValues("%(message)s").format(record)
    assert written.startswith("GET /\n")
    assert "in break_it" in written
    assert written.index("IntegrityError") < written.index("ValueError")
    assert not {
        word for word in ("T-123", "Kim", "TA001 ", "(TA001)") if word in _without_code(written)
    }


def _without_code(written: str) -> str:
    """Without the lines of code that a traceback shows."""
    return "\n".join(line for line in written.splitlines() if not line.startswith("    "))


def test_a_server_writes_to_standard_error(capsys, monkeypatch):
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    keep_log()
    logging.getLogger("app.tasks.jobs").warning("the queue could not be read")
    assert capsys.readouterr().err.endswith("WARNING the queue could not be read\n")


@pytest.mark.parametrize("path", ["app/commands/serve.py", "app/commands/jobs.py"])
def test_whatever_stays_running_keeps_that_log(root, path):
    assert "keep_log(" in (root / path).read_text(encoding="utf-8")
