"""Make a judgement passport: say what it is for, and get the signed file."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Response as FlaskResponse, abort, current_app, g
from flask_admin import expose
from flask_wtf.file import FileField
from werkzeug.wrappers import Response

from core.accounts import Role, visible
from core.admin import Page, needs
from core.dates import now
from core.errors import DomainError
from core.pages.fields import Required, SafeForm, TextField
from providers.models import Provider
from quality.admin.scores import month_or_404
from quality.passport.build import fixed_months, passport_content, record_passport
from quality.passport.seal import opened, public_text, sealed, signing_key

MOST_BYTES = 20_000_000
"""Of a passport that is checked; one of 500 learners has 0.2 MB."""


class PassportForm(SafeForm):
    """What the passport is for."""

    purpose = TextField(
        "Waarvoor is het",
        [Required("Vul in waarvoor het paspoort is, bijvoorbeeld: bezwaar van de aanbieder.")],
        description="Dit staat in het bestand en in het logboek.",
        render_kw={"maxlength": 200},
    )


class CheckForm(SafeForm):
    """A passport that somebody brings."""

    file = FileField("Paspoort (JSON)", [Required("Kies een bestand.")])


class PassportPage(Page):
    """The passport of one aanbieder in one fixed month."""

    thing = "passport"

    @expose("/", methods=("GET", "POST"))
    @needs("create")
    def index(self, month: str, code: str) -> Response | str:
        """Ask what it is for, and give the file."""
        day, provider = month_or_404(month), self._provider(code)
        form, key = PassportForm(), _key()
        if form.validate_on_submit():
            details = {"purpose": form.purpose.data or "", "by": g.account.email, "at": now()}
            try:
                made = sealed(passport_content(provider, day, **details), key)
            except DomainError as error:
                form.fill_errors(error)
            else:
                record_passport(provider, day, **details)
                return _file(made, f"paspoort-{code}-{month}.json")
        return self.render(
            "quality/passport.html",
            form=form,
            provider=provider,
            month=day,
            fixed=fixed_months(provider),
            public_key=public_text(key.public_key()),
        )

    @expose("/controle/", methods=("GET", "POST"))
    @needs("create")
    def check(self, month: str, code: str) -> str:
        """Say whether a file is a passport of this installation in which nothing was changed."""
        day, provider = month_or_404(month), self._provider(code)
        form, content = CheckForm(), None
        if form.validate_on_submit():
            data = form.file.data.read(MOST_BYTES)
            try:
                content = opened(data, public_text(_key().public_key()))
            except DomainError as error:
                form.file.errors = [error.message]
        return self.render(
            "quality/passport_check.html", form=form, content=content, provider=provider, month=day,
        )  # fmt: skip

    def _provider(self, code: str) -> Provider:
        account = g.account
        query = Provider.select() if account.role == Role.ADMINISTRATOR else None
        rows = query if query is not None else visible(Provider, account)
        provider: Provider | None = rows.where(Provider.code == code).get_or_none()
        return provider or abort(404)


def _key() -> Ed25519PrivateKey:
    return signing_key(Path(current_app.config["TAALINKOOP_DATA_DIR"]))


def _file(made: bytes, name: str) -> FlaskResponse:
    return FlaskResponse(
        made,
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
