"""The rights of a person (AVG 15, 17 and 18): all that is held about one learner, its removal, and
its restriction: kept, and shown to nobody.

A person is a gemeente and a trajectnummer. What stays after removal says of nobody who it was:
scores, counts on receipts, and the pseudonym in the two logs, which need no consent to be kept.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from core import access_log, audit
from core.access_log import AccessLine
from core.db import empty_log_of_database, transaction
from core.errors import DomainError
from core.inbox import SetAside
from core.log_chain import pseudonym
from core.municipalities import with_merged
from core.personal_data import refuse
from core.storage import Storage
from providers.deliveries.history_queries import deliveries_with, values_of
from providers.deliveries.retention_operations import clear_files_of, remove_tracks
from providers.feed.columns import SHOWN, held_text
from providers.models import (
    CourseTrack,
    Delivery,
    ProgressRecord,
    Provider,
    RejectedRow,
    Restriction,
)
from providers.scopes import is_restricted
from quality.learners.acts import GROUNDS
from quality.learners.models import (
    FactsImport,
    Handover,
    LearnerFacts,
    LearnerNote,
    LearnerSummary,
)
from quality.models import Signal, SignalAct

_IN_THE_LOGS = (
    "In het logboek en het inzagelogboek een versleutelde afdruk van het nummer: zij verantwoorden "
    "wie wat deed en zag, en zijn nodig om misbruik te vinden (AVG artikel 17 lid 3)."
)
REMAINS = (
    "De scores en andere totalen: daaruit is niemand te herkennen.",
    "De tellingen op ontvangstbewijzen, en hoeveel rijen er per maand waren.",
    _IN_THE_LOGS,
    "Het bestand bij de aanbieder zelf: vraag die het ook te verwijderen.",
)

_SHOWN_TO_NOBODY = (
    "Niemand ziet de rijen, gegevens en signalen van deze cursist: op geen pagina, in geen "
    "bestand en niet via de API. Alleen wie hier mag komen, ziet dat de beperking er is."
)
_KEPT = (
    "Er blijft bewaard wat er is, ook na de bewaartermijn. Wat de aanbieder nog stuurt, komt erbij "
    "en is evenmin te zien. Wat de gemeente zelf aanvult, wordt geweigerd."
)
_COUNTED = (
    "Vastgestelde scores veranderen niet. Totalen, scores en bedragen blijven het traject "
    "meetellen, zonder te tonen van wie: anders klopt het oordeel over de aanbieder niet, en is "
    "uit het verschil af te lezen wat er van deze cursist stond (AVG artikel 18 lid 2: de rechten "
    "van een ander en rechtsvorderingen)."
)
WHILE_RESTRICTED = (_SHOWN_TO_NOBODY, _KEPT, _COUNTED)


def restriction_of(municipality: int, number: str) -> Restriction | None:
    """The restriction of a learner, or ``None``."""
    restriction: Restriction | None = Restriction.get_or_none(
        Restriction.municipality == municipality, Restriction.number == number
    )
    return restriction


def restrict(
    municipality: int, number: str, ground: str, *, reason: str, by: str, at: datetime
) -> Restriction:
    """Keep what is held of a learner and show it to nobody, until that is lifted (AVG 18)."""
    if ground not in GROUNDS:
        raise DomainError("no_ground", f"Kies een grond: {', '.join(GROUNDS)}.", field="ground")
    reason = _checked(reason, number)
    if not is_known(municipality, number):
        raise DomainError("nobody", NOBODY, field="number")
    with transaction():
        if (earlier := restriction_of(municipality, number)) is not None:
            message = (
                f"De verwerking van deze cursist is intussen beperkt door {earlier.by}, om deze "
                f"reden: {earlier.reason}"
            )
            raise DomainError("restricted", message)
        stored: Restriction = Restriction.create(
            municipality=municipality, number=number, ground=ground, reason=reason, by=by, at=at
        )
        _record("restrict", municipality, number, reason=reason, by=by, at=at, ground=ground)
    return stored


def lift(municipality: int, number: str, *, reason: str, by: str, at: datetime) -> None:
    """Show again what was restricted, with the reason; the person is told before (AVG 18 lid 3)."""
    reason = _checked(reason, number)
    with transaction():
        restriction = restriction_of(municipality, number)
        if restriction is None:
            raise DomainError("not_restricted", "De verwerking van deze cursist is niet beperkt.")
        restriction.delete_instance()
        _record(
            "lift", municipality, number, reason=reason, by=by, at=at, ground=restriction.ground
        )


def _record(
    action: str, municipality: int, number: str, *, reason: str, by: str, at: datetime, **more: Any
) -> None:
    audit.record(
        at=at, actor=by, action=action, thing="learners", thing_id=f"{municipality:04d}",
        after={"number": number, **more}, reason=reason,
    )  # fmt: skip


def _checked(reason: str, number: str) -> str:
    """A reason as it is kept: about nobody, the trajectnummer in it as its pseudonym."""
    if not reason.strip():
        raise DomainError("no_reason", "Vul in waarom.", field="reason")
    refuse(reason, field="reason")
    return re.sub(f"(?i){re.escape(number)}", pseudonym(number), reason.strip())


def recipients_of(municipality: int, number: str) -> list[str]:
    """Who had the data, and is told of a restriction or removal (AVG 19): schools by name."""
    named: Any = Provider.select(Provider.name).join(CourseTrack)
    named = named.where(CourseTrack.id.in_(tracks_of(municipality, number)))
    return [name for (name,) in named.distinct().order_by(Provider.name).tuples()]


def is_known(municipality: int, number: str) -> bool:
    """Whether anything is held of a learner of a gemeente, restricted or not."""
    own = {"municipality": municipality, "number": number}
    return bool(tracks_of(municipality, number) or _own(LearnerFacts, own))


NOBODY = "Van dit trajectnummer is bij deze gemeente niets bekend. Controleer het nummer."


def tracks_of(municipality: int, number: str) -> list[int]:
    """Trajecten with this number of which a row of this gemeente is held."""
    query: Any = (
        ProgressRecord.select(ProgressRecord.track)
        .join(CourseTrack)
        .where(
            CourseTrack.number == number,
            ProgressRecord.municipality.in_(with_merged([municipality])),
        )
        .distinct()
        .order_by(ProgressRecord.track)
    )
    return [track for (track,) in query.tuples()]


def everything_about(municipality: int, number: str) -> dict[str, Any]:
    """All that is held about one person, as JSON has it."""
    tracks = tracks_of(municipality, number)
    own = {"municipality": municipality, "number": number}
    looks = AccessLine.select().where(access_log.seen_by(number)).order_by(AccessLine.id)
    signals = Signal.select().where(Signal.track.in_(tracks)).order_by(Signal.id)
    return {
        "gemeente": f"{municipality:04d}",
        "trajectnummer": number,
        "rijen": [_row(record) for record in _records(tracks)],
        "teruggestuurd": [
            {"levering": row.delivery.id, "rij": row.row, "maand": _text(row.month)}
            for row in RejectedRow.select()
            .where(RejectedRow.number == number)
            .order_by(RejectedRow.id)
        ],
        "te_verbeteren": _to_mend(municipality, number),
        "gegevens": [_plain(row, ()) for row in _own(LearnerFacts, own)],
        "notities": [_plain(row, ()) for row in _own(LearnerNote, own)],
        "overdracht": [
            _plain(row, ())
            for row in Handover.select().where(
                Handover.number == number,
                (Handover.from_municipality == municipality)
                | (Handover.to_municipality == municipality),
            ).order_by(Handover.id)
        ],
        "signalen": [_plain(row, ("track",)) for row in signals],
        "handelingen": [
            _plain(row, ("signal",))
            for row in SignalAct.select()
            .where(SignalAct.signal.in_(signals.select(Signal.id)))
            .order_by(SignalAct.id)
        ],
        "bestanden": deliveries_with(number),
        "beperking": [_plain(row, ()) for row in _own(Restriction, own)],
        "ingezien": [
            {"op": _text(line.at), "door": line.actor, "wat": line.what, "doel": line.purpose}
            for line in looks
        ],
    }  # fmt: skip


def write_workbook(file: IO[bytes], document: dict[str, Any]) -> None:
    """Write what ``everything_about`` gave."""
    import xlsxwriter  # noqa: PLC0415  only when a workbook is asked for

    book = xlsxwriter.Workbook(
        file, {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    bold = book.add_format({"bold": True})
    for name, rows in document.items():
        if not isinstance(rows, list):
            continue
        page = book.add_worksheet(name[:31])
        dicts = [row if isinstance(row, dict) else {name: row} for row in rows]
        header = list(dict.fromkeys(key for row in dicts for key in row))
        page.write_row(0, 0, header, bold)
        for at, row in enumerate(dicts, start=1):
            for column, key in enumerate(header):
                if (value := row.get(key)) is not None:
                    page.write_string(at, column, str(value))
    book.close()


def _to_mend(municipality: int, number: str) -> list[dict[str, Any]]:
    """Rows of files of the gemeente that were sent back, as they are kept a while."""
    return [
        {"bestand": one.id, "rij": row} | dict(zip(one.to_mend["header"], cells, strict=True))
        for one in FactsImport.select().where(
            FactsImport.municipality == municipality, FactsImport.to_mend.is_null(False)
        )
        for row, cells in one.to_mend["rows"]
        if number in cells
    ]


def _own(model: Any, own: Mapping[str, Any]) -> list[Any]:
    query: Any = model.select().where(
        model.municipality == own["municipality"], model.number == own["number"]
    )
    return list(query.order_by(model.id))


def _records(tracks: list[int]) -> list[Any]:
    query: Any = (
        ProgressRecord.select(ProgressRecord, Delivery, Provider)
        .join(Delivery, on=ProgressRecord.delivery)
        .join_from(ProgressRecord, Provider)
        .where(ProgressRecord.track.in_(tracks))
        .order_by(ProgressRecord.month, ProgressRecord.id)
    )
    return list(query)


def _row(record: Any) -> dict[str, Any]:
    values = values_of(record)
    return {
        "maand": f"{record.month:%Y-%m}",
        "aanbieder": record.provider.code,
        "levering": record.delivery.id,
        "rij": record.row,
        "ontvangen": _text(record.delivery.received_at),
        "geldt": record.superseded_by is None,
        **{
            column.name: held_text(column, values[column.held_as], {})
            for column in SHOWN
            if values[column.held_as] is not None
        },
    }


def _plain(row: Any, left_out: tuple[str, ...]) -> dict[str, Any]:
    return {
        name: _text(value)
        for name, value in row.__data__.items()
        if value is not None and name not in ("id", *left_out)
    }


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def erase(
    municipality: int, number: str, *, reason: str, data: Path, by: str, at: datetime
) -> dict[str, int]:
    """Remove everything about one person, with the reason; return how much of what.

    Kept files first: what is interrupted is done again. Receipts, months and scores stay as they
    were, and ``db check`` knows how many rows are gone.
    """
    reason = _checked(reason, number)
    tracks = tracks_of(municipality, number)
    own = {"municipality": municipality, "number": number}
    elsewhere = CourseTrack.select().where(CourseTrack.number == number).exists()
    of_nobody_else = not elsewhere and deliveries_with(number)
    if not (tracks or _own(LearnerFacts, own) or of_nobody_else):
        raise DomainError("nobody", NOBODY)
    if is_restricted(municipality, number):
        raise DomainError(
            "restricted",
            "De verwerking van deze cursist is beperkt: alles blijft bewaard. Hef de beperking "
            "eerst op als de cursist toch wil dat alles weggaat.",
        )
    files = clear_files_of(Storage(data), tracks, number)
    counts = {"trajecten": len(tracks), "rijen": len(_records(tracks)), "bestanden": files}
    with transaction():
        remove_tracks(tracks, number)
        for model in (LearnerFacts, LearnerNote, LearnerSummary):
            gone = model.delete().where(
                model.municipality == municipality, model.number == number
            ).execute()  # fmt: skip
            counts[FOUND_IN[model]] = int(gone)
        Handover.delete().where(Handover.number == number).execute()
        SetAside.delete().where(SetAside.text.contains(number)).execute()
        _clear_receipts(municipality, number)
        _record("erase", municipality, number, reason=reason, by=by, at=at, **counts)
    empty_log_of_database()
    return counts


FOUND_IN: dict[Any, str] = {
    LearnerFacts: "gegevens", LearnerNote: "notities", LearnerSummary: "overzichten",
}  # fmt: skip


def _clear_receipts(municipality: int, number: str) -> None:
    """Take what quotes the number out of the receipts of files of the gemeente."""
    for one in FactsImport.select().where(FactsImport.municipality == municipality):
        problems = one.receipt.get("problems", [])
        rest = [problem for problem in problems if number not in str(problem)]
        if len(rest) < len(problems):
            one.receipt = one.receipt | {"problems": rest}
        if one.to_mend is not None:
            rows = [row for row in one.to_mend["rows"] if number not in row[1]]
            one.to_mend = one.to_mend | {"rows": rows} if rows else None
        one.save(only=[FactsImport.receipt, FactsImport.to_mend])
