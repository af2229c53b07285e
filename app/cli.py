"""The command ``taalinkoop``: a table of groups, of which only the chosen one is imported."""

import errno
import os
import sys
from importlib import import_module
from pathlib import Path

# name: (module in app.commands, what it does)
GROUPS = {
    "serve": ("serve", "start de server"),
    "demo": ("demo", "vul en toon de voorbeeldregio Zwolle"),
    "db": ("db", "werk het schema bij, of controleer de gegevens"),
    "user": ("user", "maak en beheer accounts"),
    "provider": ("provider", "lees het register van aanbieders en contracten in"),
    "feed": ("feed", "lees leveringen in, controleer ze of trek ze terug"),
    "learner": ("learner", "neem in wat een gemeente van haar cursisten weet"),
    "score": ("score", "bereken de scores van een maand"),
    "charts": ("charts", "teken de grafieken van een maand"),
    "passport": ("passport", "maak of controleer een paspoort van een oordeel"),
    "promises": ("promises", "reken een contractjaar af: brief en bijlage"),
    "regions": ("regions", "wissel cijfers zonder kleine aantallen met andere regio's"),
    "report": ("report", "maak de maandrapportage"),
    "plan": ("plan", "toon en wissel inkooptrajecten uit"),
    "jobs": ("jobs", "doe het werk dat op de achtergrond wacht"),
    "backup": ("backup", "maak een reservekopie terwijl de server draait"),
    "restore": ("backup", "zet een reservekopie terug"),
    "retention": ("retention", "ruim op wat niet langer bewaard hoeft te worden"),
    "privacy": ("privacy", "maak het register van verwerkingen en de invoer voor de DPIA"),
    "doctor": ("doctor", "kijk wat er aan deze installatie mankeert"),
}

# What argparse itself says, in Dutch; it offers no other way than its own lookup function.
DUTCH = {
    "usage: ": "gebruik: ",
    "%(prog)s: error: %(message)s\n": "%(prog)s: %(message)s\n",
    "positional arguments": "argumenten",
    "options": "opties",
    "optional arguments": "opties",
    "show this help message and exit": "toon deze uitleg",
    "the following arguments are required: %s": "vul nog in: %s",
    "unrecognized arguments: %s": "onbekend: %s",
    "expected one argument": "hier hoort één waarde achter",
    "expected at least one argument": "hier hoort minstens één waarde achter",
    "invalid choice: %(value)r (choose from %(choices)s)": (
        "%(value)r bestaat niet; kies uit %(choices)s"
    ),
    "invalid %(type)s value: %(value)r": "%(value)r is geen geldige waarde",
    "argument %(argument_name)s: %(message)s": "%(argument_name)s: %(message)s",
    "not allowed with argument %s": "kan niet samen met %s",
    "one of the arguments %s is required": "kies een van: %s",
}

REASONS = {
    errno.ENOENT: "het bestaat niet",
    errno.EACCES: "wie de opdracht geeft mag er niet bij; geef die gebruiker rechten erop",
    errno.EISDIR: "het is een map",
    errno.ENOSPC: "de schijf is vol",
    errno.EROFS: "er mag hier niet geschreven worden",
    errno.EADDRINUSE: "de poort is al in gebruik; kies een andere met --port",
}


def main(argv: list[str] | None = None) -> int:
    """Run one command; every failure is one Dutch sentence and exit status 2."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in arguments
    if debug:
        arguments.remove("--debug")
    if not arguments or arguments[0] in ("-h", "--help"):
        print(overview())
        return 0 if arguments else 2
    if arguments[0] == "--version":
        print(release())
        return 0
    if arguments[0] not in GROUPS:
        return _refuse(f"De opdracht {arguments[0]!r} bestaat niet. Kijk met: taalinkoop --help")
    return _run_and_explain(arguments[0], arguments[1:], debug=debug)


def _run_and_explain(name: str, arguments: list[str], *, debug: bool) -> int:
    """Run a command, and say in one sentence what went wrong."""
    try:
        status = _run(name, arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        status = 130
    except BrokenPipeError:
        # Whoever reads has seen enough: taalinkoop ... | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    except Exception as error:
        if debug:
            raise
        status = _refuse(explain(error))
    return status


def overview() -> str:
    """List the groups, without importing any."""
    width = max(map(len, GROUPS))
    lines = [f"  {name:<{width}}  {text}" for name, (_, text) in GROUPS.items()]
    return "\n".join(
        (
            "gebruik: taalinkoop [--debug] OPDRACHT ...",
            "",
            "Inkoop van inburgeringscursussen: planning, leveringen en kwaliteit.",
            "",
            "opdrachten:",
            *lines,
            "",
            "Uitleg bij een opdracht: taalinkoop OPDRACHT --help",
        )
    )


def release() -> str:
    """Give the version of this installation."""
    from core import version  # noqa: PLC0415  packages follow once one is needed

    return f"taalinkoop {version() or '(uit de broncode)'}"


def _run(name: str, arguments: list[str]) -> int:
    import argparse  # noqa: PLC0415  the overview does without

    argparse._ = lambda text: DUTCH.get(text, text)  # type: ignore[attr-defined]
    parser = argparse.ArgumentParser(prog=f"taalinkoop {name}", description=GROUPS[name][1])
    import_module(f"app.commands.{GROUPS[name][0]}").register(parser)
    args = parser.parse_args(arguments)
    if not getattr(args, "needs_database", True):
        return int(args.run(args))
    from app.opening import opened_database  # noqa: PLC0415  help must not pay for peewee

    with opened_database(
        needs_schema=getattr(args, "needs_schema", True), settles=getattr(args, "settles", True)
    ):
        return int(args.run(args))


def explain(error: Exception) -> str:
    """Say in one sentence what went wrong."""
    from peewee import DatabaseError  # noqa: PLC0415  only needed when something went wrong

    from core.errors import DomainError, trouble_of  # noqa: PLC0415

    if isinstance(error, DomainError):
        return "\n".join((error.message, *error.more))
    trouble = trouble_of(error)
    if trouble is not None and not isinstance(error, OSError):
        return trouble.sentence
    text = " ".join(str(error).split())
    if isinstance(error, DatabaseError):
        return f"De database werkt niet mee: {text}. Kijk met: taalinkoop doctor"
    if isinstance(error, OSError):
        reason = REASONS.get(error.errno or 0, error.strerror or text)
        said = f"Met {error.filename or 'een bestand'} gaat het mis: {reason}."
        return f"{trouble.sentence} {said}" if trouble and _is_ours(error.filename) else said
    return f"Er ging iets onverwachts mis ({type(error).__name__}: {text}). Meer met: --debug"


def _is_ours(name: str | bytes | None) -> bool:
    """Whether this is a file of the data directory, and not one that somebody named."""
    from app.settings import read_settings  # noqa: PLC0415  only when something went wrong

    data = read_settings()["TAALINKOOP_DATA_DIR"].absolute()
    return name is not None and data in Path(os.fsdecode(name)).absolute().parents


def _refuse(sentence: str) -> int:
    print(f"taalinkoop: {sentence}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
