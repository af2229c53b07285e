"""What contract management asks attention for."""

from datetime import date, timedelta

from core.accounts import Account, may, visible
from core.attention import MOST_UPCOMING, Attention, Figure, Upcoming, Urgency
from core.formats import day_text
from providers.models import Provider
from quality.agreements.models import Agreement, Complaint
from quality.agreements.queries import progress_of
from quality.agreements.rules import COMPLAINT_KINDS, KINDS, Course

SOON = timedelta(days=14)
COMPLAINT_TERM = timedelta(days=42)
"""Six weeks, the term for a complaint in the Algemene wet bestuursrecht (art. 9:11)."""


def attention(account: Account, today: date) -> list[Attention]:
    """Agreements past or near their date, and complaints that stay open."""
    items: list[Attention] = []
    if may(account, "read", "agreements"):
        items += _agreements(account, today)
    if may(account, "change", "complaints"):
        items += _complaints(account, today)
    return items


def upcoming(account: Account, today: date) -> list[Upcoming]:
    """The open agreements that end first."""
    if not may(account, "read", "agreements"):
        return []
    query = visible(Agreement, account, Agreement.select(Agreement, Provider).join(Provider)).where(
        Agreement.state == "open", Agreement.due_on >= today
    )
    return [
        Upcoming(
            one.due_on,
            f"{KINDS[one.kind].capitalize()} met {one.provider.name} loopt af: {one.text}",
            f"/aanbieders/{one.provider.code}/afspraken/{one.id}/",
        )
        for one in query.order_by(Agreement.due_on, Agreement.id).limit(MOST_UPCOMING)
    ]


def figures(account: Account, today: date) -> list[Figure]:
    """How many agreements run; of one school they stand together, else in the list of schools."""
    del today
    if not may(account, "read", "agreements"):
        return []
    count = visible(Agreement, account).where(Agreement.state == "open").count()
    own = account.provider_code
    url = f"/aanbieders/{own}/afspraken/" if own else "/aanbieders/"
    return [Figure("afspraken lopen" if count != 1 else "afspraak loopt", str(count), url)]


def _agreements(account: Account, today: date) -> list[Attention]:
    query = visible(Agreement, account, Agreement.select(Agreement, Provider).join(Provider)).where(
        Agreement.state == "open", Agreement.due_on <= today + SOON
    )
    agreements = list(query.order_by(Agreement.due_on, Agreement.id))
    progress = progress_of(agreements, today)
    return [
        Attention(
            _sentence(agreement, progress[agreement.id].course, today),
            f"/aanbieders/{agreement.provider.code}/afspraken/{agreement.id}/",
            Urgency.NOW if agreement.due_on < today else Urgency.SOON,
            agreement.due_on,
            needs=("change", "agreements"),
            together=f"{{n}} afspraken met {agreement.provider.name} lopen af",
        )
        for agreement in agreements
    ]


def _sentence(agreement: Agreement, course: Course, today: date) -> str:
    kind = KINDS[agreement.kind].capitalize()
    past = agreement.due_on < today
    when = f"{'liep af' if past else 'loopt af'} op {day_text(agreement.due_on)}"
    said = "" if course is Course.BY_HAND else f" ({course})"
    return f"{kind} met {agreement.provider.name} {when}{said}: {agreement.text}"


def _complaints(account: Account, today: date) -> list[Attention]:
    query = visible(Complaint, account, Complaint.select(Complaint, Provider).join(Provider)).where(
        Complaint.state == "open", Complaint.received_on <= today - COMPLAINT_TERM + SOON
    )
    return [
        Attention(
            f"Klacht over {complaint.provider.name} ({COMPLAINT_KINDS[complaint.kind]}) "
            f"van {day_text(complaint.received_on)} is nog niet afgehandeld.",
            f"/aanbieders/{complaint.provider.code}/klachten/{complaint.id}/",
            Urgency.NOW if complaint.received_on + COMPLAINT_TERM < today else Urgency.SOON,
            complaint.received_on + COMPLAINT_TERM,
            needs=("change", "complaints"),
            together=f"{{n}} klachten over {complaint.provider.name} zijn nog niet afgehandeld",
        )
        for complaint in query.order_by(Complaint.received_on, Complaint.id)
    ]
