"""``taalinkoop provider``: the register of aanbieders and what belongs to them."""

import argparse
from pathlib import Path
from typing import Any

from app.commands import as_json, say
from core.dates import now, today
from core.db import transaction
from core.errors import DomainError
from core.formats import day_text
from providers.codes import LearningRoute, MarkStatus
from providers.deliveries.operations import find_provider
from providers.deliveries.queries import last_deliveries, newest_months
from providers.models import Provider
from providers.register.files import tables_of
from providers.register.operations import ImportResult, import_register, remove_provider
from providers.register.queries import contracts_on, coverage_on, marks_on
from providers.register.rows import SHEETS, Register, read_tables

ACTOR = "opdrachtregel"


def register(parser: argparse.ArgumentParser) -> None:
    """Describe the commands."""
    commands = parser.add_subparsers(metavar="import|list|remove", required=True)
    command = commands.add_parser("import", help="neem registerbestanden op (XLSX of CSV)")
    command.add_argument("files", nargs="+", type=Path, metavar="BESTAND", help="het bestand")
    command.add_argument("--kind", choices=list(SHEETS), help="welk deel van het register dit is")
    command.add_argument("--json", action="store_true", help="als JSON")
    command.set_defaults(run=run_import)
    command = commands.add_parser("list", help="toon de aanbieders")
    command.add_argument("--json", action="store_true", help="als JSON")
    command.set_defaults(run=run_list)
    command = commands.add_parser("remove", help="verwijder een aanbieder die een vergissing was")
    command.add_argument("code", metavar="CODE", help="de aanbiedercode")
    command.set_defaults(run=run_remove)


def run_import(args: argparse.Namespace) -> int:
    """Take register files in, all of them in one transaction."""
    missing = [str(path) for path in args.files if not path.is_file()]
    if missing:
        raise DomainError("no_file", f"Dit bestand bestaat niet: {', '.join(missing)}.")
    register = read_tables([table for path in args.files for table in tables_of(path, args.kind)])
    with transaction():
        files = ", ".join(path.name for path in args.files)
        result = import_register(register, by=ACTOR, at=now(), reason=f"Ingelezen uit {files}")
        if result.providers:
            from quality.cards.operations import follow_register  # noqa: PLC0415  a list does without

            follow_register(by=ACTOR, at=now(), providers=result.providers)
    if args.json:
        as_json(_document(register, result))
    else:
        _tell(register, result)
    return 1 if result.problems else 0


def _document(register: Register, result: ImportResult) -> dict[str, Any]:
    return {
        "sheets": {
            sheet: {
                "new": result.created[sheet],
                "changed": result.changed[sheet],
                "unchanged": result.unchanged[sheet],
                "rejected": result.rejected[sheet],
            }
            for sheet in SHEETS
            if sheet in register.rows or sheet in {problem.sheet for problem in result.problems}
        },
        "ignored_columns": [
            {"sheet": sheet, "column": column} for sheet, column in register.ignored_columns
        ],
        "problems": [
            {
                "sheet": problem.sheet,
                "row": problem.row,
                "column": problem.column,
                "code": problem.code,
                "value": problem.value,
                "message": problem.message,
            }
            for problem in result.problems
        ],
    }


def _tell(register: Register, result: ImportResult) -> None:
    for sheet, counts in _document(register, result)["sheets"].items():
        say(
            f"{sheet}: {counts['new']} nieuw, {counts['changed']} gewijzigd, "
            f"{counts['unchanged']} ongewijzigd, {counts['rejected']} niet opgenomen"
        )
    for sheet, column in register.ignored_columns:
        say(f"blad {sheet}: de kolom {column} hoort niet in het register en is overgeslagen")
    for problem in result.problems:
        say(f"{problem.place()} ({problem.code}): {problem.message}")


def run_list(args: argparse.Namespace) -> int:
    """Show every aanbieder with what holds today."""
    day = today()
    providers = list(Provider.select().order_by(Provider.code))
    keys = [provider.id for provider in providers]
    marks, coverage = marks_on(day, keys), coverage_on(day, keys)
    newest, last = newest_months(keys), last_deliveries(keys)
    contracts: dict[int, list[str]] = {}
    for contract in contracts_on(day, keys):
        contracts.setdefault(contract.provider_id, []).append(contract.number)
    document: list[dict[str, Any]] = []
    for provider in providers:
        mark = marks.get(provider.id)
        covers = coverage.get(provider.id)
        delivery = last.get(provider.id)
        month = newest.get(provider.id)
        document.append(
            {
                "aanbieder": provider.code,
                "naam": provider.name,
                "plaats": provider.city,
                "keurmerk": None if mark is None else MarkStatus(mark.status).code,
                "leerroutes": [LearningRoute(r).code for r in covers.routes] if covers else [],
                "gemeenten": _places(covers),
                "contracten": contracts.get(provider.id, []),
                "laatste_maand": f"{month:%Y-%m}" if month else None,
                "laatste_levering": delivery.received_at.isoformat() if delivery else None,
            }
        )
    if args.json:
        as_json({"aanbieders": document})
        return 0
    if not document:
        say("Er staan nog geen aanbieders in het register.")
    for entry in document:
        say(
            f"{entry['aanbieder']:<10} {entry['naam']:<32} {','.join(entry['leerroutes']):<6} "
            f"keurmerk: {entry['keurmerk'] or 'niet bekend':<16} "
            f"laatste maand: {entry['laatste_maand'] or '-'}"
        )
    say(f"Stand op {day_text(day)}.")
    return 0


def run_remove(args: argparse.Namespace) -> int:
    """Remove an aanbieder on which nothing hangs."""
    provider = find_provider(args.code)
    remove_provider(provider, by=ACTOR, at=now())
    say(f"{provider.name} ({provider.code}) is verwijderd. Het logboek bewaart dat.")
    return 0


def _places(covers: Any) -> list[str]:
    if covers is None:
        return []
    return ["*"] if covers.whole_region else list(covers.municipalities)
