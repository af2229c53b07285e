"""Pages that anyone may read: how accessible the site is, and what happens with personal data."""

from datetime import timedelta

from flask import Blueprint, Response, abort, current_app, render_template

from core.admin import public
from core.dates import now

blueprint = Blueprint("public", __name__)


@blueprint.get("/toegankelijkheid/")
@public
def accessibility() -> str:
    """Show the toegankelijkheidsverklaring."""
    return render_template("public/accessibility.html")


@blueprint.get("/privacy/")
@public
def privacy() -> str:
    """Show what is kept of whom, and for how long."""
    return render_template("public/privacy.html")


@blueprint.get("/.well-known/security.txt")
@public
def security() -> Response:
    """Say where to report a flaw (RFC 9116)."""
    contact, until = current_app.config["TAALINKOOP_SECURITY_CONTACT"], now() + timedelta(days=180)
    if not contact:
        abort(404)
    about = f"mailto:{contact}" if "@" in contact else contact
    lines = [
        f"Contact: {about}",
        f"Expires: {until:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: nl, en",
    ]
    return Response("\n".join(lines) + "\n", mimetype="text/plain")
