"""The walk of every route as every role would notice a check that is taken out.

Each case takes one check out, as a careless change would, and expects somebody to see too much.
"""

from collections.abc import Callable
from typing import Any

import pytest

from core.accounts import RIGHTS, SCOPES, Role
from providers.admin import deliveries, mappings
from providers.models import Contract, Delivery, ProgressRecord, Provider
from tests.app.web.test_rights import content, world  # noqa: F401  the fixture

Everything = Callable[[Any, Any], Any]


def everything(query: Any, account: Any) -> Any:
    del account
    return query


SEEN = [
    (Provider, Role.PROVIDER, "/beheer/aanbieders/", {"provider_code": "TA001"}),
    (Contract, Role.PROVIDER, "/beheer/contracten/", {"provider_code": "TA001"}),
    (Delivery, Role.PROVIDER, "/leveringen/", {"provider_code": "TA001"}),
    (ProgressRecord, Role.MUNICIPALITY, "/leveringen/2/rij/2/", {"municipalities": ["0193"]}),
]


@pytest.mark.parametrize(("model", "role", "url", "scope"), SEEN)
def test_a_scope_that_is_gone_shows(client, world, monkeypatch, model, role, url, scope):  # noqa: F811
    client.sign_in(role, **scope)
    assert "verborgen" not in content(client.get(url, status=None, check=False))
    monkeypatch.setitem(SCOPES, model, everything)
    assert "verborgen" in content(client.get(url, status=None, check=False))


def test_a_right_too_many_shows(client, world, monkeypatch):  # noqa: F811
    client.sign_in("regio")
    client.get("/beheer/accounts/", status=403)
    monkeypatch.setitem(RIGHTS["accounts"], Role.REGION, frozenset({"read"}))
    client.get("/beheer/accounts/")


@pytest.mark.parametrize(
    ("module", "door"), [(deliveries, "verbeteren.xlsx"), (mappings, "kolommen/")]
)
def test_a_whole_file_without_its_check_shows(client, world, monkeypatch, module, door):  # noqa: F811
    client.sign_in("contractmanager", municipalities=["0193"])
    client.get(f"/leveringen/1/{door}", status=403)
    monkeypatch.setattr(module, "sees_whole_files", lambda account: True)
    assert client.get(f"/leveringen/1/{door}", status=None, check=False).status != 403
