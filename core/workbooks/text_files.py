"""Text files of others: which encoding they are in.

Excel saves CSV in four encodings, and says in none of them which: UTF-8, Windows-1252, and from its
menus "MS-DOS" (code page 850) and "Macintosh" (Mac OS Roman). The last three accept nearly any
bytes, so that the one counts that makes Dutch text of them.
"""

import codecs
import re
from contextlib import suppress
from pathlib import Path

CHUNK = 1 << 20
LOOKED_AT = 5_000
"""So many characters beyond ASCII tell the encoding."""
NAMES = {
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "cp1252": "Windows-1252",
    "cp850": "MS-DOS (850)",
    "mac_roman": "Macintosh",
}
"""What people call the encodings that are recognised."""
_SINGLE_BYTE = ("cp1252", "cp850", "mac_roman")
_BEYOND_ASCII = re.compile(rb"(?s)(?:(?<=(.))|\A)([\x80-\xff])(?=(.?))")
_OFTEN, _SELDOM = frozenset("éëïèöü"), frozenset("áàâäêíîóôûúçñãåøčšžćğşıİß")
_SIGNS = frozenset("€–—…“”‘’„«»·•°½¼¾²³§±µ\u00a0×©®´")


class EncodingError(ValueError):
    """The text cannot be read; ``message`` is a Dutch sentence that says why."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def find_encoding(path: Path) -> str:
    """The encoding of a text file, as Python names it; ``EncodingError`` when it is no text."""
    with path.open("rb") as file:
        wide = file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    encoding = "utf-16" if wide else "utf-8-sig"
    try:
        _decode_all(path, encoding)
    except UnicodeDecodeError:
        if wide:
            raise EncodingError("De tekens in dit bestand zijn beschadigd.") from None
        return _single_byte(path)
    return encoding


def _decode_all(path: Path, encoding: str) -> None:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            if "\0" in decoder.decode(chunk):
                raise EncodingError("Dit bestand is geen leesbare tekst.")
        decoder.decode(b"", final=True)


def _single_byte(path: Path) -> str:
    """The one that makes Dutch text; Windows-1252 is the most likely of equals that read alike."""
    places = _places(path)
    scores: dict[str, float] = {}
    for encoding in _SINGLE_BYTE:
        try:
            scores[encoding] = sum(_likely(*place, encoding) for place in places)
        except UnicodeDecodeError:
            continue
    best = max(scores.values(), default=-1.0)
    likely = [encoding for encoding, score in scores.items() if score == best]
    texts = {b"".join(high for _, high, _ in places).decode(encoding) for encoding in likely}
    if best <= 0 and "cp1252" in scores and len(places) <= 2:
        likely, texts = ["cp1252"], {""}
    is_clear = likely and len(texts) == 1 and best >= -len(places)
    with suppress(UnicodeDecodeError):  # past the part that was looked at
        if is_clear:
            _decode_all(path, likely[0])
            return likely[0]
    raise EncodingError(
        "Niet te zien is welke letters met accent er in dit bestand staan. Sla het op als "
        "CSV UTF-8 of als XLSX."
    )


def _places(path: Path) -> list[tuple[bytes, bytes, bytes]]:
    places: list[tuple[bytes, bytes, bytes]] = []
    with path.open("rb") as file:
        while len(places) < LOOKED_AT and (chunk := file.read(CHUNK)):
            if b"\0" in chunk:
                raise EncodingError("Dit bestand is geen leesbare tekst.")
            places += [
                (match[1] or b"", match[2], match[3])
                for match in _BEYOND_ASCII.finditer(chunk, 0, len(chunk))
            ]
    return places[:LOOKED_AT]


def _likely(before: bytes, high: bytes, after: bytes, encoding: str) -> float:
    """How well a character fits in Dutch text between its neighbours."""
    letter = high.decode(encoding)
    ahead = before.decode("ascii", "replace")
    behind = after.decode("ascii", "replace")
    within = ahead.isalpha() or behind.isalpha() or "\N{REPLACEMENT CHARACTER}" in (ahead, behind)
    if letter.casefold() in _OFTEN | _SELDOM:
        worth = 2.0 if letter.casefold() in _OFTEN else 1.0
        misplaced = letter.isupper() and ahead.islower()
        return -1.0 if misplaced or not within else worth
    if letter in _SIGNS:
        between = (
            ahead.isalnum() and behind.isalnum() and letter != "\N{RIGHT SINGLE QUOTATION MARK}"
        )
        opens_late = letter in "“‘„" and ahead.isalpha()
        return -1.0 if between or opens_late else 0.5
    return -2.0
