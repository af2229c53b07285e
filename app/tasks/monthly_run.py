"""The monthly run: who gets which report by e-mail, and each of them once.

Whoever reads for the region gets the region's report, as far as the account may see; a provider
gets its own, to the address in the register. What was sent is written down letter by letter, so
that a run that was stopped goes on where it was.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from core.accounts import Account, Role, visible
from core.dates import now
from core.errors import DomainError
from core.export import XLSX_TYPE
from core.formats import month_text
from core.jobs.locks import named_lock
from core.mail import Attachment, Letter, PostOffice
from core.municipalities import region_name
from providers.models import Provider
from quality.cards.queries import cards_of
from quality.models import CONCEPT, FIXED, ReportMail, ScoreCard
from quality.report.operations import record_mailed
from quality.report.packs import KINDS, REGION, Pack, Shelf, pack_for

READERS = (Role.CONTRACT_MANAGER, Role.REGION)
TYPES = {"pdf": "application/pdf", "xlsx": XLSX_TYPE}


@dataclass(frozen=True)
class Parcel:
    """One report for one address, as far as its reader may see; undrawn until it is asked for."""

    address: str
    month: date
    code: str
    name: str
    status: str
    reader: Account

    def sent(self) -> ReportMail | None:
        """When this address had this report in this status."""
        mail: ReportMail | None = ReportMail.get_or_none(
            month=self.month, code=self.code, address=self.address, status=self.status
        )
        return mail


@dataclass(frozen=True)
class Run:
    """How a run went: what was sent now, what had been before, and what could not be."""

    sent: tuple[Parcel, ...]
    before: int
    failed: tuple[tuple[Parcel, str], ...]
    without_address: tuple[str, ...]


def parcels(month: date, code: str | None = None) -> list[Parcel]:
    """Every report, or the one of a provider, that has a reader with an address."""
    judged = list(cards_of(month))
    listed = _for_the_region(month, judged) if code is None else []
    by_code: dict[str, list[ScoreCard]] = {}
    for card in judged:
        by_code.setdefault(card.provider.code, []).append(card)
    for one, its_cards in by_code.items():
        provider = its_cards[0].provider
        if provider.email and code in (None, one):
            school = Account(role=Role.PROVIDER, provider_code=one, municipalities=[])
            status = _status(its_cards)
            listed.append(Parcel(provider.email, month, one, provider.name, status, school))
    return listed


def _for_the_region(month: date, judged: Sequence[ScoreCard]) -> list[Parcel]:
    listed = []
    readers = Account.select().where(Account.active, Account.role.in_(READERS))
    for account in readers.order_by(Account.email):
        seen: Any = visible(Provider, account, Provider.select(Provider.id)).tuples()
        ids = {number for (number,) in seen}
        its_cards = [card for card in judged if card.provider.id in ids]
        if its_cards:
            status = _status(its_cards)
            listed.append(Parcel(account.email, month, REGION, region_name(), status, account))
    return listed


def _status(judged: Sequence[ScoreCard]) -> str:
    """Concept, until every score in it is fixed."""
    return FIXED if all(card.status == FIXED for card in judged) else CONCEPT


def send_reports(
    month: date,
    *,
    settings: Mapping[str, Any],
    by: str,
    today: date,
    progress: Callable[[str, int, int], None],
    code: str | None = None,
) -> Run:
    """Make and mail what was not mailed yet, in one run at a time of a month."""
    # Below zero, where no job of the queue has its number.
    with named_lock(f"mailing-{month:%Y-%m}") as free:
        if not free:
            raise DomainError(
                "mailing_already",
                f"De rapporten van {month_text(month)} worden al gemaild. "
                "Wacht tot die opdracht klaar is.",
            )
        return _send(month, settings=settings, by=by, today=today, progress=progress, code=code)


def _data_directory(settings: Mapping[str, Any]) -> Path:
    return Path(settings["TAALINKOOP_DATA_DIR"]).absolute()


def _send(
    month: date,
    *,
    settings: Mapping[str, Any],
    by: str,
    today: date,
    progress: Callable[[str, int, int], None],
    code: str | None,
) -> Run:
    """Mail letter by letter; an address that is refused stops nobody else."""
    office = PostOffice(settings["TAALINKOOP_SMTP_URL"], settings["TAALINKOOP_MAIL_FROM"])
    shelf = Shelf(_data_directory(settings) / "reports")
    site = settings["TAALINKOOP_MAIL_LINKS"]
    every = parcels(month, code)
    waiting = [parcel for parcel in every if parcel.sent() is None]
    # Without a mail server nothing is made; making first keeps no line open for a minute.
    packs = _packs(waiting, today) if office.is_open else []
    for number, _ in enumerate(shelf.fill(packs, at=now()), start=1):
        progress("rapporten", number, len(packs))
    sent: list[Parcel] = []
    failed: list[tuple[Parcel, str]] = []
    with office.opened() as send:
        for number, (parcel, pack) in enumerate(zip(waiting, packs, strict=True), start=1):
            at = now()
            try:
                send(letter(parcel, pack, shelf, site=site, at=at), at)
            except DomainError as error:
                if error.code != "mail_refused":
                    raise
                failed.append((parcel, error.message))
            else:
                _write_down(parcel, as_links=bool(site), by=by, at=at)
                sent.append(parcel)
            progress("berichten", number, len(waiting))
    return Run(tuple(sent), len(every) - len(waiting), tuple(failed), without_address(month, code))


def _packs(waiting: Sequence[Parcel], today: date) -> list[Pack]:
    """The report of each parcel; who may see the same gets the same."""
    made: dict[tuple[Any, ...], Pack] = {}
    packs = []
    for parcel in waiting:
        reader = parcel.reader
        key = (parcel.code, reader.role, reader.provider_code, *sorted(reader.municipalities))
        if key not in made:
            pack = pack_for(reader, parcel.month, parcel.code, today=today)
            if pack is None:
                raise DomainError("no_report", f"Van {parcel.name} zijn er geen scores meer.")
            made[key] = pack
        packs.append(made[key])
    return packs


def without_address(month: date, code: str | None = None) -> tuple[str, ...]:
    """Codes of providers that were judged, and that the register has no address of."""
    query = cards_of(month).where(Provider.email.is_null() | (Provider.email == ""))
    codes = {card.provider.code for card in query}
    return tuple(sorted(codes if code is None else codes & {code}))


def _write_down(parcel: Parcel, *, as_links: bool, by: str, at: datetime) -> None:
    record_mailed(
        parcel.month,
        parcel.code,
        address=parcel.address,
        status=parcel.status,
        as_links=as_links,
        by=by,
        at=at,
    )


def letter(parcel: Parcel, pack: Pack, shelf: Shelf, *, site: str, at: datetime) -> Letter:
    """The e-mail: the sentence that answers first, then where the report is."""
    month = parcel.month
    subject = f"Rapportage {month_text(month)}: {parcel.name}"
    lines = ["Goedendag,", "", pack.report.answer, ""]
    if parcel.status == CONCEPT:
        subject += " (concept)"
        lines += ["De scores zijn nog niet allemaal vastgesteld. Dit is een concept.", ""]
    attachments: tuple[Attachment, ...] = ()
    if site:
        lines += [f"Het rapport staat klaar op {site}/rapportages/{month:%Y-%m}/"]
    else:
        lines += ["Het rapport zit als bijlage bij dit bericht: als PDF, en als rekenblad."]
        attachments = tuple(
            Attachment(
                f"{pack.file_name}.{kind}", shelf.get(pack, kind, at=at).read_bytes(), TYPES[kind]
            )
            for kind in KINDS
        )
    lines += ["", "Dit bericht is automatisch gemaakt door Taalinkoop.", ""]
    key = f"{month:%Y-%m}/{parcel.code}/{parcel.address}/{parcel.status}"
    return Letter(parcel.address, subject, "\n".join(lines), key, attachments)
