"""The pages of this package."""

from flask_admin import BaseView

from providers.admin import deliveries, history, mappings, register


def views() -> list[BaseView]:
    """Make every page; they belong to one application."""
    return [
        *deliveries.views(),
        *history.views(),
        *mappings.views(),
        *register.views(),
    ]
