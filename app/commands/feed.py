"""``taalinkoop feed``: take deliveries in, check them, withdraw them, and what belongs to that."""

import argparse
import time
from pathlib import Path
from typing import Any

from app.commands import as_json, month_argument, say
from core.dates import add_months, month_of, now, today
from core.errors import DomainError

ACTOR = "opdrachtregel"
DONE, WITH_FINDINGS, REFUSED = 0, 1, 2


def register(parser: argparse.ArgumentParser) -> None:
    """Describe the commands."""
    commands = parser.add_subparsers(required=True, metavar="OPDRACHT", dest="command")

    take = commands.add_parser("import", help="neem bestanden in, elk als een levering")
    take.add_argument("files", nargs="+", type=Path, metavar="BESTAND")
    take.add_argument("--aanbieder", required=True, metavar="CODE", help="wie de bestanden stuurt")
    take.add_argument("--month", type=month_argument, metavar="JJJJ-MM", help="alleen deze maand")
    take.add_argument("--sheet", metavar="NAAM", help="welk blad van een werkboek")
    take.add_argument(
        "--replace", type=month_argument, action="append", default=[], metavar="JJJJ-MM",
        help="vervang de rijen van deze maand",
    )  # fmt: skip
    take.add_argument("--dry-run", action="store_true", help="laat zien wat er zou gebeuren")
    take.add_argument("--again", action="store_true", help="neem een bekend bestand opnieuw in")
    take.add_argument("--receipt", type=Path, metavar="UIT.xlsx", help="het werkboek met fouten")
    take.set_defaults(run=take_in)

    check = commands.add_parser("check", help="controleer een bestand, zonder database")
    check.add_argument("file", type=Path, metavar="BESTAND")
    check.add_argument("--sheet", metavar="NAAM", help="welk blad van een werkboek")
    check.add_argument("--month", type=month_argument, metavar="JJJJ-MM", help="alleen deze maand")
    check.set_defaults(run=check_only, needs_database=False)

    for command in (take, check):
        command.add_argument("--json", action="store_true", help="als JSON")
        command.add_argument("--max-problems", type=int, metavar="N", help="hoogstens N fouten")

    template = commands.add_parser("template", help="maak een leeg werkboek met keuzelijsten")
    template.add_argument("out", type=Path, metavar="UIT.xlsx")
    template.set_defaults(run=write_template, needs_database=False)

    back = commands.add_parser("withdraw", help="trek een levering in")
    back.add_argument("number", type=int, metavar="NUMMER")
    back.add_argument("--reason", required=True, metavar="REDEN", help="waarom")
    back.set_defaults(run=withdraw)

    nil = commands.add_parser("nil", help="meld dat er over een maand niets te melden is")
    nil.add_argument("--aanbieder", required=True, metavar="CODE", help="wie het meldt")
    nil.add_argument("--month", required=True, type=month_argument, metavar="JJJJ-MM")
    nil.set_defaults(run=declare_nothing)

    calendar = commands.add_parser("calendar", help="wie leverde wat, per maand")
    calendar.add_argument("--json", action="store_true", help="als JSON")
    calendar.set_defaults(run=show_calendar)

    watch = commands.add_parser("watch", help="neem in wat in een map verschijnt (SFTP)")
    watch.add_argument("directory", type=Path, metavar="MAP", help="met een map per aanbieder")
    watch.add_argument("--once", action="store_true", help="kijk een keer en stop")
    watch.add_argument("--every", type=int, default=30, metavar="SECONDEN", help="hoe vaak")
    watch.set_defaults(run=watch_folder)


def _storage() -> Any:
    from app.settings import read_settings  # noqa: PLC0415  only when a file is kept
    from core.storage import Storage  # noqa: PLC0415

    return Storage(read_settings()["TAALINKOOP_DATA_DIR"])


def take_in(args: argparse.Namespace) -> int:
    """Take files in, one delivery each, and compute again what they touch."""
    from providers.deliveries import operations  # noqa: PLC0415  a command that only helps must be quick

    provider = operations.find_provider(args.aanbieder)
    for path in args.files:
        if not path.is_file():
            raise DomainError("no_file", f"Het bestand {path} is er niet. Controleer de naam.")
    request = operations.Request(
        today=today(), only_month=args.month, sheet=args.sheet, replace=frozenset(args.replace)
    )
    storage = _storage()
    outcomes = []
    for path in args.files:
        if args.dry_run:
            outcome = _try_one(path, provider, request, again=args.again)
        else:
            outcome = _take_one(path, provider, storage, request, again=args.again)
        outcomes.append(outcome)
        if args.receipt:
            _write_receipt(args.receipt, outcome, path, len(args.files) > 1)
    _judge_again(provider)
    return _tell(outcomes, args)


def _try_one(path: Path, provider: Any, request: Any, *, again: bool) -> Any:
    """What would become of a file; of known bytes, that they are here already."""
    from providers.deliveries import operations  # noqa: PLC0415
    from providers.deliveries.outcomes import already_delivered  # noqa: PLC0415
    from providers.feed.read.cleaning import fingerprint  # noqa: PLC0415

    earlier = None if again else operations.held_delivery(provider, fingerprint(path))
    if earlier is not None:
        return already_delivered(earlier, file_name=path.name)
    return operations.preview(path, file_name=path.name, provider=provider, request=request)


def _take_one(path: Path, provider: Any, storage: Any, request: Any, *, again: bool) -> Any:
    from providers.deliveries import operations  # noqa: PLC0415
    from providers.deliveries.outcomes import already_delivered  # noqa: PLC0415

    with path.open("rb") as source:
        delivery, received_before = operations.receive(
            source, file_name=path.name, provider=provider, storage=storage, by=ACTOR, at=now(),
            again=again,
        )  # fmt: skip
    if received_before:
        return already_delivered(delivery, file_name=path.name)
    return operations.accept(delivery, storage=storage, request=request, by=ACTOR, at=now())


def _judge_again(provider: Any) -> None:
    """Bring the scores up to date with what was taken in or withdrawn."""
    from app.settings import read_settings  # noqa: PLC0415
    from app.tasks.delivering import settle_owed  # noqa: PLC0415

    data_directory = read_settings()["TAALINKOOP_DATA_DIR"]
    settle_owed(data_directory, at=now(), kind="judge", subject=provider.code)


def _write_receipt(out: Path, outcome: Any, path: Path, several: bool) -> None:
    from providers.deliveries.mapping import mapping_of  # noqa: PLC0415
    from providers.feed.tell.marked_workbook import write_marked  # noqa: PLC0415

    target = out.with_stem(f"{out.stem}-{path.stem}") if several else out
    write_marked(target, outcome, path, mapping=mapping_of(outcome.provider))


def _tell(outcomes: list[Any], args: argparse.Namespace) -> int:
    from providers.feed.tell.outcome import Status  # noqa: PLC0415
    from providers.feed.tell.receipt import lines  # noqa: PLC0415

    if args.json:
        as_json({"deliveries": [outcome.document(args.max_problems) for outcome in outcomes]})
    else:
        for outcome in outcomes:
            for line in lines(outcome, limit=args.max_problems):
                say(line)
    if any(outcome.status in (Status.REFUSED, Status.NEEDS_CONSENT) for outcome in outcomes):
        return REFUSED
    rejected = any(
        outcome.counts.rejected
        for outcome in outcomes
        if outcome.status is not Status.ALREADY_DELIVERED
    )
    return WITH_FINDINGS if rejected else DONE


def check_only(args: argparse.Namespace) -> int:
    """Check one file with the rules that need no database."""
    from providers.feed.tell.standalone import check_file  # noqa: PLC0415

    if not args.file.is_file():
        raise DomainError("no_file", f"Het bestand {args.file} is er niet. Controleer de naam.")
    outcome = check_file(args.file, today=today(), sheet=args.sheet, only_month=args.month)
    return _tell([outcome], args)


def write_template(args: argparse.Namespace) -> int:
    """Write the empty workbook."""
    from providers.feed.tell.template import write_template as write  # noqa: PLC0415

    write(args.out)
    say(f"Het werkboek staat in {args.out}.")
    return DONE


def withdraw(args: argparse.Namespace) -> int:
    """Withdraw a delivery."""
    from providers.deliveries import operations  # noqa: PLC0415
    from providers.deliveries.queries import effect_of_withdrawal  # noqa: PLC0415
    from providers.models import Delivery  # noqa: PLC0415

    delivery = Delivery.get_or_none(Delivery.id == args.number)
    if delivery is None:
        raise DomainError("no_delivery", f"Levering {args.number} bestaat niet.")
    effect = effect_of_withdrawal(delivery.id)
    operations.withdraw(delivery, reason=args.reason, by=ACTOR, at=now())
    _judge_again(delivery.provider)
    say(f"Levering {delivery.id} is ingetrokken. {effect.text}")
    return DONE


def declare_nothing(args: argparse.Namespace) -> int:
    """Take a nil return in."""
    from core.formats import month_text  # noqa: PLC0415
    from providers.deliveries import operations  # noqa: PLC0415

    provider = operations.find_provider(args.aanbieder)
    delivery = operations.declare_nothing(provider, args.month, by=ACTOR, at=now())
    say(
        f"Levering {delivery.id}: {provider.name} heeft over {month_text(args.month)} niets te "
        "melden."
    )
    return DONE


def show_calendar(args: argparse.Namespace) -> int:
    """Show the last twelve months, provider by provider."""
    from providers.deliveries.calendar_queries import delivery_calendar  # noqa: PLC0415
    from providers.models import Provider  # noqa: PLC0415

    day = today()
    last = add_months(month_of(day), -1)
    codes = {provider.id: provider.code for provider in Provider.select().order_by(Provider.code)}
    cells = delivery_calendar(list(codes), add_months(last, -11), last, day)
    if args.json:
        as_json(
            [
                {
                    "aanbieder": codes[cell.provider_id],
                    "month": f"{cell.month:%Y-%m}",
                    "state": cell.state.value,
                    "due": cell.due.isoformat() if cell.due else None,
                    "received": cell.received_on.isoformat() if cell.received_on else None,
                    "delivery": cell.delivery_id,
                }
                for cell in cells
            ]
        )
        return DONE
    for cell in cells:
        say(f"{codes[cell.provider_id]:<10}  {cell.month:%Y-%m}  {cell.state.value}")
    return DONE


def watch_folder(args: argparse.Namespace) -> int:
    """Take in what appears in ``MAP/CODE/``; move it aside with its receipt."""
    from app.tasks.watching import Watched  # noqa: PLC0415

    watched = Watched(args.directory, _storage(), take_one=_take_one, judge_again=_judge_again)
    watched.check()
    while True:
        for line in watched.look(today=today(), at=time.time()):
            say(line)
        if args.once:
            return DONE
        time.sleep(args.every)
