"""Write down which owner got which message, so that nobody gets it twice on a day."""

from datetime import date, datetime

from core import audit
from core.db import transaction
from procurement.models import DigestMail


def record_digest(day: date, owner: str, *, address: str, text: str, by: str, at: datetime) -> None:
    """Keep a message that went out."""
    with transaction():
        DigestMail.create(day=day, owner=owner, address=address, text=text, sent_at=at)
        audit.record(
            at=at, actor=by, action="mail_digest", thing="planning", thing_id=f"{day:%Y-%m-%d}",
            after={"aan": address, "eigenaar": owner},
        )  # fmt: skip
