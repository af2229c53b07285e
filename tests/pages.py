"""The browser of the tests: a client that signs in, fills in the token, and has opinions.

Every GET that answers with a page is checked: valid HTML5, Dutch, one h1 that starts the title,
labels, no double ids, captions and scopes in tables, text for pictures, no English left over.
"""

import re
from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask
from flask.testing import FlaskClient

from core.accounts import Account, Role
from core.dates import now
from core.db import is_postgresql
from core.identity.session_operations import begin
from core.pages.purposes import KEPT

ENGLISH = re.compile(
    r"\b(This field is required|Not a valid|Create|Edit|Delete|Save|Search|Submit|Cancel|Page not "
    r"found|Bad Request|Internal Server Error|Method Not Allowed|None|True|False|null|nan)\b"
)
# A hash of no password at all: tests that do not sign in through the form need none.
NO_PASSWORD = "!"
# Differs on every page: the token of a form, the number of a refusal, what is left of the session.
OWN = re.compile(
    r'(?<=name="csrf_token" value=")[^"]*|(?<=, nummer )[0-9a-f]{12}(?=<)|(?<=data-seconds=")\d+'
)
UNLABELLED = {"hidden", "submit", "button", "image", "reset"}


class Page:
    """One answer, with what a test asks of it."""

    def __init__(self, response: Any) -> None:
        self.response = response
        self.status: int = response.status_code
        self.headers = response.headers
        self.data: bytes = response.get_data()
        response.close()
        self.is_html = response.mimetype == "text/html" and self.status not in (301, 302, 303, 308)
        self.html: str = self.data.decode() if self.is_html else ""

    @cached_property
    def root(self) -> Element:
        """The parsed page; refuses what is not valid HTML5."""
        return _parsed(OWN.sub("", self.html))

    @property
    def location(self) -> str:
        """Where a redirect goes."""
        return str(self.headers.get("Location", ""))

    def all(self, tag: str) -> list[Element]:
        """Every element with this tag."""
        return list(self.root.iter(tag))

    def with_class(self, name: str) -> list[Element]:
        """Every element with this class."""
        return [e for e in self.root.iter() if name in (e.get("class") or "").split()]

    @property
    def text(self) -> str:
        """What a person reads, in one line."""
        return text_of(next(iter(self.all("body"))))

    @property
    def title(self) -> str:
        """The h1."""
        return text_of(self.all("h1")[0])

    @property
    def errors(self) -> list[str]:
        """What the error summary of a form says."""
        return [text_of(li) for box in self.with_class("error-summary") for li in box.iter("li")]

    @property
    def links(self) -> list[str]:
        """Every address that the page links to."""
        return [e.get("href") or "" for e in self.all("a")]

    def rows(self, table: int = 0) -> list[list[str]]:
        """The cells of a table's body."""
        body = next(iter(self.all("table")[table].iter("tbody")))
        return [[text_of(cell) for cell in row] for row in body.iter("tr")]

    def check(self) -> None:
        """Hold the page to what every page must be; once, as no engine changes a template."""
        if not self.is_html or is_postgresql():
            return
        assert self.all("html")[0].get("lang") == "nl"
        headings = self.all("h1")
        assert len(headings) == 1, [text_of(h) for h in headings]
        # A page with errors says so first, for who hears the title read.
        title = text_of(self.all("title")[0])
        assert title.startswith("Fout: ") or not self.with_class("error-summary"), title
        assert title.removeprefix("Fout: ").startswith(text_of(headings[0]))
        self._check_ids()
        self._check_labels()
        self._check_tables()
        for picture in [*self.all("img"), *self.all("svg")]:
            assert _has_text(picture), "a picture without a text"
        for element in self.root.iter():
            assert not element.get("style"), f"inline style on {element.tag}"
            assert not any(a.startswith("on") for a in element.attrib), f"script on {element.tag}"
        left_over = ENGLISH.findall(" ".join(self._visible()))
        assert not left_over, left_over

    def _check_ids(self) -> None:
        ids = [e.get("id") for e in self.root.iter() if e.get("id")]
        assert len(ids) == len(set(ids)), sorted(i for i in ids if ids.count(i) > 1)
        for element in self.root.iter():
            for name in ("aria-labelledby", "aria-describedby", "for"):
                for target in (element.get(name) or "").split():
                    assert target in ids, f"{name}={target} points at nothing"

    def _check_labels(self) -> None:
        labelled = {e.get("for") for e in self.all("label")}
        for element in [*self.all("input"), *self.all("select"), *self.all("textarea")]:
            if element.get("type") not in UNLABELLED:
                named = element.get("id") in labelled or element.get("aria-label")
                assert named, f"{element.tag} {element.get('name')} has no label"
        for select in self.all("select"):
            options = list(select.iter("option"))
            chosen_for_you = options and options[0].get("value") != ""
            assert "required" not in select.attrib or not chosen_for_you, select.get("name")
        for element in [*self.all("a"), *self.all("button")]:
            assert text_of(element) or element.get("aria-label"), "a link or button without text"

    def _check_tables(self) -> None:
        for table in self.all("table"):
            captions = list(table.iter("caption"))
            assert captions, "a table without caption"
            assert text_of(captions[0])
            headings = list(table.iter("th"))
            assert headings, "a table without headings"
            assert all(th.get("scope") for th in headings), "a th without scope"

    def _visible(self) -> list[str]:
        skip = {"script", "style", "pre", "code"}
        return [
            text
            for element in self.root.iter()
            if element.tag not in skip and not element.get("data-literal")
            for text in (element.text or "", element.tail or "")
        ]


@lru_cache(maxsize=100)
def _parsed(html: str) -> Element:
    # Parsing takes as long as answering, and a walk of all routes sees the same refusal often.
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parse(html)


def text_of(element: Element) -> str:
    """All text in an element, with single spaces."""
    # Where a long word may break, is nothing that a reader sees.
    return " ".join("".join(element.itertext()).replace("\N{SOFT HYPHEN}", "").split())


def _has_text(picture: Element) -> bool:
    return (
        picture.get("aria-hidden") == "true"
        or "alt" in picture.attrib
        or bool(picture.get("aria-label") or picture.get("aria-labelledby"))
    )


class Client:
    """A browser: keeps cookies, fills in the token, checks every page it gets."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.browser: FlaskClient = app.test_client()
        self._token = ""

    def sign_in(self, role: Role | str, **scope: Any) -> Account:
        """Be someone with this role: ``provider_code="TA001"``, ``municipalities=["0193"]``."""
        role = Role(role)
        email = scope.pop("email", f"{role}@example.org")
        account = Account.get_or_none(Account.email == email) or Account.create(
            email=email,
            name=f"Test {role}",
            role=role,
            password_hash=NO_PASSWORD,
            session_key=f"session of {email}",
            created_at=now(),
            **scope,
        )
        with self.browser.session_transaction() as session:
            session.clear()
            session["token"] = begin(account, at=now())
            # Of who was asked already for what the files are; test_purposes.py asks.
            session[KEPT] = ["een levering controleren of verbeteren", 1e12]
        self._token = ""
        return account

    def sign_out(self) -> None:
        """Be nobody."""
        self.browser = self.app.test_client()
        self._token = ""

    def get(self, url: str, *, status: int | None = 200, check: bool = True) -> Page:
        """Open a page; ``status=None`` accepts any but a server error."""
        page = Page(self.browser.get(url))
        self._expect(page, url, status)
        if check:
            page.check()
        return page

    def post(
        self,
        url: str,
        data: Mapping[str, Any] | None = None,
        *,
        status: int | None = None,
        token: bool = True,
        follow: bool = False,
        check: bool = True,
        **kwargs: Any,
    ) -> Page:
        """Send a form with the token; ``follow=True`` opens the page that it redirects to."""
        values: dict[str, Any] = dict(data or {})
        if token:
            values["csrf_token"] = self.token()
        page = Page(self.browser.post(url, data=values, **kwargs))
        if "Set-Cookie" in page.headers:
            self._token = ""
        if follow and page.status in (302, 303):
            target = urlsplit(page.location)
            return self.get(target.path + (f"?{target.query}" if target.query else ""))
        self._expect(page, url, status)
        if check:
            page.check()
        return page

    def token(self) -> str:
        """The token against forged requests that this browser's pages carry."""
        if not self._token:
            response = self.browser.get("/account/", follow_redirects=True)
            match = re.search(r'name="csrf_token" value="([^"]+)"', response.text)
            assert match, "no page with a form to take the token from"
            self._token = match[1]
        return self._token

    @staticmethod
    def _expect(page: Page, url: str, status: int | None) -> None:
        if status is None:
            assert page.status < 500, f"{url} answers {page.status}"
        else:
            assert page.status == status, f"{url} answers {page.status}, not {status}"
