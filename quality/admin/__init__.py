"""The pages of this package."""

from flask_admin import BaseView

from quality.admin.agreements import AgreementPage
from quality.admin.complaints import ComplaintPage
from quality.admin.indicators import IndicatorPage
from quality.admin.providers import ProvidersPage


def views() -> list[BaseView]:
    """Make every page; they belong to one application."""
    return [
        ProvidersPage("Aanbieders", url="/aanbieders", endpoint="providers"),
        IndicatorPage("Indicatoren", url="/indicatoren", endpoint="indicators"),
        AgreementPage("Afspraken", url="/aanbieders/<code>/afspraken", endpoint="agreements"),
        ComplaintPage("Klachten", url="/aanbieders/<code>/klachten", endpoint="complaints"),
    ]
