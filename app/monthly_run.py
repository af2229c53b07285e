"""The monthly run: who gets which report by e-mail, and each of them once.

Whoever reads for the region gets the region's report, as far as the account may see; a provider
gets its own, to the address in the register. What was sent is written down letter by letter, so
that a run that was stopped goes on where it was.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from core.accounts import Account, Role, visible
from core.dates import now
from core.errors import DomainError
from core.export import XLSX_TYPE
from core.formats import month_text
from core.mail import Attachment, Letter, PostOffice
from providers.models import Provider
from quality.cards import cards_of
from quality.models import CONCEPT, FIXED
from quality.report.models import ReportMail
from quality.report.operations import record_mailed
from quality.report.packs import KINDS, REGION, Pack, Shelf, packs

READERS = (Role.CONTRACT_MANAGER, Role.REGION)
TYPES = {"pdf": "application/pdf", "xlsx": XLSX_TYPE}


@dataclass(frozen=True)
class Parcel:
    """One report for one address."""

    address: str
    pack: Pack

    @property
    def status(self) -> str:
        """Concept, until every score in it is fixed."""
        fixed = all(tree["status"] == FIXED for tree in self.pack.material.trees)
        return FIXED if fixed else CONCEPT

    def is_sent(self) -> bool:
        """Whether this address had this report in this status."""
        return bool(
            ReportMail.select()
            .where(
                ReportMail.month == self.pack.material.month,
                ReportMail.code == self.pack.code,
                ReportMail.address == self.address,
                ReportMail.status == self.status,
            )
            .exists()
        )


@dataclass(frozen=True)
class Run:
    """How a run went: what was sent now, what had been before, and what could not be."""

    sent: tuple[Parcel, ...]
    before: int
    failed: tuple[tuple[Parcel, str], ...]
    without_address: tuple[str, ...]


def parcels(month: date, *, today: date, code: str | None = None) -> Iterator[Parcel]:
    """Every report, or the one of a provider, that has a reader with an address; made for it."""
    if code is None:
        yield from _for_the_region(month, today=today)
    schools = Provider.select().where(Provider.email != "").order_by(Provider.code)
    for provider in schools if code is None else schools.where(Provider.code == code):
        school = Account(role=Role.PROVIDER, provider_code=provider.code, municipalities=[])
        for pack in _for(school, month, [provider.code], today=today):
            yield Parcel(str(provider.email), pack)


def _for_the_region(month: date, *, today: date) -> Iterator[Parcel]:
    readers = Account.select().where(Account.active, Account.role.in_(READERS))
    whole: list[Pack] = []
    for account in readers.order_by(Account.email):
        bound = account.provider_code or account.municipalities
        # Whoever sees the whole region gets the same report as the others who do.
        found = whole if whole and not bound else _for(account, month, [REGION], today=today)
        if not bound:
            whole = found
        yield from (Parcel(account.email, pack) for pack in found)


def _for(account: Account, month: date, codes: list[str], *, today: date) -> list[Pack]:
    seen: Any = visible(Provider, account, Provider.select(Provider.id))
    if REGION not in codes:
        seen = seen.where(Provider.code.in_(codes))
    return packs(month, seen, today=today, codes=codes, account=account)


def send_reports(
    month: date,
    *,
    settings: dict[str, Any],
    by: str,
    today: date,
    progress: Callable[[int, int], None],
    code: str | None = None,
) -> Run:
    """Make and mail what was not mailed yet; an address that is refused stops nobody else."""
    office = PostOffice(settings["TAALINKOOP_SMTP_URL"], settings["TAALINKOOP_MAIL_FROM"])
    data: Path = settings["TAALINKOOP_DATA_DIR"]
    shelf, site = Shelf(data.absolute() / "reports"), settings["TAALINKOOP_MAIL_LINKS"]
    every = list(parcels(month, today=today, code=code))
    waiting = [parcel for parcel in every if not parcel.is_sent()]
    sent: list[Parcel] = []
    failed: list[tuple[Parcel, str]] = []
    with office.opened() as send:
        for number, parcel in enumerate(waiting, start=1):
            at = now()
            try:
                send(letter(parcel, shelf, site=site, at=at), at)
            except DomainError as error:
                if error.code != "mail_refused":
                    raise
                failed.append((parcel, error.message))
            else:
                _write_down(parcel, as_links=bool(site), by=by, at=at)
                sent.append(parcel)
            progress(number, len(waiting))
    return Run(tuple(sent), len(every) - len(waiting), tuple(failed), _without_address(month, code))


def _without_address(month: date, code: str | None) -> tuple[str, ...]:
    """Codes of providers that were judged, and that the register has no address of."""
    query = cards_of(month).where(Provider.email.is_null() | (Provider.email == ""))
    found = {card.provider.code for card in query}
    return tuple(sorted(found if code is None else found & {code}))


def _write_down(parcel: Parcel, *, as_links: bool, by: str, at: datetime) -> None:
    record_mailed(
        parcel.pack.material.month,
        parcel.pack.code,
        address=parcel.address,
        status=parcel.status,
        as_links=as_links,
        by=by,
        at=at,
    )


def letter(parcel: Parcel, shelf: Shelf, *, site: str, at: datetime) -> Letter:
    """The e-mail: the sentence that answers first, then where the report is."""
    pack, month = parcel.pack, parcel.pack.material.month
    subject = f"Rapportage {month_text(month)}: {pack.material.name}"
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
    key = f"{month:%Y-%m}/{pack.code}/{parcel.address}/{parcel.status}"
    return Letter(parcel.address, subject, "\n".join(lines), key, attachments)
