"""Keep talks, agreements, improvement plans and complaints."""

from datetime import date, datetime
from math import isfinite
from typing import Any

from core.audit import record
from core.db import transaction
from core.errors import DomainError
from core.personal_data import kind_in
from providers.models import Provider
from quality.agreements.models import Agreement, Complaint, Talk
from quality.agreements.rules import CRITERION_OF_COMPLAINT


def _say(thing: str, row: Any, action: str, *, by: str, at: datetime, **more: Any) -> None:
    record(at=at, actor=by, action=action, thing=thing, thing_id=row.id, **more)


def record_talk(
    *,
    provider: Provider,
    held_on: date,
    subject: str,
    report: str,
    by: str,
    at: datetime,
) -> Talk:
    """Keep that a talk was held, and what was said."""
    if held_on > at.date():
        raise DomainError(
            "talk_in_future",
            "Leg een gesprek vast nadat het is gehouden. Vul een datum in tot en met vandaag.",
            field="held_on",
        )
    with transaction():
        talk = Talk.create(
            provider=provider,
            held_on=held_on,
            subject=subject.strip(),
            report=report.strip(),
            created_by=by,
            created_at=at,
        )
        after = {"provider": provider.code, "held_on": held_on.isoformat(), "subject": talk.subject}
        _say("talk", talk, "create", by=by, at=at, after=after)
    return talk


def _check_measure(criterion: str | None, route: int | None, threshold: float | None) -> None:
    filled = [criterion is not None, route is not None, threshold is not None]
    if any(filled) and not all(filled):
        raise DomainError(
            "measure_not_whole",
            "Kies bij een maatstaf een criterium, een leerroute en een grens. "
            "Of laat ze alle drie leeg.",
            field=("criterion", "route", "threshold")[filled.index(False)],
        )
    if threshold is not None and not (isfinite(threshold) and threshold > 0):
        raise DomainError(
            "threshold_not_positive", "Vul als grens een getal boven 0 in.", field="threshold"
        )


def make_agreement(
    *,
    provider: Provider,
    kind: str,
    text: str,
    agreed_on: date,
    due_on: date,
    criterion: str | None,
    route: int | None,
    threshold: float | None,
    talk: Talk | None,
    by: str,
    at: datetime,
) -> Agreement:
    """Make an agreement or an improvement plan, with or without a measure."""
    if due_on < agreed_on:
        raise DomainError(
            "due_before_made",
            "De einddatum ligt voor de datum van de afspraak. Kies een latere einddatum.",
            field="due_on",
        )
    _check_measure(criterion, route, threshold)
    if talk is not None and talk.provider != provider:
        raise DomainError("talk_of_another", "Kies een gesprek met deze aanbieder.", field="talk")
    with transaction():
        agreement = Agreement.create(
            provider=provider,
            talk=talk,
            kind=kind,
            text=text.strip(),
            criterion=criterion,
            route=route,
            threshold=threshold,
            agreed_on=agreed_on,
            due_on=due_on,
            created_by=by,
            created_at=at,
        )
        after = {
            "provider": provider.code,
            "kind": kind,
            "text": agreement.text,
            "criterion": criterion,
            "route": route,
            "threshold": threshold,
            "due_on": due_on.isoformat(),
        }
        _say("agreement", agreement, "create", by=by, at=at, after=after)
    return agreement


def close_agreement(
    agreement: Agreement, *, cancelled: bool, note: str, by: str, at: datetime
) -> None:
    """Close an agreement: done, or cancelled; it says why and stays readable."""
    if not note.strip():
        raise DomainError(
            "note_missing", "Vul in wat de uitkomst van de afspraak is.", field="note"
        )
    with transaction():
        changed = (
            Agreement.update(
                state="cancelled" if cancelled else "closed",
                closed_on=at.date(),
                closing_note=note.strip(),
            )
            .where(Agreement.id == agreement.id, Agreement.state == "open")
            .execute()
        )
        if not changed:
            raise DomainError("agreement_closed", "Deze afspraak is al gesloten.")
        _say(
            "agreement",
            agreement,
            "cancel" if cancelled else "close",
            by=by,
            at=at,
            reason=note.strip(),
        )


def register_complaint(
    *,
    provider: Provider,
    received_on: date,
    kind: str,
    route: int | None,
    municipality: str | None,
    summary: str,
    internal_note: str,
    by: str,
    at: datetime,
    criterion: str | None = None,
) -> Complaint:
    """Register a complaint; the summary, which the provider reads, holds no personal data."""
    if received_on > at.date():
        raise DomainError(
            "complaint_in_future",
            "Vul de dag in waarop de klacht binnenkwam, tot en met vandaag.",
            field="received_on",
        )
    personal = kind_in(summary)
    if personal is not None:
        raise DomainError(
            "personal_data",
            f"In de klacht staat {personal}. De aanbieder leest deze tekst mee: "
            "zet persoonsgegevens in de interne notitie of laat ze weg.",
            field="summary",
        )
    with transaction():
        complaint = Complaint.create(
            provider=provider,
            received_on=received_on,
            kind=kind,
            criterion=criterion or CRITERION_OF_COMPLAINT[kind],
            route=route,
            municipality=municipality,
            summary=summary.strip(),
            internal_note=internal_note.strip(),
            created_by=by,
            created_at=at,
        )
        after = {"provider": provider.code, "kind": kind, "summary": complaint.summary}
        _say("complaint", complaint, "create", by=by, at=at, after=after)
    return complaint


def close_complaint(complaint: Complaint, *, outcome: str, by: str, at: datetime) -> None:
    """Close a complaint with its outcome, which the provider reads too."""
    if not outcome.strip():
        raise DomainError("outcome_missing", "Vul de uitkomst van de klacht in.", field="outcome")
    personal = kind_in(outcome)
    if personal is not None:
        raise DomainError(
            "personal_data",
            f"In de uitkomst staat {personal}. De aanbieder leest deze tekst mee: laat het weg.",
            field="outcome",
        )
    with transaction():
        changed = (
            Complaint.update(state="closed", closed_on=at.date(), outcome=outcome.strip())
            .where(Complaint.id == complaint.id, Complaint.state == "open")
            .execute()
        )
        if not changed:
            raise DomainError("complaint_closed", "Deze klacht is al afgehandeld.")
        _say("complaint", complaint, "close", by=by, at=at, reason=outcome.strip())
