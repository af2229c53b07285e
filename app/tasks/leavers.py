"""Somebody leaves: the account closes, and what was still to do goes to somebody else."""

from datetime import datetime
from typing import Any

from core.accounts import Account, may
from core.db import transaction
from core.errors import DomainError
from core.identity.account_operations import change_account
from procurement.plan.operations import hand_over, open_work, revoke_links_of


def successors(account: Account) -> list[Account]:
    """Who can take over the open work of an account."""
    active = Account.select().where(Account.active, Account.id != account.id)
    return [one for one in active.order_by(Account.email) if may(one, "change", "planning")]


def names_of(account: Account) -> list[str]:
    """Under what an account can be named as owner."""
    return [name for name in (account.email, account.name) if name]


def close_account(
    account: Account, *, successor: Account | None, by: str, at: datetime, **values: Any
) -> int:
    """End an account; return how many milestones, actions and risks went to its successor.

    ``values`` are other changes of the account. Without a successor an account that still owns
    open work is refused.
    """
    with transaction():
        work = open_work(names_of(account))
        if work and successor is None:
            codes = ", ".join(work)
            raise DomainError(
                "open_work",
                f"{account.email} is nog eigenaar van {work.total()} open mijlpalen, acties of "
                f"risico's ({codes}). Kies wie ze overneemt.",
                field="successor",
            )
        count = 0
        if work and successor is not None:
            if successor.id == account.id or not successor.active:
                raise DomainError(
                    "successor", "Kies een ander account, dat actief is.", field="successor"
                )
            # Under a name where there was a name, and under an address where there was one.
            count = hand_over([account.email], successor.email, by=by, at=at)
            if account.name:
                to = successor.name or successor.email
                count += hand_over([account.name], to, by=by, at=at)
        revoke_links_of(account.email, at=at)
        change_account(account, active=False, by=by, at=at, **values)
    return count
