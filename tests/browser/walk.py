"""A walk along every link that a person can see: one address of each route.

The pages are asked for without a window, which is ten times as quick; a window opens those with a
kind of element that nobody looked at before.
"""

from collections import deque
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map

from tests.browser.person import AXE, Person

# Stands before every file about persons: one page at many addresses.
PURPOSE = "Waarvoor heb je dit bestand nodig? – Taalinkoop"
WITHOUT_END = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}


class Outline(HTMLParser):
    """The links of a page, and the kinds of its elements: what each is, and inside what."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.kinds: dict[str, None] = {}
        self.title = ""
        self._inside: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        own = f"{tag}.{given.get('class', '')}"
        self.kinds[f"{' '.join(self._inside)} {own} {sorted(given)} {given.get('type')}"] = None
        if tag == "a" and given.get("href"):
            self.links.append(str(given["href"]))
        if tag not in WITHOUT_END:
            self._inside.append(own)

    def handle_data(self, data: str) -> None:
        if self._inside == ["html.", "head.", "title."]:
            self.title += data

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in WITHOUT_END:
            self._inside.pop()

    def handle_endtag(self, tag: str) -> None:
        while self._inside and not self._inside.pop().startswith(f"{tag}."):
            pass


@dataclass
class Walk:
    """What somebody came along; where ``at_least`` so many kinds are new, a window opens."""

    person: Person
    routes: Map
    at_least: int = 1
    pages: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    titles: dict[str, set[str]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Know the addresses of this site."""
        self._routes = self.routes.bind(urlsplit(self.person.site.url).netloc)

    def go(self, *first: str) -> "Walk":
        """Follow the links, widest first, and look at each page; ``first`` names where to begin."""
        self.person.context.add_init_script(AXE)  # every page that is opened is examined
        ahead = deque(f"{self.person.site.url}{path}" for path in (*first, "/"))
        seen = set(ahead)
        while ahead:
            address = ahead.popleft()
            endpoint = self._route_of(address)
            if endpoint in {None, "static", *self.pages, *self.files}:
                continue
            for link in self._look(str(endpoint), address):
                if link not in seen:
                    seen.add(link)
                    ahead.append(link)
        return self

    def _route_of(self, address: str) -> str | None:
        """Endpoint that answers this address, a tab (``part``) apart; nothing for elsewhere."""
        if not address.startswith(f"{self.person.site.url}/"):
            return None
        try:
            endpoint, values = self._routes.match(urlsplit(address).path, method="GET")
        except HTTPException as error:
            self.wrong.append(f"{address}: {error}")
            return None
        return "/".join([str(endpoint), *([values["part"]] if "part" in values else [])])

    def _look(self, endpoint: str, address: str) -> list[str]:
        answer = self.person.context.request.get(address, headers={"Accept": "text/html"})
        if answer.status != 200:
            self.wrong.append(f"{address}: {answer.status}")
        if not answer.headers["content-type"].startswith("text/html"):
            self.files[endpoint] = address
            answer.dispose()
            return []
        self.pages[endpoint] = address
        outline, here = Outline(answer.text()), answer.url
        answer.dispose()
        if outline.title != PURPOSE:
            self.titles.setdefault(outline.title, set()).add(urlsplit(here).path)
        if self.person.site.examined.claim([*outline.kinds], at_least=self.at_least):
            self.person.visit(address)
            self.wrong += self.person.barriers() + self.person.lost_in_own_colours()
            self.wrong += self.person.hard_to_read()
        return [urldefrag(urljoin(here, link))[0] for link in outline.links]
