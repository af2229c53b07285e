"""The base of every page: who may come in, what is rendered, and nothing unsafe by default.

A page says of which kind of thing it is (``thing``, a word in ``core.accounts.RIGHTS``). A GET
needs "read"; everything else says what it needs with ``@needs``. What says nothing is refused.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import abort, g, redirect, render_template, request, url_for
from flask_admin import BaseView
from werkzeug.wrappers import Response

from core.accounts import RIGHTS, Account, may

F = TypeVar("F", bound=Callable[..., Any])
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


def needs(action: str, **by_method: str) -> Callable[[F], F]:
    """Say which action a view needs; ``POST="create"`` when one method needs another."""

    def mark(function: F) -> F:
        function.needed_actions = {"": action} | by_method  # type: ignore[attr-defined]
        return function

    return mark


def public(function: F) -> F:
    """Let anyone call this plain route; it guards itself (sign-in, health, token)."""
    function.declared_access = "public"  # type: ignore[attr-defined]
    return function


def signed_in(function: F) -> F:
    """Let every signed-in account call this plain route."""
    function.declared_access = "signed_in"  # type: ignore[attr-defined]
    return function


def action_needed(function: Callable[..., Any], method: str) -> str | None:
    """Which action a view function needs for this method; ``None`` when it declares none."""
    needed: dict[str, str] = getattr(function, "needed_actions", {})
    if method in needed:
        return needed[method]
    if "" in needed:
        return needed[""]
    return "read" if method in SAFE_METHODS else None


class Page(BaseView):
    """A page or a few pages about one kind of thing: ``Page("Leveringen", url="/leveringen")``."""

    thing = ""

    def __init__(
        self, name: str, *, url: str, endpoint: str | None = None, category: str | None = None
    ) -> None:
        if self.thing not in RIGHTS:
            raise ValueError(f"{type(self).__name__}.thing is not in RIGHTS: {self.thing!r}")
        super().__init__(name=name, url=url, endpoint=endpoint, category=category)

    def may(self, action: str) -> bool:
        """Whether the signed-in account has this action on this page's kind of thing."""
        account: Account | None = g.get("account")
        return account is not None and may(account, action, self.thing)

    def is_accessible(self) -> bool:
        """Whether the menu shows this page."""
        return self.may("read")

    def _handle_view(self, name: str, **kwargs: Any) -> Response | None:
        action = action_needed(getattr(type(self), name), request.method)
        if g.get("account") is None:
            return sign_in_first()
        if action is None or not self.may(action):
            abort(403)
        return None

    def _run_view(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        # The stock one catches TypeError and calls again in another way, which hides its cause.
        return function(self, *args, **kwargs)

    def render(self, template: str, **values: Any) -> str:
        """Render a template; it finds this page as ``page``."""
        return render_template(template, page=self, **values)


def sign_in_first() -> Response:
    """Send someone to the sign-in page, and back here afterwards."""
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("account.sign_in", volgende=back))
