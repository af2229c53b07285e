"""Every page of every role, found by following links: accessible, narrow, without complaints."""

import pytest
from flask import Flask
from playwright.sync_api import expect

from core.accounts import Role
from core.dates import today
from core.formats import day_text
from tests.browser.person import Person
from tests.browser.walk import Walk

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
    "learners.marked": "only after a file of which rows were sent back",
    "deliveries.missing": "on the page of a delivery in which learners are missing",
    "scores.provider": "a short address that leads to the first route",
    "health.metrics": "for a monitoring system, with its token",
    "public.security": "at the place where who found a flaw looks by themselves (RFC 9116)",
    "account.choose": "the one-time link in a mail, or printed by the beheerder",
    "account.forgotten": "on the sign-in page, where mail is set",
    "planning.decision": "an older address, that leads to the row in the table",
    "processtable.details_view": "the table leads to the page of the traject itself",
    "complainttable.details_view": "the table leads to the page of the complaint itself",
    "agreementtable.details_view": "the table leads to the page of the agreement itself",
    "indicatortable.details_view": "the table leads to the page of the indicator itself",
}
# flask-admin makes these routes for every table; most of them are switched off.
SWITCHED_OFF = (
    ".static", ".create_view", ".edit_view", ".remove_view", ".export", ".ajax_lookup",
)  # fmt: skip
# Without a row there is none to open and nothing to export; these are empty in the demo region.
EMPTY_TABLES = {
    f"{table}.{page}"
    for table in ("accessview", "lessonbreakview", "teachingmethodview")
    for page in ("details_view", "export_view")
}
# Of each route one address is looked at: of the trajecten the one that has bids and the one that
# has lessons, and of a takeover one with an answer.
BEGIN_AT = {
    Role.REGION: (
        "/planning/DALFSEN-2019/inschrijvingen/",
        "/planning/SAS-2024/lessen/",
        "/planning/overname/?aanbieder=TA005&dag=01-12-2026",
    )
}
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


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One role every day, every role where everything must hold.

    Nor does a window open every day for the last few kinds of element on a page: half of the pages,
    a tenth of the kinds.
    """
    if "role" in metafunc.fixturenames:
        every = metafunc.config.getoption("thorough")
        walks = [(role, 1) for role in Role] if every else [(Role.REGION, 8)]
        metafunc.parametrize(("role", "at_least"), walks, ids=[role for role, _ in walks])


def test_every_page_is_accessible_and_linked(
    person: Person, app: Flask, role: Role, at_least: int
) -> None:
    person.sign_in(role)
    walk = Walk(person, app.url_map, at_least).go(*BEGIN_AT.get(role, ()))
    assert not walk.wrong, "\n".join(walk.wrong)
    assert {title: paths for title, paths in walk.titles.items() if len(paths) > 1} == {}
    reached = person.site.examined.reached(role, [*walk.pages, *walk.files])
    # Roles walk at the same time: whoever comes home last knows what nobody reached.
    if set(reached) == set(Role):
        assert not_linked(app, set().union(*reached.values())) == []


def not_linked(app: Flask, reached: set[str]) -> list[str]:
    """Pages that exist and that no role can get to by following links."""
    return [
        f"{rule.endpoint}: {rule}"
        for rule in app.url_map.iter_rules()
        if "GET" in rule.methods
        and rule.endpoint not in reached | set(NOT_LINKED) | OPEN_LOT | EMPTY_TABLES
        and not rule.endpoint.startswith(BY_TOKEN)
        and not rule.endpoint.endswith(SWITCHED_OFF)
    ]


# Between the margins of an A4.
PAPER = {"width": 718, "height": 1000}
PRINTED = [
    "/", "/kwaliteit/", "/aanbieders/TA002/", "/aanbieders/TA002/gesprek/", "/cursisten/",
    "/leveringen/", "/planning/SAS-2027/", "/planning/SAS-2027/besluiten/",
    "/planning/SAS-2027/mijlpalen/", "/rapportages/", "/beheer/besluiten/",
]  # fmt: skip
CONTROLS = "main :is(button, .button, input, select, textarea, summary):visible"


def test_paper_has_a_date_and_nothing_to_press_or_past_its_edge(person: Person) -> None:
    person.sign_in(Role.CONTRACT_MANAGER)
    page = person.page
    page.emulate_media(media="print")
    page.set_viewport_size(PAPER)
    for address in PRINTED:
        person.visit(address)
        expect(page.locator("footer")).to_contain_text(f"afgedrukt op {day_text(today())}")
        expect(page.locator(CONTROLS)).to_have_count(0)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= PAPER["width"], f"{address}: {width} px"


def test_the_sign_in_page_is_accessible(person: Person) -> None:
    person.visit("/account/aanmelden/")
    assert person.barriers() + person.lost_in_own_colours() + person.overflow() == []
