"""``taalinkoop learner``: what a gemeente knows of its own learners."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.commands import as_json, say
from core.dates import now, today
from core.errors import DomainError

ACTOR = "opdrachtregel"
DONE, WITH_FINDINGS, REFUSED = 0, 1, 2


def register(parser: argparse.ArgumentParser) -> None:
    """Describe the commands."""
    commands = parser.add_subparsers(metavar="OPDRACHT", required=True)
    command = commands.add_parser("import", help="neem in wat een gemeente van cursisten weet")
    command.add_argument("files", nargs="+", type=Path, metavar="BESTAND", help="het bestand")
    command.add_argument("--gemeente", required=True, metavar="CODE", help="de gemeentecode")
    command.add_argument("--sheet", metavar="NAAM", help="alleen dit blad")
    command.add_argument("--dry-run", action="store_true", help="kijk alleen na, bewaar niets")
    command.add_argument("--again", action="store_true", help="neem een bekend bestand weer in")
    command.add_argument("--json", action="store_true", help="als JSON")
    command.add_argument(
        "--receipt",
        type=Path,
        metavar="BESTAND.xlsx",
        help="werkboek met wat terugkwam",
    )
    command.set_defaults(run=run_import)
    command = commands.add_parser("template", help="schrijf het lege werkboek")
    command.add_argument("out", type=Path, metavar="BESTAND.xlsx", help="waarheen")
    command.set_defaults(run=run_template)
    command = commands.add_parser("export", help="geef alles wat van één persoon bewaard is")
    _add_person(command)
    command.add_argument("--out", type=Path, metavar="BESTAND.xlsx", help="ook als werkboek")
    command.set_defaults(run=run_export)
    command = commands.add_parser("erase", help="verwijder één persoon, met de reden")
    _add_person(command)
    command.add_argument("--reason", required=True, metavar="REDEN", help="waarom")
    command.add_argument("--json", action="store_true", help="als JSON")
    command.set_defaults(run=run_erase)
    command = commands.add_parser("restrict", help="bewaar één persoon en toon hem niemand")
    _add_person(command)
    command.add_argument(
        "--ground", required=True, metavar="GROND",
        help="juistheid, onrechtmatig, vordering of bezwaar (AVG artikel 18)",
    )  # fmt: skip
    command.add_argument("--reason", required=True, metavar="REDEN", help="waarom")
    command.set_defaults(run=run_restrict)
    command = commands.add_parser("lift", help="hef de beperking van één persoon op")
    _add_person(command)
    command.add_argument("--reason", required=True, metavar="REDEN", help="waarom")
    command.set_defaults(run=run_lift)


def _add_person(command: argparse.ArgumentParser) -> None:
    command.add_argument("number", metavar="TRAJECTNUMMER", help="het trajectnummer")
    command.add_argument("--gemeente", required=True, metavar="CODE", help="de gemeentecode")


def run_export(args: argparse.Namespace) -> int:
    """Print everything about one person as JSON, and write it as a workbook when asked."""
    from core import access_log  # noqa: PLC0415
    from quality.learners.fact_operations import municipality_of  # noqa: PLC0415
    from quality.learners.person_operations import (  # noqa: PLC0415
        everything_about,
        write_workbook,
    )

    document = everything_about(municipality_of(args.gemeente), args.number)
    access_log.record(
        None, "learners", at=now(), action="download", about=ACTOR, numbers=[args.number],
        purpose="inzage (AVG artikel 15)",
    )  # fmt: skip
    if args.out is not None:
        with args.out.open("wb") as file:
            write_workbook(file, document)
    as_json(document)
    return DONE


def run_erase(args: argparse.Namespace) -> int:
    """Remove one person, and tell what remains and why."""
    from app.settings import read_settings  # noqa: PLC0415
    from app.tasks.backups import backups_before  # noqa: PLC0415
    from quality.learners.fact_operations import municipality_of  # noqa: PLC0415
    from quality.learners.person_operations import REMAINS, erase  # noqa: PLC0415

    settings = read_settings()
    counts = erase(
        municipality_of(args.gemeente), args.number, reason=args.reason,
        data=settings["TAALINKOOP_DATA_DIR"], by=ACTOR, at=now(),
    )  # fmt: skip
    backups = backups_before(now(), settings)
    remains = [
        *REMAINS,
        *(f"Reservekopie {one}" for one in backups),
        "Reservekopieën die je zelf maakte: verwijder ook die, of wacht hun termijn af.",
    ]
    if args.json:
        listed = [
            {"file": one.name, "expires": one.expires_on and one.expires_on.isoformat()}
            for one in backups
        ]
        as_json({"removed": counts, "remains": remains, "backups": listed})
    else:
        for name, count in counts.items():
            say(f"{name}: {count} verwijderd")
        say("Wat blijft:")
        for sentence in remains:
            say(f"  {sentence}")
    return DONE


def run_restrict(args: argparse.Namespace) -> int:
    """Keep what is held of one person, show it to nobody, and tell what that means."""
    from quality.learners.fact_operations import municipality_of  # noqa: PLC0415
    from quality.learners.person_operations import (  # noqa: PLC0415
        WHILE_RESTRICTED,
        recipients_of,
        restrict,
    )

    municipality = municipality_of(args.gemeente)
    restrict(
        municipality, args.number, args.ground, reason=args.reason, by=ACTOR, at=now()
    )  # fmt: skip
    say("De verwerking is beperkt.")
    for sentence in WHILE_RESTRICTED:
        say(f"  {sentence}")
    if schools := recipients_of(municipality, args.number):
        say(f"Zeg het tegen wie de gegevens kreeg (AVG artikel 19): {', '.join(schools)}.")
    return DONE


def run_lift(args: argparse.Namespace) -> int:
    """Show what is held of one person again."""
    from quality.learners.fact_operations import municipality_of  # noqa: PLC0415
    from quality.learners.person_operations import lift  # noqa: PLC0415

    lift(municipality_of(args.gemeente), args.number, reason=args.reason, by=ACTOR, at=now())
    say("De beperking is opgeheven.")
    return DONE


def run_import(args: argparse.Namespace) -> int:
    """Take files with facts in, one after the other."""
    # A command that only helps must be quick.
    from providers.feed.tell.outcome import Status  # noqa: PLC0415
    from quality.learners.fact_operations import (  # noqa: PLC0415
        document,
        import_facts,
        municipality_of,
    )

    municipality = municipality_of(args.gemeente)
    for path in args.files:
        if not path.is_file():
            raise DomainError("no_file", f"Het bestand {path} is er niet. Controleer de naam.")
    outcomes = [
        import_facts(
            path, file_name=path.name, municipality=municipality, by=ACTOR, at=now(),
            today=today(), dry_run=args.dry_run, again=args.again, sheet=args.sheet,
        )
        for path in args.files
    ]  # fmt: skip
    if args.receipt is not None:
        _write_receipts(args.receipt, outcomes)
    if args.json:
        as_json({"imports": [document(outcome) for outcome in outcomes]})
    else:
        for outcome in outcomes:
            for line in _lines(outcome):
                say(line)
    if any(outcome.status is Status.REFUSED for outcome in outcomes):
        return REFUSED
    return WITH_FINDINGS if any(o.problems for o in outcomes) else DONE


def _write_receipts(out: Path, outcomes: list[Any]) -> None:
    """Write a marked workbook for each file of which rows were sent back."""
    from quality.learners.fact_operations import write_rows_to_mend  # noqa: PLC0415
    from quality.learners.models import FactsImport  # noqa: PLC0415

    for outcome in outcomes:
        kept = FactsImport.get_or_none(FactsImport.id == outcome.delivery)
        if kept is not None and kept.to_mend is not None:
            several = len(outcomes) > 1
            target = out.with_stem(f"{out.stem}-{Path(outcome.file).stem}") if several else out
            write_rows_to_mend(target, kept)


def run_template(args: argparse.Namespace) -> int:
    """Write the empty workbook for what a gemeente knows."""
    from providers.feed.tell.template import write_template  # noqa: PLC0415
    from quality.learners.facts import FACT_COLUMNS, SHEET, template_checks  # noqa: PLC0415

    write_template(args.out, columns=FACT_COLUMNS, sheet=SHEET, checks=template_checks)
    say(f"Het werkboek staat in {args.out}.")
    return DONE


def _lines(outcome: Any) -> Iterator[str]:
    from providers.feed.tell.receipt import sum_text  # noqa: PLC0415

    yield f"{outcome.file}: {outcome.status_word}"
    if outcome.counts.rows:
        yield f"  {sum_text(outcome)}"
    if outcome.ignored_columns:
        yield f"  Niet gelezen kolommen: {', '.join(outcome.ignored_columns)}."
    for problem in outcome.problems:
        place = f"rij {problem.row}, kolom {problem.column}: " if problem.row else ""
        yield f"  {place}{problem.message} ({problem.code})"
