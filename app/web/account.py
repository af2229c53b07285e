"""Sign in, sign out, one's own account, and the very first account of an installation."""

import hmac

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response
from wtforms import EmailField, HiddenField, PasswordField

from app.tasks.letters import notify, send_link
from app.web.access import (
    await_second_step,
    end_session,
    let_in,
    limits,
    note_refused,
    start_session,
)
from core import access_log
from core.accounts import Account, Role
from core.admin import public, signed_in
from core.dates import now
from core.db import transaction
from core.errors import DomainError
from core.identity.account_operations import (
    INVITATION_LIVES,
    LINK_LIVES,
    Attempts,
    account_of_link,
    add_account,
    change_own_password,
    choose_password,
    make_link,
    one_time_password,
    sign_in,
)
from core.identity.second_step_operations import has_second_step
from core.identity.session_operations import end_others, running
from core.pages.fields import Required, SafeForm, TextField
from core.pages.purposes import PurposeForm, ask, keep_purpose

blueprint = Blueprint("account", __name__, url_prefix="/account")

REFUSED = (
    "Aanmelden is niet gelukt. Controleer je e-mailadres en je wachtwoord. "
    "Na vijf keer fout moet je een kwartier wachten."
)


def _email() -> EmailField:
    return EmailField(
        "E-mailadres",
        [Required("Vul je e-mailadres in.")],
        render_kw={"autocomplete": "username"},
    )


def _new_password(label: str) -> PasswordField:
    return PasswordField(
        label,
        [Required("Vul een nieuw wachtwoord in.")],
        description="Minstens 12 tekens. Een paar losse woorden achter elkaar is goed.",
        render_kw={"autocomplete": "new-password"},
    )


class ForgottenForm(SafeForm):
    """Whose account it is; paste and password managers work."""

    email = _email()


class SignInForm(ForgottenForm):
    """E-mail address and password."""

    password = PasswordField(
        "Wachtwoord",
        [Required("Vul je wachtwoord in.")],
        render_kw={"autocomplete": "current-password"},
    )
    volgende = HiddenField()


class OwnPasswordForm(SafeForm):
    """The present password, before something that decides who gets in."""

    current = PasswordField(
        "Huidig wachtwoord",
        [Required("Vul je huidige wachtwoord in.")],
        render_kw={"autocomplete": "current-password"},
    )


class ChooseForm(SafeForm):
    """A password by whoever has the link."""

    password = _new_password("Nieuw wachtwoord")


class PasswordForm(OwnPasswordForm, ChooseForm):
    """The present password and the next."""


class FirstAccountForm(SafeForm):
    """The code from the terminal and the first beheerder."""

    code = TextField(
        "Code uit de terminal",
        [Required("Vul de code in die de server in de terminal toont.")],
        render_kw={"autocomplete": "one-time-code"},
    )
    email = _email()
    name = TextField("Naam", render_kw={"autocomplete": "name"})
    password = _new_password("Wachtwoord")
    contract_manager = EmailField(
        "Wie leest aanbieders en leveringen in?",
        description="Het e-mailadres van de contractmanager; die krijgt een eigen account. "
        "Mag leeg blijven: accounts maak je ook onder Beheer.",
        render_kw={"autocomplete": "off"},
    )


@blueprint.route("/aanmelden/", methods=["GET", "POST"], endpoint="sign_in")
@public
def sign_in_page() -> Response | str:
    """Let someone in, and send them where they were going."""
    if not Account.select().exists():
        return redirect(url_for("account.first"))
    form = SignInForm(volgende=request.args.get("volgende", ""))
    if form.validate_on_submit():
        account = sign_in(
            email=form.email.data,
            password=form.password.data,
            address=request.remote_addr or "",
            at=now(),
        )
        if account is not None and has_second_step(account):
            await_second_step(account)
            return redirect(url_for("second_step.ask", volgende=form.volgende.data or None))
        if account is not None:
            let_in(account, "wachtwoord")
            return redirect(form.volgende.data or url_for("start.index"))
        note_refused(Account.get_or_none(Account.email == (form.email.data or "").strip().lower()))
        form.form_errors.append(REFUSED)
    return render_template("account/sign_in.html", form=form)


@blueprint.post("/afmelden/")
@public
def sign_out() -> Response:
    """End this session."""
    if g.account is not None:
        access_log.record(g.account, "account", at=now(), action="sign_out")
    end_session()
    flash("Je bent afgemeld.", "success")
    answer = redirect(url_for("account.sign_in"))
    # Not "cookies": the next page says with one that the session ended.
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@blueprint.route("/", methods=["GET", "POST"])
@signed_in
def index() -> Response | str:
    """Show one's own account, and change the password."""
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            change_own_password(
                g.account, current=form.current.data, password=form.password.data, at=now()
            )
        except DomainError as error:
            form.fill_errors(error)
        else:
            start_session(g.account)
            notify(g.account, "password", settings=current_app.config, by=g.account.email)
            flash("Je wachtwoord is gewijzigd. Andere sessies zijn beëindigd.", "success")
            return redirect(url_for("account.index"))
    return render_template(
        "account/account.html",
        form=form,
        second_step=has_second_step(g.account),
        sessions=running(g.account, at=now(), **limits()),
        here=g.session,
    )


@blueprint.post("/doel/")
@signed_in
def purpose() -> Response | tuple[str, int]:
    """Take the purpose of a download, and go on to the file."""
    form = PurposeForm()
    if not form.validate():
        return ask(form), 400
    keep_purpose(form.answer)
    return redirect(form.volgende.data or url_for("start.index"))


@blueprint.post("/andere-sessies/")
@signed_in
def end_other_sessions() -> Response:
    """End every session of this account but this one."""
    count = end_others(g.account, g.session, at=now())
    flash(f"{count} andere sessies zijn beëindigd." if count != 1 else
          "1 andere sessie is beëindigd.", "success")  # fmt: skip
    return redirect(url_for("account.index"))


@blueprint.route("/eerste-beheerder/", methods=["GET", "POST"])
@public
def first() -> Response | str:
    """Make the first beheerder; only while there is no account, with the code of the terminal."""
    if Account.select().exists():
        abort(404)
    code = current_app.config.get("FIRST_ACCOUNT_CODE")
    form = FirstAccountForm()
    if code and form.validate_on_submit():
        if not hmac.compare_digest(code.encode(), (form.code.data or "").encode()):
            form.code.errors = ["Deze code klopt niet. Neem de code over uit de terminal."]
            return render_template("account/first.html", form=form, code_known=True)
        try:
            with transaction():
                account = add_account(
                    email=form.email.data,
                    name=form.name.data or "",
                    role=Role.ADMINISTRATOR,
                    password=form.password.data,
                    by="eerste start",
                    at=now(),
                )
                invited = _first_colleague(form.contract_manager, by=account.email)
        except DomainError as error:
            form.fill_errors(error)
        else:
            let_in(account, "code uit de terminal")
            if invited:
                return render_template(
                    "account/one_time.html", row=invited, invitation=True,
                    link=give_link(invited, invitation=True, by=account.email),
                    onward=("Verder: richt je eigen account in", url_for("start.index")),
                )  # fmt: skip
            return redirect(url_for("start.index"))
    return render_template("account/first.html", form=form, code_known=bool(code))


def _first_colleague(field: EmailField, *, by: str) -> Account | None:
    """Make the account of the contractmanager, if an address is given; an error names the field."""
    if not (field.data or "").strip():
        return None
    try:
        return add_account(
            email=field.data, role=Role.CONTRACT_MANAGER, password=one_time_password(), by=by,
            at=now(),
        )  # fmt: skip
    except DomainError as error:
        raise DomainError(error.code, error.message, field="contract_manager") from error


def give_link(account: Account, *, invitation: bool, by: str) -> str:
    """Mail the link to choose a password; without a mail server return it, to be shown once."""
    if current_app.config["TAALINKOOP_SMTP_URL"]:
        send_link(account, base=link_base(), invitation=invitation, settings=current_app.config,
                  by=by)  # fmt: skip
        return ""
    lives = INVITATION_LIVES if invitation else LINK_LIVES
    return f"{link_base()}{make_link(account, at=now(), lives=lives)}/"


def link_base() -> str:
    """The address that the token of a link comes behind."""
    example = {"token": "-"}
    return url_for("account.choose", **example, _external=True).removesuffix("-/")


@blueprint.route("/wachtwoord/<token>/", methods=["GET", "POST"])
@public
def choose(token: str) -> tuple[str, int] | Response | str:
    """Let whoever has the link choose a password, once."""
    account = account_of_link(token, at=now())
    if account is None:
        mails = bool(current_app.config["TAALINKOOP_SMTP_URL"])
        return render_template("account/link_over.html", mails=mails), 404
    form = ChooseForm()
    if form.validate_on_submit():
        try:
            account = choose_password(token, password=form.password.data or "", at=now())
        except DomainError as error:
            form.fill_errors(error)
        else:
            notify(account, "password", settings=current_app.config, by=account.email)
            if account.last_seen_at is None:
                # Whoever chose the first password of an account would only type it once more.
                let_in(account, "uitnodiging")
                return redirect(url_for("start.index"))
            flash("Je wachtwoord is gewijzigd. Meld je ermee aan.", "success")
            return redirect(url_for(".sign_in"))
    return render_template("account/choose_password.html", form=form, email=account.email)


@blueprint.route("/wachtwoord-vergeten/", methods=["GET", "POST"])
@public
def forgotten() -> Response | str:
    """Mail a link to whom it concerns; the answer is the same when that is nobody."""
    form, settings = ForgottenForm(), current_app.config
    mails = bool(settings["TAALINKOOP_SMTP_URL"])
    if mails and form.validate_on_submit():
        email = (form.email.data or "").strip().lower()
        name = f"forgotten {email}"
        attempts = Attempts(name, email=email, address=request.remote_addr or "", at=now())
        with attempts.one() as may_try:
            if may_try:
                attempts.failed()
                account = Account.get_or_none(Account.email == email, Account.active)
                if account is not None:
                    base = link_base()
                    send_link(account, base=base, invitation=False, settings=settings, by=email)
        flash("Is er een account met dit adres, dan is er een link gemaild.", "success")
        return redirect(url_for(".sign_in"))
    return render_template("account/forgotten.html", form=form, mails=mails)
