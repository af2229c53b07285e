"""``taalinkoop report MONTH``: the monthly pack, per provider and for the region."""

import argparse
import hashlib
import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

from app.commands import as_json, month_argument, say
from app.commands.charts import keep_pictures, progress
from app.settings import read_settings
from app.tasks.monthly_run import send_reports
from core.accounts import Account, Role
from core.dates import now, today
from core.db import transaction
from core.errors import DomainError
from core.formats import month_text
from core.storage import write_whole
from procurement.promises.operations import settle
from providers.models import Contract, Provider
from quality.cards.operations import compute
from quality.models import FIXED
from quality.passport.build import passport_content, record_passport
from quality.passport.seal import sealed, signing_key
from quality.report.operations import record_made
from quality.report.packs import KINDS, REGION, Pack, Shelf, packs

LOG = "overzicht.json"
ACTOR = "opdrachtregel"
AT_ONCE = 4
"""Packs under which starting processes takes longer than it saves."""


def register(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument("month", type=month_argument, metavar="MAAND", help="JJJJ-MM")
    parser.add_argument("--out", type=Path, metavar="MAP", help="waar ze komen")
    parser.add_argument(
        "--mail",
        action="store_true",
        help="bereken de concepten en mail elk rapport naar wie het hoort te krijgen, één keer",
    )
    parser.add_argument(
        "--paspoort",
        metavar="DOEL",
        help="leg het paspoort van elk vastgesteld oordeel erbij; het doel komt in het logboek",
    )
    parser.add_argument(
        "--afrekening",
        action="store_true",
        help="leg van elk contract de brief over het nieuwste hele contractjaar erbij, met de "
        "bijlage (met trajectnummers: alleen voor de aanbieder zelf en contractbeheer)",
    )
    parser.add_argument("--aanbieder", metavar="CODE", help="alleen voor deze aanbieder")
    parser.add_argument("--json", action="store_true", help="als JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Make what is not made yet; what stopped half-way goes on where it was."""
    if args.out is None and not args.mail:
        raise DomainError("no_folder", "Kies met --out een map, of mail de rapporten met --mail.")
    code = args.aanbieder
    if code and not Provider.select().where(Provider.code == code).exists():
        raise DomainError("unknown_provider", f"Aanbieder {code} staat niet in het register.")
    keep_pictures()
    if args.mail:
        compute(args.month, by=ACTOR, at=now())
    document: dict[str, Any] = {"month": f"{args.month:%Y-%m}"}
    if args.out is not None:
        document["files"] = make(args)
    status = mail(args, document) if args.mail else 0
    if args.json:
        as_json(document)
    return status


def make(args: argparse.Namespace) -> list[dict[str, Any]]:
    """Put the reports in the folder; return what is in it."""
    at = now()
    codes = [args.aanbieder] if args.aanbieder else None
    made = packs(args.month, Provider.select(Provider.id), today=today(), codes=codes)
    if not made:
        raise no_scores(args.month)
    lines = write(made, args.out, at=at)
    if args.paspoort is not None:
        passports = add_passports(made, args.out, purpose=args.paspoort, at=at)
        _log(args.out, passports)
        lines += passports
    if args.afrekening:
        letters = add_letters(made, args.out, at=at)
        _log(args.out, letters)
        lines += letters
    with transaction():
        record_made(args.month, [pack.code for pack in made], by=ACTOR, at=at)
    if not args.json:
        new = sum(line["new"] for line in lines)
        files = f"{len(lines)} bestanden van {month_text(args.month)}"
        say(f"{files} staan in {args.out}, waarvan {new} nieuw.")
    return lines


def mail(args: argparse.Namespace, document: dict[str, Any]) -> int:
    """Mail the reports; status 1 when someone did not get one."""
    done = send_reports(
        args.month,
        settings=read_settings(),
        by=ACTOR,
        today=today(),
        code=args.aanbieder,
        progress=lambda what, number, total: progress(number, total, what),
    )
    if not done.sent and not done.before and not done.failed:
        raise no_scores(args.month)
    document["sent"] = [{"for": one.code, "to": one.address} for one in done.sent]
    document["sent_before"] = done.before
    if not args.json:
        say(f"{len(done.sent)} rapporten gemaild, {done.before} waren al gemaild.")
    for _, sentence in done.failed:
        sys.stderr.write(f"{sentence}\n")
    if done.without_address:
        sys.stderr.write(
            "Zonder e-mailadres in het register, dus niet gemaild: "
            f"{', '.join(done.without_address)}\n"
        )
    return 1 if done.failed or done.without_address else 0


def no_scores(month: date) -> DomainError:
    """There is nothing to report of a month."""
    return DomainError(
        "no_scores",
        f"Van {month_text(month)} zijn er nog geen scores. "
        f"Bereken ze met: taalinkoop score {month:%Y-%m}",
    )


def write(made: list[Pack], out: Path, *, at: datetime) -> list[dict[str, Any]]:
    """Put the files and their log in a folder."""
    out.mkdir(parents=True, exist_ok=True)
    shelf = Shelf(read_settings()["TAALINKOOP_DATA_DIR"].absolute() / "reports")
    lines = []
    for number, pack in enumerate(shelf.fill(made, at=at), start=1):
        for kind in KINDS:
            content = shelf.place(pack, kind).read_bytes()
            target = out / f"{pack.file_name}.{kind}"
            lines.append(_put(target, content, pack.code, at=at))
        _log(out, lines)
        progress(number, len(made), "rapporten")
    return lines


def add_passports(
    made: list[Pack], out: Path, *, purpose: str, at: datetime
) -> list[dict[str, Any]]:
    """Put the passport of everyone whose month is fixed in the folder; one made before stays."""
    lines = []
    for pack in made:
        if pack.code == REGION or any(t["status"] != FIXED for t in pack.material.trees):
            continue
        provider = Provider.get(Provider.code == pack.code)
        target = out / f"{pack.file_name}.paspoort.json"
        new = not target.exists()
        if new:
            try:
                write_whole(target, _passport(provider, pack, purpose=purpose, at=at))
            except DomainError as error:
                sys.stderr.write(f"{provider.name}: {error.message}\n")
                continue
        lines.append(_line(target, pack.code, new=new, at=at))
    return lines


def add_letters(made: list[Pack], out: Path, *, at: datetime) -> list[dict[str, Any]]:
    """Put the letter and appendix of every contract in the folder; new figures replace them."""
    everyone = Account(role=Role.AUDITOR, email=ACTOR)
    lines = []
    for pack in made:
        contracts: Any = Contract.select(Contract, Provider).join(Provider)
        for contract in contracts.where(Provider.code == pack.code).order_by(Contract.number):
            try:
                _, files = settle(contract, None, everyone, by=ACTOR, at=at)
            except DomainError as error:
                sys.stderr.write(f"{contract.number}: {error.message}\n")
                continue
            for name, content in files.items():
                lines.append(_put(out / name, content, pack.code, at=at))
    return lines


def _put(target: Path, content: bytes, code: str, *, at: datetime) -> dict[str, Any]:
    """Write a file that is not there yet, or not like this; give its line for the log."""
    new = not target.exists() or target.read_bytes() != content
    if new:
        write_whole(target, content)
    return _line(target, code, new=new, at=at)


def _line(target: Path, code: str, *, new: bool, at: datetime) -> dict[str, Any]:
    """What the log says of a file."""
    return {
        "file": target.name,
        "for": code,
        "sha256": hashlib.sha256(target.read_bytes()).hexdigest(),
        "made_at": at.isoformat(timespec="seconds"),
        "new": new,
    }


def _passport(provider: Provider, pack: Pack, *, purpose: str, at: datetime) -> bytes:
    month = pack.material.month
    content = passport_content(provider, month, purpose=purpose, by=ACTOR, at=at)
    made = sealed(content, signing_key(read_settings()["TAALINKOOP_DATA_DIR"]))
    record_passport(provider, month, purpose=purpose, by=ACTOR, at=at)
    return made


def _log(out: Path, lines: list[dict[str, Any]]) -> None:
    """Say which file is for whom; what an earlier run wrote about the same file is replaced."""
    path = out / LOG
    logged = json.loads(path.read_text("utf-8")) if path.exists() else []
    names = {line["file"] for line in lines}
    kept = [line for line in logged if line["file"] not in names]
    write_whole(path, json.dumps([*kept, *lines], ensure_ascii=False, indent=1).encode())
