"""Which rows of the kernel an account may see."""

from typing import Any

from core.accounts import Account, Role, scope
from core.audit import AuditLine


@scope(Account)
def _accounts(query: Any, account: Account) -> Any:
    if account.role in (Role.ADMINISTRATOR, Role.AUDITOR):
        return query
    return query.where(Account.id == account.id)


@scope(AuditLine)
def _audit_lines(query: Any, account: Account) -> Any:
    if account.role in (Role.ADMINISTRATOR, Role.AUDITOR):
        return query
    return query.where(AuditLine.actor == account.email)
