"""The base of every page: who may come in, what is rendered, and nothing unsafe by default.

A page says of which kind of thing it is (``thing``, a word in ``core.accounts.RIGHTS``). A GET
needs "read"; everything else says what it needs with ``@needs``. What says nothing is refused.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask_admin import BaseView
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from core.accounts import RIGHTS, Account, Role, may
from core.errors import DomainError
from core.pages.fields import SafeForm

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


class NothingThereError(NotFound):
    """A page that could be there and is not: what is the matter, and where to look."""

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self.title, self.text = title, text


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

    def _handle_view(self, name: str, /, **_: Any) -> Response | None:
        action = action_needed(getattr(type(self), name), request.method)
        if g.get("account") is None:
            return sign_in_first()
        if action is None or not self.may(action):
            abort(403)
        if request.method not in SAFE_METHODS and g.account.role == Role.AUDITOR:
            # Who only reads starts no job and makes no link either.
            abort(403)
        return None

    def _run_view(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        # The stock one catches TypeError and calls again in another way, which hides its cause.
        return function(self, *args, **kwargs)

    def saved(
        self, form: SafeForm, change: Callable[[dict[str, Any]], object], message: str = "Bewaard."
    ) -> bool:
        """Whether a form was sent and its change was made; a refusal goes beside its field.

        The one way to save a form: ``change`` gets the form's data and calls an operation.
        """
        if not form.validate_on_submit():
            return False
        try:
            change(form.data)
        except DomainError as error:
            form.fill_errors(error)
            return False
        flash(message, "success")
        return True

    @staticmethod
    def tell_ignored(columns: Sequence[str]) -> None:
        """Say which columns of a file were not read."""
        if columns:
            flash(f"Niet gelezen: {', '.join(columns)}. Deze kolommen staan hier niet.", "info")

    def render(self, template: str, **values: Any) -> str:
        """Render a template; it finds this page as ``page``."""
        return render_template(template, page=self, **values)


def sign_in_first() -> Response:
    """Send someone to the sign-in page, and back here afterwards."""
    path = f"{request.script_root}{request.full_path.rstrip('?')}"
    back = path if request.method == "GET" else None
    return redirect(url_for("account.sign_in", volgende=back))
