"""``taalinkoop plan``: inkooptrajecten, their dates, and files in and out."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from app.commands import as_json, say
from app.settings import read_settings
from app.tasks import owner_mail
from core.dates import now, today
from core.errors import DomainError
from core.formats import day_text
from core.mail import Letter, PostOffice
from core.storage import write_whole
from procurement.admin.files import change_lines
from procurement.exchange.cells import day
from procurement.exchange.files import read_plan, write_plan
from procurement.exchange.ocds import package, record_package
from procurement.exchange.publication import publish, publisher_of
from procurement.exchange.sheets import PlanFileError
from procurement.models import ContractingProcess
from procurement.plan import operations, queries
from procurement.plan.agenda import write_calendar
from procurement.plan.documents import Header, PlanParticipation
from procurement.plan.outlook import Outlook, as_json as outlook_json, digest, look, nothing_due
from procurement.plan.steps import ReplanCause
from procurement.plan.templates import TEMPLATES

ACTOR = "opdrachtregel"


def register(parser: argparse.ArgumentParser) -> None:
    """Describe the commands."""
    commands = parser.add_subparsers(
        metavar="list|show|new|import|export|ics|ocds|digest|baseline", required=True
    )
    command = commands.add_parser("list", help="toon de trajecten en hoe ze ervoor staan")
    command.add_argument("--json", action="store_true", help="als JSON")
    command.set_defaults(run=run_list)
    command = _for_one(commands, "show", "toon één traject met al zijn data", run_show)
    command.add_argument("--json", action="store_true", help="als JSON")
    _describe_new(commands)
    _describe_files(commands)
    command = commands.add_parser(
        "digest", help="schrijf het bericht met wat te laat of bijna af is"
    )
    command.add_argument("--owner", help="alleen de mijlpalen van deze eigenaar")
    command.add_argument("--mail", metavar="ADRES", nargs="+", help="mail het naar deze adressen")
    command.add_argument(
        "--mail-owners", action="store_true",
        help="mail elke eigenaar zijn eigen mijlpalen, hoogstens één keer per dag",
    )  # fmt: skip
    command.set_defaults(run=run_digest)
    command = _for_one(commands, "baseline", "leg alle data vast als planversie", run_baseline)
    command.add_argument("--reason", required=True, help="waarom er een nieuwe planversie is")
    command.add_argument(
        "--cause", choices=list(ReplanCause), default=ReplanCause.OWN,
        help="door wie of wat het plan verschuift (standaard eigen)",
    )  # fmt: skip
    command.add_argument("--json", action="store_true", help="als JSON")


def _describe_new(commands: Any) -> None:
    command = _for_one(commands, "new", "maak een traject van een sjabloon", run_new)
    command.add_argument("--template", choices=list(TEMPLATES), required=True, help="het sjabloon")
    command.add_argument("--name", required=True, help="de naam van het traject")
    command.add_argument("--region", default="", help="de regio")
    for name, text in (
        ("--start", "begin van het traject (JJJJ-MM-DD)"),
        ("--go-live", "streefdatum van de start (JJJJ-MM-DD)"),
        ("--current-until", "laatste dag van het huidige contract (JJJJ-MM-DD)"),
        ("--contract-until", "laatste dag van het nieuwe contract (JJJJ-MM-DD)"),
        ("--overlap", "reden waarom het nieuwe contract begint voor het huidige is afgelopen"),
    ):
        command.add_argument(name, help=text)
    command.add_argument("--gemeente", nargs="*", default=[], help="codes van gemeenten")
    command.add_argument("--routes", default="B,O,Z", help="leerroutes, bijvoorbeeld B,Z")


def _describe_files(commands: Any) -> None:
    command = commands.add_parser("import", help="neem een plan op uit XLSX, CSV, ZIP of MSPDI")
    command.add_argument("file", type=Path, metavar="BESTAND", help="het bestand")
    command.add_argument("--code", help="het traject waar een CSV of MSPDI bij hoort")
    command.add_argument("--dry-run", action="store_true", help="toon alleen wat er zou veranderen")
    command.add_argument("--json", action="store_true", help="als JSON")
    command.set_defaults(run=run_import)
    command = _for_one(
        commands, "export", "schrijf een plan als XLSX, CSV, ZIP of MSPDI", run_export
    )
    command.add_argument("out", type=Path, metavar="BESTAND", help="waarheen")
    command = commands.add_parser("ics", help="schrijf de agenda van een traject of een eigenaar")
    command.add_argument("code", nargs="?", help="code van het traject; zonder code: alle")
    command.add_argument("out", type=Path, metavar="BESTAND", nargs="?", help="waarheen")
    command.add_argument("--owner", help="alleen de mijlpalen van deze eigenaar")
    command.set_defaults(run=run_ics)
    command = _for_one(commands, "ocds", "schrijf een OCDS-release", run_ocds)
    command.add_argument("out", type=Path, metavar="BESTAND", nargs="?", help="waarheen")
    command.add_argument("--prefix", default="", help="eigen voorvoegsel van het ocid")
    command.add_argument("--package", action="store_true", help="in een release package")
    command.add_argument("--record", action="store_true", help="alle releases, als record")


def _for_one(commands: Any, name: str, text: str, run: Any) -> Any:
    command = commands.add_parser(name, help=text)
    command.add_argument("code", metavar="TRAJECT", help="code van het traject")
    command.set_defaults(run=run)
    return command


def run_list(args: argparse.Namespace) -> int:
    """Tell how every inkooptraject stands."""
    operations.refresh(ContractingProcess.select(), at=now())
    rows = list(
        queries.portfolio(ContractingProcess.select()).order_by(ContractingProcess.code).dicts()
    )
    if args.json:
        as_json(
            {
                "plans": [
                    {
                        "code": row["code"],
                        "name": row["name"],
                        "health": row["health"],
                        "go_live": row["go_live"] and row["go_live"].isoformat(),
                        "expected_go_live": row["expected_go_live"]
                        and row["expected_go_live"].isoformat(),
                        "sentence": row["headline"],
                        "milestones": row["steps"] or 0,
                        "done": row["done"] or 0,
                        "late": row["late"] or 0,
                    }
                    for row in rows
                ]
            }
        )
        return 0
    for row in rows:
        say(f"{row['code']}  {row['name']}: {row['health']}. {row['headline']}")
    if not rows:
        say("Er zijn nog geen trajecten. Maak er een met: taalinkoop plan new")
    return 0


def _process(code: str) -> ContractingProcess:
    process = queries.find(code)
    if process is None:
        raise DomainError(
            "no_process", f"Traject {code} bestaat niet. Kijk met: taalinkoop plan list"
        )
    return process


def _select(process: ContractingProcess) -> Any:
    return ContractingProcess.select().where(ContractingProcess.id == process.id)


def _outlook(code: str) -> Outlook:
    return look(queries.load(_process(code)), today())


def run_show(args: argparse.Namespace) -> int:
    """Tell every date of one inkooptraject."""
    outlook = _outlook(args.code)
    if args.json:
        as_json(outlook_json(outlook))
        return 0
    say(f"{outlook.document.header.name} ({args.code})")
    say(outlook.sentence)
    for step in outlook.document.steps:
        forecast, judgement = outlook.forecasts[step.code], outlook.judgements[step.code]
        planned = outlook.baseline.get((step.code, ""))
        say(
            f"{step.code:>4}  {step.title[:52]:<52}  gepland {day_text(planned):>10}  "
            f"verwacht {day_text(forecast.end)}  {judgement.health}"
        )
    for finding in outlook.findings:
        say(f"{str(finding.certainty).capitalize()}: {finding.message} ({finding.source})")
    return 0


def run_new(args: argparse.Namespace) -> int:
    """Make an inkooptraject from a template."""

    try:
        header = Header(
            args.code, args.name, args.region, starts_on=day(args.start) or today(),
            go_live=day(args.go_live), current_until=day(args.current_until),
            contract_until=day(args.contract_until),
        )  # fmt: skip
    except ValueError as error:
        raise DomainError("date", f"Let op: {error}.") from None
    joining = tuple(
        PlanParticipation(code, route) for code in args.gemeente for route in args.routes.split(",")
    )
    operations.start_plan(
        header, template=args.template, participations=joining, reason=args.overlap or "",
        by=ACTOR, at=now(),
    )  # fmt: skip
    say(_outlook(args.code).sentence)
    return 0


def run_import(args: argparse.Namespace) -> int:
    """Take a plan file in: a new inkooptraject, or changes to one that is there."""
    if not args.file.is_file():
        raise DomainError("no_file", f"Het bestand {args.file} bestaat niet.")
    content = args.file.read_bytes()
    base = queries.load(_process(args.code)) if args.code else None
    try:
        plan = read_plan(args.file.name, content, base)
        existing = queries.find(plan.document.header.code)
        if base is None and existing is not None:
            # A plan that is here keeps what the file does not say.
            plan = read_plan(args.file.name, content, queries.load(existing))
    except PlanFileError as error:
        return _refused(args, error)
    document = plan.document
    if args.dry_run:
        changes = operations.would_change(document, by=ACTOR, at=now())
    elif existing is None:
        operations.add_document(document, by=ACTOR, at=now(), reason=args.file.name)
        changes = {"after": {"naam": document.header.name}}
    else:
        changes = operations.save_document(document, by=ACTOR, at=now(), reason=args.file.name)
    if args.json:
        as_json(
            {
                "code": document.header.code,
                "status": "dry_run" if args.dry_run else "changed" if changes else "unchanged",
                "before": changes.get("before", {}),
                "after": changes.get("after", {}),
                "notices": list(plan.notices),
                "problems": [],
            }
        )
        return 0
    for notice in plan.notices:
        sys.stderr.write(f"Let op: {notice}\n")
    if not changes:
        say(f"{document.header.code}: niets veranderd.")
    for line in change_lines(changes):
        say(f"{line.what}: {line.was or '–'} → {line.becomes or '–'}")
    return 0


def _refused(args: argparse.Namespace, error: PlanFileError) -> int:
    if args.json:
        as_json({"code": args.code, "status": "refused", "problems": error.problems})
    else:
        for problem in error.problems:
            sys.stderr.write(f"{problem}\n")
    return 2


def run_export(args: argparse.Namespace) -> int:
    """Write a plan file; the kind follows from its name."""
    write_whole(args.out, write_plan(_outlook(args.code), args.out.suffix.lower()))
    sys.stderr.write(f"Geschreven: {args.out}\n")
    return 0


def run_ics(args: argparse.Namespace) -> int:
    """Write a calendar."""
    if args.code:
        processes, name = _select(_process(args.code)), args.code
    else:
        processes, name = ContractingProcess.select(), args.owner or "Alle trajecten"
    operations.refresh(processes, at=now())
    content = write_calendar(queries.agenda(processes, args.owner), name=name)
    _write(args.out, content)
    return 0


def run_digest(args: argparse.Namespace) -> int:
    """Write the text of the e-mail with what is due or late, or mail each owner its own."""
    if args.mail_owners:
        return _mail_owners()
    running = ContractingProcess.select().where(ContractingProcess.status == "lopend")
    outlooks = [look(queries.load(process), today()) for process in running]
    text = digest(outlooks, today(), [args.owner] if args.owner else ())
    text = text or nothing_due(args.owner)
    if not args.mail:
        say(text.rstrip())
        return 0
    settings, at = read_settings(), now()
    office = PostOffice(settings["TAALINKOOP_SMTP_URL"], settings["TAALINKOOP_MAIL_FROM"])
    subject = f"Planning van {day_text(today())}: wat te laat of bijna af is"
    with office.opened() as send:
        for address in args.mail:
            send(Letter(address, subject, text, key=f"{at.isoformat()}/{address}"), at)
    say(f"Verstuurd naar {', '.join(args.mail)}.")
    return 0


def _mail_owners() -> int:
    done = owner_mail.send_digests(read_settings(), by=ACTOR)
    for address, problem in done.failed:
        sys.stderr.write(f"{address}: {problem}\n")
    say(f"{len(done.sent)} berichten gemaild, {done.before} waren vandaag al gemaild.")
    if done.unknown:
        say(f"Zonder account of adres: {', '.join(done.unknown)}.")
    return 1 if done.failed else 0


def run_ocds(args: argparse.Namespace) -> int:
    """Write the OCDS release of now, or the record of all that were given out."""
    process, settings, at = _process(args.code), read_settings(), now()
    prefix = args.prefix or settings["TAALINKOOP_OCDS_PREFIX"]
    licence = settings["TAALINKOOP_OCDS_LICENSE"]
    releases = publish(process, at=at, prefix=prefix)
    if not releases:
        raise DomainError("draft", f"Traject {args.code} is een concept. Zet het eerst op lopend.")
    content: Any = releases[-1]
    if args.package or args.record:
        pack = record_package if args.record else package
        content = pack(
            releases if args.record else releases[-1:], moment=at, licence=licence,
            publisher=publisher_of(process), address=f"urn:taalinkoop:{args.code}",
        )  # fmt: skip
    for setting, value in (
        ("TAALINKOOP_OCDS_PREFIX", prefix), ("TAALINKOOP_OCDS_LICENSE", licence)
    ):  # fmt: skip
        if not value:
            sys.stderr.write(f"Nog niet om te publiceren: {setting} is leeg.\n")
    _write(args.out, json.dumps(content, ensure_ascii=False, indent=2).encode())
    return 0


def _write(out: Path | None, content: bytes) -> None:
    if out is None:
        sys.stdout.buffer.write(content)
    else:
        write_whole(out, content)


def run_baseline(args: argparse.Namespace) -> int:
    """Keep all dates as a planversie."""
    _process(args.code)
    cause = ReplanCause(args.cause)
    number = operations.add_baseline(args.code, args.reason, cause, by=ACTOR, at=now())
    if args.json:
        as_json({"code": args.code, "number": number, "reason": args.reason})
    else:
        say(f"Planversie {number} van {args.code} ligt vast.")
    return 0
