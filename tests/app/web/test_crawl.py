"""A crawl as an attacker makes it: what means something to a browser, a database, a spreadsheet, a
file system, a header or a template, in every form and every parameter of every page.
"""

import io
import re
import time
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import peewee
import pytest
from flask import Flask

from app.web.security import CONTENT_SECURITY_POLICY
from core.accounts import Role
from core.identity.account_operations import HASHER
from tests.app.web.test_rights import ASKED, SCOPE, address, rules, world  # noqa: F401  a fixture
from tests.pages import Client, Page

PAYLOADS = (
    "\"'><x-mark onload=1>{{7*19101}}${7*19101}",
    "x' OR '1'='1'; DROP TABLE account; --\\",
    "../../../../../../etc/passwd",
    "x\r\nX-Mark: 1",
    '=HYPERLINK("http://x.example";"x")',
)
GIVEN_AWAY = re.compile(rb"133707|root:x:0:0|OperationalError|syntax error|Traceback")
FORMULA = re.compile(rb"(?m)(?:^|[;,])\"?=HYPERLINK")
SECONDS = 60
"""Of the processor: what else the machine does is no slow page."""
# Wrong in these, nothing else of the question is looked at; they have tests of their own.
REFUSED_AT_ONCE = {"csrf_token", "id", "volgende", "url"}
# Ends sessions, whatever is sent along.
LEFT_ALONE = ("/account/afmelden/", "/account/andere-sessies/")


def held(page: Page, url: str) -> None:
    """Nothing was done with what was typed but reading it."""
    readable = re.search("text|json|xml", page.headers["Content-Type"])
    found = readable and GIVEN_AWAY.search(page.data)
    assert not found, (url, found[0])
    opens = page.is_html or "xml" in page.headers["Content-Type"]
    assert not (opens and b"<x-mark" in page.data), url
    assert "csv" not in page.headers["Content-Type"] or not FORMULA.search(page.data), url
    assert page.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY, url
    assert not {"X-Mark", "Access-Control-Allow-Origin"} & {*page.headers.keys()}, url
    assert re.match(r"(/(?!/)|$)", page.location), (url, page.location)


def filled_in(form: Element) -> dict[str, str]:
    """What a browser sends when nobody touches the form; the first choice where there is one."""
    values = {}
    for field in form.iter():
        name = field.get("name")
        if not name or field.get("type") in ("checkbox", "submit", "image"):
            continue
        if field.tag == "select":
            options = [option.get("value") or "" for option in field.iter("option")]
            values[name] = next(filter(None, options), "")
        elif field.tag == "textarea":
            values[name] = field.text or ""
        elif field.tag in ("input", "button") and (field.get("type") != "radio"):
            values[name] = field.get("value") or ""
        elif field.tag == "input":
            values.setdefault(name, field.get("value") or "")
    return values


def sent(form: Element, payload: str) -> Iterator[dict[str, object]]:
    """The form with the payload in everything that is typed, and in everything that is sent."""
    typed = {
        field.get("name"): (io.BytesIO(payload.encode()), payload)
        if field.get("type") == "file" else payload
        for field in form.iter()
        if field.get("name") and (
            field.tag == "textarea"
            or (field.tag == "input" and field.get("type") in (None, "text", "file", "search"))
        )
    }  # fmt: skip
    given = filled_in(form)
    yield given | typed
    yield dict.fromkeys(given, payload)


@pytest.mark.thorough
def test_what_is_typed_comes_back_as_text(
    app: Flask, client: Client, db: peewee.Database, world: None  # noqa: F811
) -> None:  # fmt: skip
    began, forms, asked = time.process_time(), set(), 0
    for role in Role:
        account = client.sign_in(role, **SCOPE.get(role, {}))
        account.password_hash = HASHER.hash("fietsbel-aardappel-molen")
        account.save()
        for rule in rules(app):
            if "GET" not in rule.methods or rule.endpoint == "static":
                continue
            url = address(rule, number=1, code="TA001")
            page = client.get(url, status=None, check=False)
            names = {*ASKED, "id", "zoek", "sorteer", "na", "volgende"}
            names |= {n for n in re.findall(r'name="([^"]+)"', page.html) if n != "csrf_token"}
            for payload in PAYLOADS if page.status == 200 and page.is_html else PAYLOADS[:1]:
                answer = Page(client.browser.get(url, query_string=dict.fromkeys(names, payload)))
                asked += 1
                assert answer.status < 500, (role, url, payload)
                held(answer, url)
            for form in page.all("form") if page.is_html else ():
                target = form.get("action") or url
                fields = frozenset(f.get("name") for f in form.iter() if f.get("name"))
                if form.get("method") != "post" or (target, fields) in forms:
                    continue
                forms.add((target, fields))
                for payload in PAYLOADS if target not in LEFT_ALONE else ():
                    for values in sent(form, payload):
                        client.sign_in(role, **SCOPE.get(role, {}))
                        held(client.post(target, values, check=False), target)
                        asked += 1
    # What was kept is text wherever it is shown, in files as well.
    client.sign_in(Role.AUDITOR)
    for rule in rules(app):
        if "GET" in rule.methods and rule.endpoint != "static":
            url = address(rule, number=1, code="TA001")
            held(client.get(url, status=None, check=False), url)
    assert client.browser.open("/", method="TRACE").status_code == 405
    assert len(forms) >= 40, "the crawl found few forms"
    assert time.process_time() - began < SECONDS, f"{asked} answers took too long"
