"""Which indicators an account may see."""

from typing import Any

import peewee

from core.accounts import Account, Role, scope
from quality.indicators.models import CohortCount, Indicator, IndicatorValue, ReferenceLine


def _of_own_gemeente(query: Any, account: Account, field: peewee.Field) -> Any:
    if account.role in (Role.PROVIDER, Role.ADMINISTRATOR):
        return query.where(False)
    if account.role == Role.MUNICIPALITY:
        return query.where(field.is_null() | field.in_(account.municipalities))
    return query


@scope(Indicator)
def _indicators(query: Any, account: Account) -> Any:
    return _of_own_gemeente(query, account, Indicator.municipality)


@scope(IndicatorValue)
def _values(query: Any, account: Account) -> Any:
    mine = _of_own_gemeente(Indicator.select(Indicator.id), account, Indicator.municipality)
    return query.where(IndicatorValue.indicator.in_(mine))


@scope(ReferenceLine)
def _references(query: Any, account: Account) -> Any:
    mine = _of_own_gemeente(Indicator.select(Indicator.id), account, Indicator.municipality)
    return query.where(ReferenceLine.indicator.in_(mine))


@scope(CohortCount)
def _cohorts(query: Any, account: Account) -> Any:
    return _of_own_gemeente(query, account, CohortCount.municipality)
