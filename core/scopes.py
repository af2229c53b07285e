"""Which rows of the kernel an account may see."""

from typing import Any

from core.access_log import AccessLine
from core.accounts import Account, Role, scope
from core.audit import AuditLine
from core.jobs.models import Job


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


@scope(AccessLine)
def _access_lines(query: Any, account: Account) -> Any:
    if account.role in (Role.ADMINISTRATOR, Role.AUDITOR):
        return query
    return query.where(AccessLine.actor == account.email)


@scope(Job)
def _jobs(query: Any, account: Account) -> Any:
    if account.role in (Role.ADMINISTRATOR, Role.AUDITOR):
        return query
    if account.role == Role.PROVIDER:
        return query.where(Job.provider_code == (account.provider_code or ""))
    return query.where(Job.created_by == account.email)
