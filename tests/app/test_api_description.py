"""Schemathesis calls every operation as described, and as not described."""

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings, strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.specs.openapi.checks import positive_data_acceptance

from app.api.guard import meter
from core.accounts import Role
from core.identity.models import PERMISSIONS
from tests.app.test_api import token_for
from tests.builders import make_delivery, make_provider

EXAMPLES = 12
load_all_checks()


@pytest.fixture
def described(app: Flask, db):
    """The description as the app gives it, with something to find behind it."""
    make_delivery(make_provider("TA001"))
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)


def test_every_operation_answers_as_described(app, described):
    """Also what is not described is refused as described, with a problem document.

    Rows that fit the schema may still be refused by the rules of the feed: not checked.
    """
    manager = token_for(Role.CONTRACT_MANAGER, *(PERMISSIONS.keys() - {"learners:create"}))
    dalfsen = token_for(Role.MUNICIPALITY, "learners:create", municipalities=["0148"])
    checks = [c for c in CHECKS.get_all() if c is not positive_data_acceptance]
    called = set()
    for result in described.get_all_operations():
        one = result.ok()
        token = dalfsen if one.path == "/learners" else manager

        headers = {"Authorization": f"Bearer {token}"}

        @given(case=st.one_of(*(one.as_strategy(generation_mode=mode) for mode in GenerationMode)))
        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            deadline=None,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def check(case):
            meter._counts.clear()
            # Called before the next operation comes: the headers are those of this one.
            case.call_and_validate(headers=headers, checks=checks)  # noqa: B023

        check()
        called.add(one.label)
    assert len(called) == 9
