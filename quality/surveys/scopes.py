"""Which answers an account may see: those about its own schools."""

from typing import Any

from core.accounts import Account, scope
from providers.scopes import by_provider
from quality.surveys.models import SurveyCount


@scope(SurveyCount)
def _counts(query: Any, account: Account) -> Any:
    return by_provider(query, account, SurveyCount.provider)
