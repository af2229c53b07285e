"""The second step at sign-in: ask for the code, and one's own page to set it up or turn it off."""

import segno
from flask import (
    Blueprint,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response
from wtforms import HiddenField

from app.tasks.letters import notify
from app.web.access import awaited_account, let_in, note_refused, start_session
from app.web.account import OwnPasswordForm
from core.admin import public, signed_in
from core.dates import now
from core.errors import DomainError
from core.identity.second_step_operations import (
    has_second_step,
    pass_second_step,
    renew_recovery_codes,
    seal,
    turn_off_own,
    turn_on,
)
from core.identity.session_operations import secret_in_setup
from core.identity.totp import new_secret, setup_address
from core.pages.fields import Required, SafeForm, TextField

blueprint = Blueprint("second_step", __name__, url_prefix="/account/tweede-stap")

REFUSED = (
    "Deze code klopt niet, of is al gebruikt. Wacht op de volgende code in de app en vul die in. "
    "Na vijf keer fout moet je een kwartier wachten."
)


class CodeForm(SafeForm):
    """What the app shows, or a recovery code."""

    code = TextField(
        "Code",
        [Required("Vul de code in die de app nu toont.")],
        description="De zes cijfers uit de app op je telefoon, of een van je herstelcodes.",
        render_kw={"autocomplete": "one-time-code", "maxlength": 50},
    )
    volgende = HiddenField()


class SetUpForm(OwnPasswordForm):
    """A code that shows that the app has the secret."""

    code = TextField(
        "Code uit de app",
        [Required("Vul de zes cijfers in die de app nu toont.")],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": 10},
    )


@blueprint.route("/code/", methods=["GET", "POST"])
@public
def ask() -> Response | str:
    """Let someone in whose password was right, and whose code is."""
    account = awaited_account()
    if account is None:
        return redirect(url_for("account.sign_in"))
    form = CodeForm(volgende=request.args.get("volgende", ""))
    if form.validate_on_submit():
        try:
            right = pass_second_step(
                account,
                code=form.code.data or "",
                address=request.remote_addr or "",
                key=_key(),
                at=now(),
            )
        except DomainError as error:
            form.fill_errors(error)
        else:
            if right:
                let_in(account, "wachtwoord en code")
                return redirect(form.volgende.data or url_for("start.index"))
            note_refused(account)
            form.form_errors.append(REFUSED)
    return render_template("account/second_step_code.html", form=form)


@blueprint.route("/", methods=["GET", "POST"])
@signed_in
def index() -> Response | str:
    """Set it up, or show that it is on."""
    if has_second_step(g.account):
        return render_template("account/second_step_on.html")
    secret = secret_in_setup(g.session, make=new_secret, seal=seal(_key()))
    form = SetUpForm()
    if form.validate_on_submit():
        try:
            codes = turn_on(
                g.account,
                secret=secret,
                code=form.code.data or "",
                password=form.current.data or "",
                key=_key(),
                at=now(),
            )
        except DomainError as error:
            form.fill_errors(error)
        else:
            start_session(g.account)
            _notify("second_step_on")
            return _show_once(codes)
    picture = segno.make(setup_address(secret, g.account.email), error="m")
    return render_template(
        "account/second_step_off.html",
        form=form,
        picture=picture.svg_data_uri(scale=5, border=4, light="#fff"),
        secret=" ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
    )


@blueprint.route("/herstelcodes/", methods=["GET", "POST"])
@signed_in
def recovery_codes() -> Response | str:
    """Ask for the password, and show other recovery codes."""
    if not has_second_step(g.account):
        return redirect(url_for(".index"))
    form = OwnPasswordForm()
    if form.validate_on_submit():
        try:
            return _show_once(
                renew_recovery_codes(
                    g.account, password=form.current.data or "", key=_key(), at=now()
                )
            )
        except DomainError as error:
            form.fill_errors(error)
    return render_template("account/second_step_renew.html", form=form)


@blueprint.route("/uitzetten/", methods=["GET", "POST"])
@signed_in
def remove() -> Response | str:
    """Ask for the password, and turn it off."""
    if not has_second_step(g.account):
        return redirect(url_for(".index"))
    form = OwnPasswordForm()
    if form.validate_on_submit():
        try:
            turn_off_own(g.account, password=form.current.data or "", at=now())
        except DomainError as error:
            form.fill_errors(error)
        else:
            start_session(g.account)
            _notify("second_step_off")
            flash("De tweede stap staat uit. Je wachtwoord is nu genoeg.", "success")
            return redirect(url_for("account.index"))
    return render_template("account/second_step_remove.html", form=form)


def _show_once(codes: list[str]) -> str:
    return render_template("account/recovery_codes.html", codes=codes)


def _key() -> str:
    return str(current_app.secret_key)


def _notify(what: str) -> None:
    notify(g.account, what, settings=current_app.config, by=g.account.email)
