"""What the kernel keeps for a while only: failed sign-ins, ended tokens, finished jobs."""

from datetime import datetime
from typing import Any

from core.access_log import AccessLine
from core.accounts import SignInFailure
from core.identity.api_token_models import ApiToken
from core.jobs.models import QUEUED, RUNNING, Job


def sign_in_failures(before: datetime) -> Any:
    """Condition on failed sign-ins: those before a moment."""
    return SignInFailure.at < before


def ended_tokens(before: datetime) -> Any:
    """Condition on API tokens: revoked or run out before a moment."""
    return (ApiToken.revoked_at < before) | (ApiToken.expires_on < before.date())


def old_looks(before: datetime) -> Any:
    """Condition on the access log: lines of before a moment."""
    return AccessLine.at < before


def finished_jobs(before: datetime) -> Any:
    """Condition on jobs: neither waiting nor running, and asked for before a moment."""
    return Job.state.not_in((QUEUED, RUNNING)) & (Job.created_at < before)


def count(model: Any, condition: Any) -> int:
    """How many rows it is about."""
    return int(model.select().where(condition).count())


def remove(model: Any, condition: Any) -> None:
    """Remove them."""
    model.delete().where(condition).execute()
