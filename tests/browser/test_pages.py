"""Every page of every role, found by following links: accessible, narrow, without complaints."""

from collections import defaultdict

import pytest

from core.accounts import Role
from tests.browser.person import Person, Walk
from tests.browser.site import Site

# Answers to GET that no page of the demo region links to, each with its reason.
NOT_LINKED = {
    "static": "the stylesheet and the icon",
    "health.alive": "for whoever watches over the server",
    "health.ready": "for whoever watches over the server",
    "account.sign_in": "anyone who is not signed in is sent there",
    "account.first": "only while there is no account yet",
    "account.one_time": "shown once, after an account is made",
    "calendars.calendar": "an address with a secret in it, for a calendar program",
    "second_step.ask": "after a right password, of who has a second step",
    "second_step.recovery_codes": "only with a second step",
    "second_step.remove": "only with a second step",
    "accountview.second_step_view": "only for an account with a second step",
    "oidc.leave": "only where an identity provider is set",
    "oidc.arrive": "where an identity provider sends people back to",
    "models.one": "only once somebody proposed another model",
    "models.approve": "only once somebody proposed another model",
    "api_tokens.revoke": "only once there is a token",
    "jobs.index": "from the page of a job",
    "jobs.one": "only while large work waits, or once it failed",
    "planning.question": "only once a market party asked something",
    "planning.what_if": "the answer to a form",
    "differences.index": "only where a month was delivered more than once",
    "differences.download": "only where a month was delivered more than once",
    "deliveries.missing": "on the page of a delivery in which learners are missing",
    "scores.provider": "a short address that leads to the first route",
}
# flask-admin makes these routes for every table; most of them are switched off.
SWITCHED_OFF = (".static", ".create_view", ".edit_view", ".export", ".ajax_lookup")
# Of each route one address is looked at: of the trajecten the one that has bids.
BEGIN_AT = {Role.REGION: ("/planning/DALFSEN-2019/inschrijvingen/",)}
# No page: only other systems call these.
BY_TOKEN = "api."
# Forms about a lot that is not awarded yet; those of the demo region are.
OPEN_LOT = {
    f"bids.{name}"
    for name in (
        "add_bid",
        "add_proceedings",
        "change_lot",
        "change_proceedings",
        "check",
        "consensus",
        "decide",
        "make_final",
        "open_prices",
        "score",
        "withdraw",
    )
}


@pytest.fixture(scope="module")
def walks() -> dict[Role, Walk]:
    """What was seen so far, by role."""
    return {}


@pytest.fixture(scope="module")
def looked_at() -> dict[str, set[str]]:
    """What was examined so far, by route."""
    return defaultdict(set)


@pytest.mark.parametrize("role", list(Role))
def test_every_page_is_accessible(
    person: Person, walks: dict[Role, Walk], looked_at: dict[str, set[str]], role: Role
) -> None:
    person.sign_in(role)
    walks[role] = Walk(person, looked_at).go(*BEGIN_AT.get(role, ()))
    assert not walks[role].wrong, "\n".join(walks[role].wrong)


def test_every_page_can_be_reached_by_someone(site: Site, walks: dict[Role, Walk]) -> None:
    assert set(walks) == set(Role), "run this after the walks of all roles"
    reached = {endpoint for walk in walks.values() for endpoint in (*walk.pages, *walk.files)}
    alone = [
        f"{endpoint}: {rule}"
        for rule, endpoint in site.routes()
        if endpoint not in reached | set(NOT_LINKED) | OPEN_LOT
        and not endpoint.startswith(BY_TOKEN)
        and not endpoint.endswith(SWITCHED_OFF)
    ]
    assert not alone, "\n".join(alone)


def test_the_sign_in_page_is_accessible(person: Person) -> None:
    person.visit("/account/aanmelden/")
    assert person.barriers() + person.overflow() == []
