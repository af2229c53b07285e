"""``taalinkoop report MONTH``: the monthly pack, per provider and for the region."""

import argparse
import hashlib
import json
import os
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from app.commands.charts import keep_pictures, progress
from app.commands.output import as_json, say
from app.commands.score import month_argument
from app.settings import read_settings
from core import pictures
from core.dates import now, today
from core.db import transaction
from core.errors import DomainError
from core.formats import month_text
from core.parallel import spread
from providers.models import Provider
from quality.report.operations import record_made
from quality.report.packs import KINDS, Pack, Shelf, packs

LOG = "overzicht.json"
ACTOR = "opdrachtregel"
AT_ONCE = 4
"""Packs under which starting processes takes longer than it saves."""


def register(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument("month", type=month_argument, metavar="MAAND", help="JJJJ-MM")
    parser.add_argument("--out", type=Path, required=True, metavar="MAP", help="waar ze komen")
    parser.add_argument("--aanbieder", metavar="CODE", help="alleen voor deze aanbieder")
    parser.add_argument("--json", action="store_true", help="als JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Make what is not made yet; what stopped half-way goes on where it was."""
    keep_pictures()
    at = now()
    codes = [args.aanbieder] if args.aanbieder else None
    if codes and not Provider.select().where(Provider.code == args.aanbieder).exists():
        raise DomainError(
            "unknown_provider", f"Aanbieder {args.aanbieder} staat niet in het register."
        )
    found = packs(args.month, Provider.select(Provider.id), today=today(), codes=codes)
    if not found:
        raise DomainError(
            "no_scores",
            f"Van {month_text(args.month)} zijn er nog geen scores. "
            f"Bereken ze met: taalinkoop score {args.month:%Y-%m}",
        )
    lines = write(found, args.out, at=at)
    with transaction():
        record_made(args.month, [pack.code for pack in found], by=ACTOR, at=at)
    if args.json:
        as_json({"month": f"{args.month:%Y-%m}", "files": lines})
    else:
        new = sum(line["new"] for line in lines)
        made = f"{len(lines)} bestanden van {month_text(args.month)}"
        say(f"{made} staan in {args.out}, waarvan {new} nieuw.")
    return 0


def write(found: list[Pack], out: Path, *, at: datetime) -> list[dict[str, Any]]:
    """Put the files and their log in a folder."""
    out.mkdir(parents=True, exist_ok=True)
    shelf = Shelf(read_settings()["TAALINKOOP_DATA_DIR"].absolute() / "reports")
    waiting = [pack for pack in found if not all(shelf.has(pack, kind) for kind in KINDS)]
    fresh = {pack.fingerprint for pack in waiting}
    made = spread(
        partial(make_kept, shelf=shelf, at=at),
        waiting,
        prepare=pictures.keep_in,
        given=(pictures.kept_in(),),
        least=AT_ONCE,
    )
    lines = []
    for number, pack in enumerate(found, start=1):
        if pack.fingerprint in fresh:
            next(made)
        for kind in KINDS:
            content = shelf.place(pack, kind).read_bytes()
            target = out / f"{pack.file_name}.{kind}"
            new = not target.exists() or target.read_bytes() != content
            if new:
                _replace(target, content)
            lines.append(
                {
                    "file": target.name,
                    "for": pack.code,
                    "sha256": hashlib.sha256(content).hexdigest(),
                    "made_at": at.isoformat(timespec="seconds"),
                    "new": new,
                }
            )
        _log(out, lines)
        progress(number, len(found), "rapporten")
    return lines


def make_kept(pack: Pack, shelf: Shelf, at: datetime) -> str:
    """Make both files of a pack and keep them."""
    for kind in KINDS:
        shelf.get(pack, kind, at=at)
    return pack.code


def _replace(target: Path, content: bytes) -> None:
    aside = target.with_name(f".{target.name}.{os.getpid()}")
    aside.write_bytes(content)
    aside.replace(target)


def _log(out: Path, lines: list[dict[str, Any]]) -> None:
    """Say which file is for whom; what an earlier run wrote about the same file is replaced."""
    path = out / LOG
    known = json.loads(path.read_text("utf-8")) if path.exists() else []
    names = {line["file"] for line in lines}
    kept = [line for line in known if line["file"] not in names]
    _replace(path, json.dumps([*kept, *lines], ensure_ascii=False, indent=1).encode())
