"""Sign-in through the identity provider of an organisation (OpenID Connect), beside passwords.

Authorization code with PKCE, state and nonce; the provider's signature, issuer and audience are
checked by Authlib. An account is found by the e-mail address that the provider says it verified,
and stays with whom the provider let in for it first; none is ever made here.
"""

import logging
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, request, session, url_for
from werkzeug.wrappers import Response

from app.web.access import let_in, note_refused
from core.accounts import Account
from core.admin import public
from core.dates import now
from core.identity.account_operations import belongs_to

blueprint = Blueprint("oidc", __name__, url_prefix="/account/oidc")
logger = logging.getLogger(__name__)

SIGNED_BY = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
"""With a key of the provider alone: never unsigned, and never with the secret that we share."""
PATIENCE = 10
"""Seconds that the provider has for an answer."""
FAILED = "Aanmelden met {name} is niet gelukt. Probeer het opnieuw, of gebruik je wachtwoord."
UNVERIFIED = (
    "{name} zegt niet dat je e-mailadres gecontroleerd is. "
    "Geef dit door aan de beheerder, of gebruik je wachtwoord."
)
ANOTHER = (
    "Het account van {email} is van iemand anders bij {name}. Vraag de beheerder om het te sluiten "
    "en te openen, als het nu van jou is."
)
TOO_WEAK = (
    "{name} zegt niet dat je zo zeker bent aangemeld als hier nodig is. Meld je daar aan met een "
    "tweede stap, of geef dit door aan de beheerder."
)
UNKNOWN = "Er is geen account voor {email}. Vraag de beheerder om er een te maken."


@blueprint.get("/")
@public
def leave() -> Response:
    """Send someone to the provider."""
    provider = _provider()
    session["volgende"] = request.args.get("volgende", "")
    try:
        _load(provider)
        wanted = current_app.config["TAALINKOOP_OIDC_ACR"]
        back: Response = provider.authorize_redirect(
            url_for(".arrive", _external=True), **({"acr_values": wanted} if wanted else {})
        )
    except _failures() as error:
        return _refuse(FAILED, error)
    return back


@blueprint.get("/terug/")
@public
def arrive() -> Response:
    """Let in whom the provider vouches for."""
    provider = _provider()
    onward = session.get("volgende") or url_for("start.index")
    try:
        _load(provider)
        person = provider.authorize_access_token()["userinfo"]
    except _failures() as error:
        return _refuse(FAILED, error)
    email = str(person.get("email", "")).strip().lower()
    if (wanted := current_app.config["TAALINKOOP_OIDC_ACR"]) and person.get("acr") != wanted:
        return _refuse(TOO_WEAK)
    # A sign of an address that was checked, as a boolean or as providers write one.
    if person.get(current_app.config["TAALINKOOP_OIDC_VERIFIED_CLAIM"]) not in (True, "1", "true"):
        return _refuse(UNVERIFIED)
    account = Account.get_or_none(Account.email == email, Account.active)
    if account is None:
        return _refuse(UNKNOWN, email=email)
    issuer = current_app.config["TAALINKOOP_OIDC_ISSUER"]
    if not belongs_to(account, issuer=issuer, subject=str(person["sub"]), at=now()):
        note_refused(account)
        return _refuse(ANOTHER, email=email)
    let_in(account, "aanmelddienst", outside=True)
    return redirect(onward)


def _provider() -> Any:
    """What knows how to ask the provider; made when the first person wants it."""
    config, made = current_app.config, current_app.extensions
    if not config["TAALINKOOP_OIDC_ISSUER"]:
        abort(404)
    if "oidc" not in made:
        from authlib.integrations.flask_client import OAuth  # noqa: PLC0415  few need it
        from authlib.integrations.requests_client import OAuth2Session  # noqa: PLC0415

        class NoRedirects(OAuth2Session):
            """Asks the provider that was set, and nobody that it points at."""

            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, **kwargs)
                self.max_redirects = 0

        made["oidc"] = OAuth(current_app).register(
            "oidc",
            client_id=config["TAALINKOOP_OIDC_CLIENT_ID"],
            client_secret=config["TAALINKOOP_OIDC_CLIENT_SECRET"],
            server_metadata_url=(
                f"{config['TAALINKOOP_OIDC_ISSUER']}/.well-known/openid-configuration"
            ),
            client_kwargs={
                "scope": "openid email",
                "code_challenge_method": "S256",
                "default_timeout": PATIENCE,
            },
        )
        made["oidc"].client_cls = NoRedirects
    return made["oidc"]


def _load(provider: Any) -> None:
    """Read what the provider says of itself, and hold it to what was set."""
    described = provider.load_server_metadata()
    if described["issuer"].rstrip("/") != current_app.config["TAALINKOOP_OIDC_ISSUER"]:
        raise ValueError("the provider gives another issuer than the setting")
    described["id_token_signing_alg_values_supported"] = SIGNED_BY


def _failures() -> tuple[type[Exception], ...]:
    """What can go wrong on the way: refusals, bad signatures, no answer, no sense."""
    from authlib.common.errors import AuthlibBaseError  # noqa: PLC0415
    from joserfc.errors import JoseError  # noqa: PLC0415
    from requests import RequestException  # noqa: PLC0415

    return AuthlibBaseError, JoseError, RequestException, ValueError, KeyError, RuntimeError


def _refuse(text: str, error: Exception | None = None, **values: str) -> Response:
    if error is not None:
        # Never its text: a provider may name people in it.
        logger.warning("sign-in by OIDC failed: %s", type(error).__name__)
    flash(text.format(name=current_app.config["TAALINKOOP_OIDC_NAME"], **values), "error")
    return redirect(url_for("account.sign_in"))
