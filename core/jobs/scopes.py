"""Which jobs an account may see: its own; a school those about itself."""

from typing import Any

from core.accounts import Account, Role, scope
from core.jobs.models import Job


@scope(Job)
def _jobs(query: Any, account: Account) -> Any:
    if account.role in (Role.ADMINISTRATOR, Role.AUDITOR):
        return query
    if account.role == Role.PROVIDER:
        return query.where(Job.provider_code == (account.provider_code or ""))
    return query.where(Job.created_by == account.email)
