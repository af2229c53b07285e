"""Bring register files into the register: one transaction, an audit line for every change."""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import peewee

from core import audit
from core.accounts import Account
from core.db import transaction
from core.errors import DomainError
from core.formats import day_text
from core.identity.models import ApiToken
from core.pages.tables import remove_row
from providers.models import (
    ClassInspection,
    Contract,
    ContractScope,
    DossierVersion,
    LessonBreak,
    Location,
    Provider,
    QualityMark,
    Teacher,
    TeachingMethod,
    TravelTime,
)
from providers.register.cells import WORKDAYS
from providers.register.queries import dossier
from providers.register.rows import (
    Period,
    Register,
    RegisterProblem,
    RegisterRow,
    overlap_sentence,
)
from providers.register.rules import Dossier

# Column of the file -> field of the model.
FIELDS: dict[str, dict[str, str]] = {
    "aanbieders": {
        "aanbiedercode": "code",
        "naam": "name",
        "kvk": "chamber_number",
        "instellingsnummer": "institution_number",
        "plaats": "city",
        "contactpersoon": "contact_person",
        "email": "email",
        "tst_erkenning_van": "tst_from",
        "tst_erkenning_tot": "tst_until",
        "opgegaan_in": "merged_into",
        "opgegaan_op": "merged_on",
    },
    "keurmerken": {
        "status": "status",
        "van": "valid_from",
        "tot": "valid_until",
        "gecontroleerd_op": "checked_on",
        "bron": "source",
    },
    "contracten": {
        "contractnummer": "number",
        "van": "valid_from",
        "tot": "valid_until",
        "norm_wachttijd_dagen": "waiting_norm_days",
        "levering_werkdag": "due_workday",
        "prijs_per_traject": "price_cents",
        "uitzondering_docenten_tot": "teacher_exception_until",
        "uren_per_week_b": "weekly_minutes_b1",
        "uren_per_week_o": "weekly_minutes_education",
        "uren_per_week_z": "weekly_minutes_self_reliance",
        "prijs_per_uur": "hour_price_cents",
    },
    "docenten": {
        "docentcode": "teacher_ref",
        "registratie": "registration",
        "van": "valid_from",
        "tot": "valid_until",
    },
    "lesvrij": {"van": "valid_from", "tot": "valid_until"},
    "lesmethoden": {"lesmethode": "name", "erkend": "recognised"},
    "klasbezoeken": {
        "bezocht_op": "held_on",
        "bevinding": "finding",
        "opvolging": "follow_up",
        "bron": "source",
    },
    "reistijden": {
        "locatie": "location",
        "gemeente": "municipality",
        "kern": "place",
        "minuten": "minutes",
    },
    "locaties": {
        "locatie": "name",
        "postcode4": "postcode4",
        "plaats": "city",
        "avond_weekend": "evening_weekend",
    },
}
DEFAULT_DUE_WORKDAY = 10
RELATED: dict[str, tuple[type[peewee.Model], tuple[str, ...]]] = {
    "docenten": (Teacher, ("teacher_ref", "valid_from")),
    "lesmethoden": (TeachingMethod, ("name",)),
    "klasbezoeken": (ClassInspection, ("held_on",)),
    "reistijden": (TravelTime, ("location", "municipality", "place")),
    "locaties": (Location, ("name",)),
}


@dataclass
class ImportResult:
    """What an import did: per sheet how many rows were new, changed, the same or refused."""

    created: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    unchanged: Counter[str] = field(default_factory=Counter)
    problems: list[RegisterProblem] = field(default_factory=list)
    providers: set[int] = field(default_factory=set)
    """Keys of the aanbieders of which something is new or changed."""

    @property
    def rejected(self) -> Counter[str]:
        """Rows per sheet that were kept out."""
        return Counter(sheet for sheet, _ in {(p.sheet, p.row) for p in self.problems if p.row})


@dataclass(frozen=True)
class _Writer:
    """Saves rows and keeps count, for one actor at one moment."""

    by: str
    at: datetime
    reason: str
    result: ImportResult

    def save(
        self, sheet: str, model: type[peewee.Model], row: Any, values: dict[str, Any], name: str
    ) -> Any:
        """Create, change or leave alone; an audit line only when something changes."""
        if row is None:
            row = model.create(**values)
            self.result.created[sheet] += 1
            self.result.providers |= _provider_keys(row)
            self.line("aanmaken", sheet, name, None, values)
            return row
        before = {key: getattr(row, key) for key in values}
        if _comparable(before) == _comparable(values):
            self.result.unchanged[sheet] += 1
            return row
        for key, value in values.items():
            setattr(row, key, value)
        row.save()
        self.result.changed[sheet] += 1
        self.result.providers |= _provider_keys(row)
        self.line("wijzigen", sheet, name, before, values)
        return row

    def line(
        self,
        action: str,
        sheet: str,
        name: str,
        before: dict[str, Any] | None,
        after: dict[str, Any],
    ) -> None:
        """Write the audit line of one row."""
        audit.record(
            at=self.at, actor=self.by, action=action, thing=sheet, thing_id=name,
            before=None if before is None else _comparable(before), after=_comparable(after),
            reason=self.reason,
        )  # fmt: skip

    def refuse(self, row: RegisterRow, column: str, code: str, value: object, text: str) -> None:
        """Keep a row out, with what to do."""
        self.result.problems.append(
            RegisterProblem(row.sheet, row.row, column, code, str(value), text)
        )


def _provider_keys(row: Any) -> set[int]:
    """Whom a row of the register is about; a row without aanbieder is about all of them."""
    if isinstance(row, Provider):
        return {int(row.id)}
    if row.provider_id is None:
        return {provider.id for provider in Provider.select(Provider.id)}
    return {int(row.provider_id)}


def _comparable(values: dict[str, Any]) -> dict[str, Any]:
    """Values as JSON holds them; a provider by its code."""
    plain: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, Provider):
            plain[key] = value.code
        elif isinstance(value, date):
            plain[key] = value.isoformat()
        else:
            plain[key] = value
    return plain


def import_register(register: Register, *, by: str, at: datetime, reason: str = "") -> ImportResult:
    """Take in what was read: what is new or differs is written, the same again changes nothing.

    A column that a file lacks leaves what is registered as it is; an empty cell empties it. A
    faulty row is kept out and named; the others go in. ``reason`` stands in the log with each row.
    """
    result = ImportResult(problems=list(register.problems))
    writer = _Writer(by, at, reason, result)
    steps: dict[str, Callable[[_Writer, list[RegisterRow]], None]] = {
        "aanbieders": _providers,
        "keurmerken": _marks,
        "contracten": _contracts,
        "docenten": _related,
        "lesvrij": _breaks,
        "lesmethoden": _related,
        "klasbezoeken": _related,
        "locaties": _related,
        "reistijden": _related,
    }
    with transaction():
        for sheet, step in steps.items():
            step(writer, register.rows.get(sheet, []))
        keep_dossiers(result.providers, at=at)
    order = {sheet: place for place, sheet in enumerate(steps)}
    result.problems.sort(
        key=lambda problem: (order.get(problem.sheet, len(order)), problem.row or 0)
    )
    return result


def _values(row: RegisterRow) -> dict[str, Any]:
    fields = FIELDS[row.sheet]
    return {fields[column]: value for column, value in row.values.items() if column in fields}


def _providers(writer: _Writer, rows: list[RegisterRow]) -> None:
    registered = {provider.code: provider for provider in Provider.select()}
    # First those that stay: another may have gone up in them.
    for row in sorted(rows, key=lambda one: bool(one.values.get("opgegaan_in"))):
        values = _values(row)
        provider = registered.get(values["code"])
        if into := values.get("merged_into"):
            if into not in registered:
                writer.refuse(row, "opgegaan_in", "R108", into, _unknown_provider(into))
                continue
            values["merged_into"] = registered[into]
        kept = {} if provider is None else {"id": provider.id, "merged_into": provider.merged_into,
                                            "merged_on": provider.merged_on}  # fmt: skip
        planned = Provider(**kept | values)
        try:
            check_merger(planned)
        except DomainError as error:
            writer.refuse(row, "opgegaan_in", "R114", into or "", error.message)
            continue
        registered[values["code"]] = writer.save(
            "aanbieders", Provider, provider, values, values["code"]
        )


def _unknown_provider(code: str) -> str:
    return (
        f'Aanbieder "{code}" staat niet in het register. '
        "Neem de aanbieder eerst op, of verbeter de code."
    )


def check_merger(provider: Provider) -> None:
    """Refuse a provider that goes up in itself, in one that is gone, or on no day."""
    into = provider.merged_into
    if (into is None) != (provider.merged_on is None):
        raise DomainError(
            "merger_half",
            "Vul in waarin de aanbieder opging en op welke dag, of laat beide leeg.",
            field="merged_on" if into else "merged_into",
        )
    if into is None:
        return
    if into.id == provider.id:
        message = "Een aanbieder kan niet in zichzelf opgaan. Kies een andere aanbieder."
    elif into.merged_into is not None:
        message = f"{into.name} is zelf opgegaan in {into.merged_into.name}. Kies die aanbieder."
    elif provider.id and Provider.select().where(Provider.merged_into == provider).exists():
        message = (
            f"In deze aanbieder zijn eerder andere opgegaan. Laat eerst die opgaan in {into.name}."
        )
    else:
        return
    raise DomainError("merger", message, field="merged_into")


def follow_code(old: str, new: str) -> None:
    """Let accounts and tokens that are bound to a provider follow its new code."""
    for bound in (Account, ApiToken):
        bound.update(provider_code=new).where(bound.provider_code == old).execute()


def _with_provider(writer: _Writer, rows: list[RegisterRow]) -> list[tuple[RegisterRow, Provider]]:
    registered = {provider.code: provider for provider in Provider.select()}
    with_provider = []
    for row in rows:
        code = row.values["aanbiedercode"]
        if code in registered:
            with_provider.append((row, registered[code]))
        else:
            writer.refuse(row, "aanbiedercode", "R108", code, _unknown_provider(code))
    return with_provider


def _marks(writer: _Writer, rows: list[RegisterRow]) -> None:
    for provider, mine in _by_provider(_with_provider(writer, rows)).items():
        registered = {
            mark.valid_from: mark
            for mark in QualityMark.select().where(QualityMark.provider == provider)
        }
        for row in _without_overlap(writer, mine, registered):
            values = _values(row) | {"provider": provider}
            start = values["valid_from"]
            writer.save(
                "keurmerken", QualityMark, registered.get(start), values, f"{provider.code} {start}"
            )


def _by_provider(
    rows: list[tuple[RegisterRow, Provider]],
) -> dict[Provider, list[RegisterRow]]:
    grouped: dict[Provider, list[RegisterRow]] = {}
    for row, provider in rows:
        grouped.setdefault(provider, []).append(row)
    return grouped


def _without_overlap(
    writer: _Writer, rows: list[RegisterRow], registered: dict[date, QualityMark]
) -> list[RegisterRow]:
    """Keep the rows that fit beside what is held and beside each other.

    Looked at as it would be afterwards, so that one file can end an old period and start a new
    one. Of two rows of the file that overlap, the one that starts later is refused.
    """
    fitting = {row.values["van"]: row for row in sorted(rows, key=lambda r: r.values["van"])}
    while True:
        after = {start: Period(start, mark.valid_until) for start, mark in registered.items()}
        for start, row in fitting.items():
            end = row.values.get("tot", after[start].end if start in after else None)
            after[start] = Period(start, end)
        clash = next(
            (
                (start, other)
                for start in sorted(fitting, reverse=True)
                for other in after
                if start != other and after[start].overlaps(after[other])
            ),
            None,
        )
        if clash is None:
            return list(fitting.values())
        start, other = clash
        row = fitting.pop(start)
        writer.refuse(
            row, "van", "R109", after[start].text(), overlap_sentence(after[start], after[other])
        )


def _contracts(writer: _Writer, rows: list[RegisterRow]) -> None:
    registered = {c.number: c for c in Contract.select(Contract, Provider).join(Provider)}
    for row, provider in _with_provider(writer, rows):
        values = _values(row)
        contract = registered.get(values["number"])
        if contract is not None and contract.provider != provider:
            writer.refuse(
                row, "contractnummer", "R111", values["number"],
                f"Contract {values['number']} is van {contract.provider.code}. "
                "Kies een ander nummer, of verbeter de aanbiedercode.",
            )  # fmt: skip
            continue
        if "due_workday" in values and values["due_workday"] is None:
            values["due_workday"] = DEFAULT_DUE_WORKDAY
        _save_contract(writer, contract, values | {"provider": provider}, scopes_of(row.values))


def scopes_of(values: dict[str, Any]) -> set[tuple[int, str | None]]:
    """Pairs of route and gemeente; no gemeente stands for the whole region."""
    places: list[str | None] = list(values["gemeenten"]) or [None]
    return {(route, place) for route in values["leerroutes"] for place in places}


def _save_contract(
    writer: _Writer,
    contract: Contract | None,
    values: dict[str, Any],
    wanted: set[tuple[int, str | None]],
) -> None:
    number = values["number"]
    before = set() if contract is None else held_scopes(contract)
    same = writer.result.unchanged["contracten"]
    saved = writer.save("contracten", Contract, contract, values, number)
    if set_scopes(saved, wanted) and contract is not None:
        writer.result.providers.add(saved.provider_id)
        if writer.result.unchanged["contracten"] > same:
            writer.result.unchanged["contracten"] -= 1
            writer.result.changed["contracten"] += 1
        writer.line(
            "wijzigen", "contracten", number,
            {"scopes": scope_list(before)}, {"scopes": scope_list(wanted)},
        )  # fmt: skip


def held_scopes(contract: Contract) -> set[tuple[int, str | None]]:
    """What a contract covers now."""
    rows: Any = ContractScope.select(ContractScope.route, ContractScope.municipality).where(
        ContractScope.contract == contract
    )
    return set(rows.tuples())


def scope_list(scopes: set[tuple[int, str | None]]) -> list[list[int | str]]:
    """Scopes in a fixed order, as the audit line keeps them."""
    return sorted([route, place or "*"] for route, place in scopes)


def set_scopes(contract: Contract, wanted: set[tuple[int, str | None]]) -> bool:
    """Make a contract cover exactly this; tell whether anything changed."""
    if held_scopes(contract) == wanted:
        return False
    ContractScope.delete().where(ContractScope.contract == contract).execute()
    ContractScope.insert_many(
        [
            {"contract": contract, "route": route, "municipality": place}
            for route, place in sorted(wanted, key=lambda pair: (pair[0], pair[1] or ""))
        ]
    ).execute()
    return True


def _related(writer: _Writer, rows: list[RegisterRow]) -> None:
    """Docenten and locaties: rows of a provider with a key of their own."""
    if not rows:
        return
    sheet = rows[0].sheet
    model, key = RELATED[sheet]
    registered: dict[tuple[Any, ...], Any] = {
        tuple(getattr(item, name) for name in ("provider_id", *key)): item
        for item in model.select()
    }
    for row, provider in _with_provider(writer, rows):
        values = _values(row) | {"provider": provider}
        mine = tuple(values.get(name) for name in key)
        name = f"{provider.code} {mine[0]}"
        writer.save(sheet, model, registered.get((provider.id, *mine)), values, name)


def _breaks(writer: _Writer, rows: list[RegisterRow]) -> None:
    """Weeks without lessons; a row without aanbieder is for the whole region."""
    registered: dict[tuple[Any, ...], Any] = {
        (getattr(item, "provider_id"), item.valid_from): item  # noqa: B009  peewee's own attribute
        for item in LessonBreak.select()
    }
    of_region = [(row, None) for row in rows if not row.values.get("aanbiedercode")]
    named = [row for row in rows if row.values.get("aanbiedercode")]
    for row, provider in [*of_region, *_with_provider(writer, named)]:
        values = _values(row) | {"provider": provider}
        key = (provider.id if provider else None, values["valid_from"])
        name = f"{provider.code if provider else 'regio'} {values['valid_from']}"
        writer.save("lesvrij", LessonBreak, registered.get(key), values, name)


GOES_ALONG = (DossierVersion,)
"""What goes with a provider that was a mistake: the register as it was, of nobody."""


def remove_provider(provider: Provider, *, by: str, at: datetime) -> None:
    """Remove a provider that was a mistake; ``DomainError`` names what hangs on it."""
    with transaction():
        remove_row(provider, GOES_ALONG)
        audit.record(
            at=at, actor=by, action="remove", thing="provider", thing_id=provider.id,
            before={"code": provider.code, "name": provider.name},
        )  # fmt: skip


def check_period(start: date | None, end: date | None, field: str) -> None:
    """Refuse a period that ends before it starts."""
    if start and end and end < start:
        raise DomainError(
            "backwards", f"Kies een einddatum op of na {day_text(start)}.", field=field
        )


def check_mark(mark: QualityMark) -> None:
    """Refuse a mark whose period overlaps another of the same provider."""
    check_period(mark.valid_from, mark.valid_until, "valid_until")
    period = Period(mark.valid_from, mark.valid_until)
    others = QualityMark.select().where(
        QualityMark.provider == mark.provider, QualityMark.id != (mark.id or 0)
    )
    for other in others:
        other_period = Period(other.valid_from, other.valid_until)
        if period.overlaps(other_period):
            raise DomainError("overlap", overlap_sentence(period, other_period), field="valid_from")


def check_contract(contract: Contract) -> None:
    """Refuse a contract that ends before it starts, or is due on a day that no month has."""
    check_period(contract.valid_from, contract.valid_until, "valid_until")
    lowest, highest = WORKDAYS
    if not lowest <= contract.due_workday <= highest:
        raise DomainError(
            "due_workday",
            f"Vul een getal in van {lowest} tot en met {highest}.",
            field="due_workday",
        )


def keep_dossiers(providers: Collection[int], *, at: datetime) -> int:
    """Keep a version of each that says something new; return how many.

    To be called in the transaction of a change of the register; the audit line is of that change.
    """
    kept = 0
    with transaction():
        for provider in Provider.select().where(Provider.id.in_(list(providers))):
            now = dossier(provider)
            if now != _newest(provider):
                DossierVersion.create(provider=provider, recorded_at=at, dossier=now.data)
                kept += 1
    return kept


def _newest(provider: Provider) -> Dossier | None:
    version = (
        DossierVersion.select()
        .where(DossierVersion.provider == provider)
        .order_by(DossierVersion.id.desc())
        .first()
    )
    return None if version is None else Dossier.from_data(version.dossier)
