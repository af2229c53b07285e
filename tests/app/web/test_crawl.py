"""A crawl as an attacker makes it: what means something to a browser, a database, a spreadsheet, a
file system, a header or a template, in every form and every parameter of every page. Over a socket
to a real waitress, so that what a header or a body does to the server counts too.
"""

import io
import re
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.parse import urlencode
from xml.etree.ElementTree import Element

import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Response

from app.web.security import CONTENT_SECURITY_POLICY
from core.accounts import Account, Role, may
from core.admin import Page as AdminPage, action_needed
from core.identity import account_operations
from core.pages.purposes import PURPOSES
from core.storage import Storage
from tests.app.web.test_listening import PASSWORD, serve  # noqa: F401  a fixture
from tests.app.web.test_rights import ASKED, SCOPE, address, fill_world, rules, view_of
from tests.builders import AT
from tests.pages import Page

PAYLOADS = (
    "\"'><x-mark onload=1>{{7*19101}}${7*19101}",
    "x' OR '1'='1'; DROP TABLE account; --\\\r\nX-Mark: 1",
    "../../../../../../etc/passwd",
    '=HYPERLINK("http://x.example";"x")',
)
GIVEN_AWAY = re.compile(rb"133707|root:x:0:0|OperationalError|syntax error|Traceback")
FORMULA = re.compile(rb"(?m)(?:^|[;,])\"?=HYPERLINK")
SECONDS = 60
"""Of the processor: what else the machine does is no slow page."""
ELSEWHERE = "volgende"
# Ends sessions, whatever is sent along.
LEFT_ALONE = ("/account/afmelden/", "/account/andere-sessies/")


def check_answer(page: Page, url: str) -> None:
    """Nothing was done with what was typed but reading it."""
    readable = re.search("text|json|xml", page.headers["Content-Type"])
    result = readable and GIVEN_AWAY.search(page.data)
    assert not result, (url, result[0])
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


class Visitor:
    """A browser that is signed in as one account, or as nobody, and keeps its connection."""

    def __init__(self, port: int, role: Role | None = None) -> None:
        self._line = HTTPConnection("127.0.0.1", port, timeout=120)
        self._email, self._cookie, self.asked = f"{role}@example.org" if role else "", "", 0
        self.account = None
        if role:
            self.account = Account.create(
                email=self._email, name=f"Test {role}", role=role, session_key=self._email,
                password_hash=account_operations.HASHER.hash(PASSWORD), created_at=AT,
                **SCOPE.get(role, {}),
            )  # fmt: skip
        self._sign_in()

    def get(self, url: str, query: dict[str, str] | None = None) -> Page:
        """Open a page."""
        return self._as_myself("GET", f"{url}?{urlencode(query)}" if query else url)

    def post(self, url: str, values: dict[str, object]) -> Page:
        """Send a form, with the token of this session."""
        return self._as_myself("POST", url, values)

    def ask(self, method: str, url: str, values: dict[str, object] | None = None) -> Page:
        """Ask whoever is signed in now, or nobody."""
        headers, body = {"Cookie": self._cookie} if self._cookie else {}, None
        if values is not None:
            sent = EnvironBuilder(method=method, data=values).get_environ()
            headers["Content-Type"], body = sent["CONTENT_TYPE"], sent["wsgi.input"].read()
        self._line.request(method, url, body, headers)
        answer = self._line.getresponse()
        page = Page(Response(answer.read(), answer.status, answer.getheaders()))
        if cookie := page.headers.get("Set-Cookie"):
            self._cookie = cookie.partition(";")[0]
        self.asked += 1
        return page

    def hang_up(self) -> None:
        """End the connection; the next question makes another."""
        self._line.close()

    def _as_myself(self, method: str, url: str, values: dict[str, object] | None = None) -> Page:
        for _ in range(2):
            if values is not None:
                values["csrf_token"] = self._token
            page = self.ask(method, url, values)
            if not self._email or "/account/aanmelden/" not in page.location:
                break
            # What was sent just before ended the session.
            self._sign_in()
        return page

    def _sign_in(self) -> None:
        self._cookie = ""
        self._token = token_of(self.ask("GET", "/account/aanmelden/"))
        if not self._email:
            return
        values = {"csrf_token": self._token, "email": self._email, "password": PASSWORD}
        assert self.ask("POST", "/account/aanmelden/", values).location == "/"
        self._token = token_of(self.ask("GET", "/account/"))
        # Files about persons are given to who said for what; test_purposes.py asks.
        purpose = {"csrf_token": self._token, "purpose": PURPOSES[0], "volgende": "/"}
        assert self.ask("POST", "/account/doel/", purpose).location == "/"


def may_open(account: Account | None, view: AdminPage, function: object) -> bool:
    """Tell whether a page is for the role of this account."""
    return account is not None and may(account, action_needed(function, "GET"), view.thing)


def token_of(page: Page) -> str:
    """The token against forged requests in a page."""
    match = re.search(r'name="csrf_token" value="([^"]+)"', page.html)
    assert match, "no form on the page"
    return match[1]


@pytest.mark.thorough
def test_what_is_typed_comes_back_as_text(serve) -> None:  # noqa: F811
    server = serve(TAALINKOOP_SECOND_STEP="nee")
    fill_world(Storage(server.app.config["TAALINKOOP_DATA_DIR"]))
    pages = {
        address(rule, number=1, code="TA001"): view_of(server.app, rule)
        for rule in rules(server.app)
        if "GET" in rule.methods and rule.endpoint != "static"
    }
    began, asked, forms, queried = time.process_time(), 0, set(), set()
    # The auditor reads last: what the others left is text wherever it is shown, in files as well.
    for role in [*(role for role in Role if role != Role.AUDITOR), None, Role.AUDITOR]:
        visitor = Visitor(server.port, role)
        for url, view in pages.items():
            # test_rights.py asks for what is not for this role.
            if view and not may_open(visitor.account, *view):
                continue
            page = visitor.get(url)
            check_answer(page, url)
            if page.status == 200 and url not in queried:
                queried.add(url)
                named = {*ASKED, "id", "zoek", "sorteer", "na"}
                named |= set(re.findall(r'name="([^"]+)"', page.html)) - {"csrf_token"}
                # An address of elsewhere is refused before anything else is read.
                for names in filter(None, (named - {ELSEWHERE}, named & {ELSEWHERE})):
                    for payload in PAYLOADS:
                        answer = visitor.get(url, dict.fromkeys(names, payload))
                        assert answer.status < 500, (role, url, payload)
                        check_answer(answer, url)
            for form in page.all("form") if page.is_html else ():
                target = form.get("action") or url
                fields = frozenset(f.get("name") for f in form.iter() if f.get("name"))
                if form.get("method") != "post" or (target, fields) in forms:
                    continue
                forms.add((target, fields))
                for payload in PAYLOADS if target not in LEFT_ALONE else ():
                    for values in sent(form, payload):
                        answer = visitor.post(target, values)
                        assert answer.status < 500, (role, target, payload)
                        check_answer(answer, target)
        asked += visitor.asked
        # The server ends a connection that is silent.
        visitor.hang_up()
    assert visitor.ask("TRACE", "/").status == 405
    visitor.hang_up()
    assert len(forms) >= 40, "the crawl found few forms"
    assert time.process_time() - began < SECONDS, f"{asked} answers took too long"
