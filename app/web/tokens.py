"""Pages of the beheerder for API tokens: make one, see it once, revoke it."""

from flask import abort, flash, g, redirect, url_for
from flask_admin import BaseView, expose
from werkzeug.wrappers import Response
from wtforms import RadioField, SelectChoice, SelectField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from core.accounts import Role
from core.admin import Page, needs
from core.dates import now, today
from core.errors import DomainError
from core.identity.api_token_operations import make_token, revoke_token
from core.identity.models import PERMISSIONS, ApiToken
from core.municipalities import names
from core.pages.fields import DutchDateField, Required, SafeForm, TextField
from providers.models import Provider

ROLES = {
    Role.PROVIDER: "aanbieder: alleen de eigen leveringen en scores",
    Role.CONTRACT_MANAGER: "contractmanager",
    Role.REGION: "regio",
    Role.MUNICIPALITY: "gemeente: alleen de gekozen gemeenten",
    Role.AUDITOR: "auditor: alles lezen",
}


class CheckboxesField(SelectMultipleField):
    """Several choices, each a checkbox."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class TokenForm(SafeForm):
    """What a new token is for, and what it may."""

    name = TextField(
        "Naam",
        [Required("Vul in voor welk systeem dit token is.")],
        description="Bijvoorbeeld: leerlingsysteem Taalhuis IJssel.",
        render_kw={"maxlength": 80},
    )
    role = RadioField(
        "Werkt als",
        [Required("Kies als welke rol dit token werkt.")],
        choices=[SelectChoice(role.value, label) for role, label in ROLES.items()],
    )
    provider_code = SelectField("Aanbieder", default="")
    municipalities = SelectMultipleField(
        "Gemeenten",
        description="Kies er meer met Ctrl of Cmd. Alleen nodig bij gemeente en contractmanager.",
        render_kw={"size": 8},
    )
    permissions = CheckboxesField(
        "Mag", choices=[SelectChoice(value, label) for value, label in PERMISSIONS.items()]
    )
    expires_on = DutchDateField(
        "Geldig tot en met", description="Laat leeg voor een token zonder einddatum."
    )


class TokenPage(Page):
    """API tokens."""

    thing = "api_tokens"
    about = "Toegang voor andere systemen."

    @expose("/")
    def index(self) -> str:
        """List the tokens, those that work first."""
        tokens = ApiToken.select().order_by(ApiToken.revoked_at.is_null(False), ApiToken.name)
        return self.render("tokens/tokens.html", tokens=list(tokens), today=today())

    @expose("/nieuw/", methods=("GET", "POST"))
    @needs("create")
    def new(self) -> str:
        """Make a token and show it, this once."""
        form = TokenForm()
        providers = Provider.select().order_by(Provider.name)
        form.provider_code.choices = [
            SelectChoice("", "Niet gebonden aan een aanbieder"),
            *(SelectChoice(p.code, f"{p.name} ({p.code})") for p in providers),
        ]
        form.municipalities.choices = [
            SelectChoice(code, name)
            for code, name in sorted(names().items(), key=lambda item: item[1])
        ]
        if form.validate_on_submit():
            given = form.data
            try:
                row, token = make_token(
                    name=given["name"],
                    role=Role(given["role"]),
                    provider_code=given["provider_code"] or None,
                    municipalities=given["municipalities"],
                    permissions=given["permissions"],
                    expires_on=given["expires_on"],
                    by=g.account.email,
                    at=now(),
                )
            except DomainError as error:
                form.fill_errors(error)
            else:
                return self.render("tokens/made.html", row=row, token=token)
        return self.render("tokens/token_entry.html", form=form)

    @expose("/<int:number>/intrekken/", methods=("GET", "POST"))
    @needs("change")
    def revoke(self, number: int) -> Response | str:
        """Ask, and make a token worthless."""
        token = ApiToken.get_or_none(ApiToken.id == number)
        if token is None:
            abort(404)
        form = SafeForm()
        if form.validate_on_submit():
            try:
                revoke_token(token, by=g.account.email, at=now())
            except DomainError as error:
                flash(error.message, "error")
            else:
                flash(f"Het token {token.name} is ingetrokken.", "success")
            return redirect(url_for(".index"))
        return self.render("tokens/revoke.html", token=token)


def views() -> list[BaseView]:
    """Make the page; it belongs to one application."""
    return [
        TokenPage(
            "API-tokens", url="/beheer/api-tokens", endpoint="api_tokens", category="Toegang"
        ),
    ]
