"""Every form about something that exists, opened by two: the second undoes nothing unseen."""

import json
from collections.abc import Iterator
from itertools import islice
from xml.etree.ElementTree import Element

import peewee
import pytest
from flask import Flask

from core.accounts import Role
from tests.app.web.test_rights import SCOPE, address, rules, world  # noqa: F401  a fixture
from tests.pages import Client
from tests.procurement.plans import make_baseline, make_milestone, make_process

OTHER = "kim@example.org"
TOLD = {
    f"/beheer/{table}/edit/?id=1"
    for table in (
        "aanbieders", "contracten", "keurmerken", "docenten", "locaties", "accounts", "mijlpalen"
    )
}  # fmt: skip
"""Forms of which this test knows how to change something; where others lead, they are held too."""
MOST_TRIED = 40
"""Of one form. That of a new model takes no change of one field: weights are 100 together."""
TYPED = ("text", "date", "number", None)


def filled_in(form: Element) -> dict[str, str]:
    """What a browser sends of a form that nobody touched."""
    values = {}
    for field in form.iter():
        name = field.get("name")
        if not name or name == "csrf_token" or field.get("type") in ("submit", "file", "image"):
            continue
        if field.get("type") in ("checkbox", "radio") and field.get("checked") is None:
            continue
        if field.tag == "select":
            chosen = [o for o in field.iter("option") if o.get("selected") is not None]
            values[name] = (chosen[0].get("value") or "") if chosen else ""
        elif field.tag == "textarea":
            values[name] = field.text or ""
        elif field.tag == "input":
            values[name] = field.get("value") or ""
    return values


def changes(form: Element) -> Iterator[tuple[str, str, str]]:
    """Fields with two other values that may be right for them: of one, and of the other."""
    for field in form.iter():
        name, kind, value = field.get("name"), field.get("type"), field.get("value") or ""
        if field.tag == "select":
            here = [o for o in field.iter("option") if o.get("selected") is not None]
            kept = here[0].get("value") if here else ""
            others = [o.get("value") or "" for o in field.iter("option")]
            others = [other for other in others if other != kept]
            if name and len(others) > 1:
                yield name, others[-1], others[-2]
        elif field.tag == "textarea" and name:
            yield name, "Eerste tekst", "Tweede tekst"
        elif field.tag == "input" and name and kind in TYPED:
            for one, two in (
                ("Eerste", "Tweede"), ("31", "32"), ("01-12-2027", "02-12-2027"),
                ("0150", "0193"), ("een@voorbeeld.nl", "twee@voorbeeld.nl"),
                (value + "1", value + "2"),
            ):  # fmt: skip
                yield name, one, two


def about(form: Element) -> set[str]:
    """The fields that hold something that exists: the form carries what it showed of them."""
    fields = set()
    for field in form.iter("input"):
        name = field.get("name") or ""
        if name.endswith("seen"):
            prefix = name.removesuffix("seen")
            fields |= {f"{prefix}{one}" for one in json.loads(field.get("value") or "{}")}
    return fields


def outcome(client: Client, db: peewee.Database, role: Role, target: str, form: Element) -> str:
    """What happens when another saves first: "told", or what was wrong, or "not saved"."""
    fields = about(form)
    # What is asked beside the thing itself is why it changes.
    as_opened = {
        name: value or (name not in fields and "Proef") or ""
        for name, value in filled_in(form).items()
    }
    tried = (change for change in changes(form) if change[0] in fields)
    for name, theirs, mine in islice(tried, MOST_TRIED):
        with db.atomic() as attempt:
            client.sign_in(role, **(SCOPE.get(role, {}) | {"email": OTHER}))
            first = client.post(target, as_opened | {name: theirs}, check=False)
            if first.status in (302, 303):
                client.sign_in(role, **SCOPE.get(role, {}))
                second = client.post(target, as_opened | {name: mine}, check=False)
                is_warned = (
                    second.status == 422 and f"Intussen gewijzigd door {OTHER}" in second.text
                )
                attempt.rollback()
                return "told" if is_warned else f"{target} {name}: {second.status}"
            attempt.rollback()
    return "not saved"


@pytest.mark.thorough
def test_the_second_of_two_sees_what_the_first_changed(
    app: Flask, client: Client, db: peewee.Database, world: None  # noqa: F811
) -> None:  # fmt: skip
    make_baseline(make_milestone(make_process(id=1), id=1).process)
    outcomes: dict[tuple[str, frozenset[str]], str] = {}
    for role in (Role.CONTRACT_MANAGER, Role.ADMINISTRATOR, Role.REGION, Role.MUNICIPALITY):
        for rule in rules(app):
            if "GET" not in rule.methods or rule.endpoint == "static":
                continue
            url = address(rule, number=1, code="TA001") + "?id=1"
            client.sign_in(role, **SCOPE.get(role, {}))
            page = client.get(url, status=None, check=False)
            for form in page.all("form") if page.status == 200 and page.is_html else ():
                key = (form.get("action") or url, frozenset(about(form)))
                if key[1] and outcomes.get(key, "not saved") == "not saved":
                    outcomes[key] = outcome(client, db, role, key[0], form)
    assert {one for one in outcomes.values() if one not in ("told", "not saved")} == set()
    assert {target for (target, _), one in outcomes.items() if one == "told"} >= TOLD
