"""The helper of a server: what it does happens elsewhere, and its end is survived."""

import dataclasses
import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.charts import pictures
from core.jobs.child_process import Helper, HelperError, apart, using_helper
from tests.core.test_drawing import make_chart


def die() -> None:
    """What a file or a library may do to the process that it is in."""
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture
def helper():
    one = Helper()
    with using_helper(one):
        yield one


def test_a_helper_that_died_is_replaced(helper):
    first = apart(os.getpid)
    assert first != os.getpid()
    with pytest.raises(HelperError, match="ended twice"):
        apart(die)
    assert apart(os.getpid) not in (first, os.getpid())


def test_what_goes_wrong_there_is_told_here_and_ends_nothing(helper):
    number = apart(os.getpid)
    with pytest.raises(HelperError, match="ValueError: invalid literal"):
        apart(int, "x")
    assert apart(os.getpid) == number


def test_it_takes_limited_memory_and_starts_anew_without_enough(helper):
    number = apart(os.getpid)
    with pytest.raises(HelperError, match="ended twice"):
        apart(bytearray, 2 * Helper.MEMORY)
    assert apart(os.getpid) != number


def test_two_who_ask_the_same_picture_have_it_drawn_once(helper, tmp_path):
    pictures.keep_in(tmp_path)
    try:
        with ThreadPoolExecutor(4) as pool:
            drawn = list(pool.map(lambda _: make_chart().svg(), range(4)))
        assert len(set(drawn)) == 1
        assert drawn[0].startswith("<svg")
        assert len(list(tmp_path.rglob("*.svg"))) == 1
    finally:
        pictures.keep_in(None)


def cannot(_canvas, _data) -> None:
    """A painter that fails."""
    raise ValueError


def test_a_page_has_its_words_when_the_picture_cannot_be_drawn(helper):
    chart = dataclasses.replace(make_chart(), paint=cannot)
    assert "kon niet worden getekend" in chart.svg()


def test_it_ends_with_the_server(helper):
    number = apart(os.getpid)
    helper.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)
