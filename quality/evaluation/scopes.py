"""Which evaluations an account may see: a gemeente its own, an aanbieder none."""

from typing import Any

from core.accounts import Account, Role, scope
from quality.evaluation.models import EVERYTHING


def _register(model: Any) -> None:
    @scope(model)
    def _own(query: Any, account: Account) -> Any:
        if account.role in (Role.PROVIDER, Role.ADMINISTRATOR):
            return query.where(False)
        if account.role == Role.MUNICIPALITY or (
            account.role == Role.CONTRACT_MANAGER and account.municipalities
        ):
            return query.where(model.municipality.in_(account.municipalities))
        return query


for _model in EVERYTHING:
    _register(_model)
