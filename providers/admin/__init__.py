"""The pages of this package."""

from flask_admin import BaseView

from providers.admin import register


def views() -> list[BaseView]:
    """Make every page; they belong to one application."""
    return [*register.views()]
