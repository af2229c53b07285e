"""The pages of this package."""

from flask_admin import BaseView

from quality.admin.indicators import IndicatorPage


def views() -> list[BaseView]:
    """Make every page; they belong to one application."""
    return [IndicatorPage("Indicatoren", url="/indicatoren", endpoint="indicators")]
