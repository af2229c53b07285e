"""Errors that a person reads, and what is the matter when database or disk refuse."""

import errno
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


class DomainError(Exception):
    """Something the user asked for is not allowed; the message says what to do instead.

    ``code`` is stable and in English, ``message`` is Dutch at B1 level, ``field`` is the name of
    the form field that it belongs beside, when there is one. ``more`` are the faults after the
    first, each a sentence: a file is refused for all that is wrong in it.
    """

    def __init__(
        self, code: str, message: str, *, field: str | None = None, more: Sequence[str] = ()
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
        self.more = tuple(more)


@dataclass(frozen=True)
class Trouble:
    """What database or disk refuse: what happened, what is safe and what to do.

    The same in page, CLI and API. ``passes`` says whether trying again in a moment can help.
    """

    code: str
    title: str
    advice: str
    passes: bool = False

    @property
    def sentence(self) -> str:
        """Title and advice as running text."""
        return f"{self.title}. {self.advice}"


BUSY = Trouble("busy", "Een ander slaat net iets op", "Probeer het zo opnieuw.", passes=True)
CROWDED = Trouble(
    "crowded",
    "De server heeft het te druk",
    "Er is nu geen geheugen of ruimte voor nog een proces. Probeer het over een minuut opnieuw.",
    passes=True,
)
AWAY = Trouble(
    "database_away",
    "De database is niet bereikbaar",
    "Probeer het over een minuut opnieuw. Blijft het zo, vraag dan de beheerder; die kijkt met: "
    "taalinkoop doctor",
    passes=True,
)
FULL = Trouble(
    "disk_full",
    "De schijf van Taalinkoop is vol",
    "Wat eerder is bewaard, is veilig. De beheerder maakt ruimte; probeer het daarna opnieuw.",
)
READ_ONLY = Trouble(
    "read_only",
    "Op de schijf van Taalinkoop kan niet worden geschreven",
    "Wat eerder is bewaard, is veilig. De beheerder kijkt of de schijf vol is (ook: geen plek voor "
    "nog een bestand) of alleen-lezen, en of de gebruiker van Taalinkoop rechten heeft op de "
    "gegevensmap; probeer het daarna opnieuw.",
)
NO_RIGHTS = Trouble(
    "no_rights",
    "Taalinkoop mag niet bij een van zijn eigen bestanden",
    "Wat eerder is bewaard, is veilig. De beheerder geeft de gebruiker van Taalinkoop rechten op "
    "alles in de gegevensmap; probeer het daarna opnieuw.",
)
BROKEN = Trouble(
    "database_damaged",
    "Het databasebestand is beschadigd",
    "Stop de server en zet een reservekopie terug met: taalinkoop restore",
)

_BY_SQLSTATE = {
    "40001": BUSY,  # serialization_failure
    "40P01": BUSY,  # deadlock_detected
    "55P03": BUSY,  # lock_not_available
    "53100": FULL,
    "53300": AWAY,  # too_many_connections
    "25006": READ_ONLY,
}
_BY_SQLSTATE_CLASS = {"08": AWAY, "57": AWAY, "58": READ_ONLY}
_BY_SQLITE = {
    5: BUSY,  # SQLITE_BUSY
    6: BUSY,  # SQLITE_LOCKED
    13: FULL,  # SQLITE_FULL
    8: READ_ONLY,  # SQLITE_READONLY
    14: READ_ONLY,  # SQLITE_CANTOPEN
    3: READ_ONLY,  # SQLITE_PERM
    10: READ_ONLY,  # SQLITE_IOERR
    11: BROKEN,  # SQLITE_CORRUPT
    26: BROKEN,  # SQLITE_NOTADB
}
"""By the primary result code, https://sqlite.org/rescode.html"""
_BY_ERRNO = {
    errno.ENOSPC: FULL,  # no space, or no inodes
    errno.EDQUOT: FULL,
    errno.EAGAIN: CROWDED,  # a file is read by a process of its own, which could not start
    errno.ENOMEM: CROWDED,
    errno.EROFS: READ_ONLY,
    errno.EACCES: NO_RIGHTS,
    errno.EPERM: NO_RIGHTS,
}


def trouble_of(error: BaseException) -> Trouble | None:
    """What database or disk say in this error, or in one that it came from; ``None`` otherwise."""
    has_code = False
    for one in _with_causes(error):
        code = getattr(one, "sqlite_errorcode", None)
        if code is not None and (trouble := _BY_SQLITE.get(code & 0xFF)):
            return trouble
        state = getattr(one, "sqlstate", None)
        has_code |= bool(code or state)
        if state and (trouble := _BY_SQLSTATE.get(state) or _BY_SQLSTATE_CLASS.get(state[:2])):
            return trouble
        if isinstance(one, OSError) and (trouble := _BY_ERRNO.get(one.errno or 0)):
            return trouble
    # A connection that broke or could not be made has no code to tell. By name: whoever only reads
    # a setting needs no database driver.
    is_connection = type(error).__name__ in ("OperationalError", "InterfaceError")
    return AWAY if is_connection and not has_code else None


def is_busy(error: BaseException) -> bool:
    """Whether others hold what was needed: the same again in a moment may well succeed."""
    return trouble_of(error) is BUSY


def _with_causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
