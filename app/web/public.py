"""Pages that anyone may read: how accessible the site is, and what happens with personal data."""

from flask import Blueprint, render_template

from core.admin import public

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
