"""How a cell of a register file is read: each reader gives a value or says what to put there."""

import re
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from core import municipalities
from core.errors import DomainError
from core.mail import is_address
from core.personal_data import kind_in
from providers.codes import LearningRoute
from providers.feed.values import Fault, day_parser

WHOLE_REGION = "*"
MAX_DAYS = 366
WORKDAYS = (1, 23)
"""On which working day after the month a delivery can be due."""
WEEKLY_MINUTES = (15, 2400)
"""What a contract can promise a week: from a quarter to forty hours."""


def text_of_at_most(limit: int) -> Callable[[str], str]:
    """Text that fits the column."""

    def parse(text: str) -> str:
        if len(text) > limit:
            raise DomainError(
                "R104", f"Gebruik hier hooguit {limit} tekens. Het zijn er {len(text)}."
            )
        return text

    return parse


parse_day = day_parser()


def day(text: str) -> date:
    """A day, in any notation that a feed knows."""
    try:
        return date.fromordinal(int(parse_day(text)))
    except Fault:
        raise DomainError(
            "R102", f'Vul een bestaande datum in, bijvoorbeeld 01-09-2026. Er staat "{text}".'
        ) from None


def whole(lowest: int, highest: int) -> Callable[[str], int]:
    """A whole number within bounds."""

    def parse(text: str) -> int:
        if not re.fullmatch(r"\d{1,4}(?:[.,]0+)?", text):
            raise DomainError(
                "R105",
                f'Vul een heel getal in van {lowest} tot en met {highest}. Er staat "{text}".',
            )
        number = int(re.split("[.,]", text)[0])
        if not lowest <= number <= highest:
            raise DomainError(
                "R105", f"Vul een getal in van {lowest} tot en met {highest}. Er staat {number}."
            )
        return number

    return parse


def cents(text: str) -> int:
    """An amount in euros, as cents."""
    bare = text.removeprefix("€").replace("\N{NO-BREAK SPACE}", "").replace(" ", "")
    dutch = re.fullmatch(r"\d{1,3}(\.\d{3})+(,\d{1,2})?", bare)
    try:
        amount = Decimal((bare.replace(".", "") if dutch else bare).replace(",", "."))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 <= amount < 10_000_000 or amount * 100 % 1:
        raise DomainError(
            "R105", f'Vul een bedrag in euro in, bijvoorbeeld 11600,00. Er staat "{text}".'
        )
    return int(amount * 100)


def weekly_minutes(text: str) -> int:
    """Lesson hours a week, as minutes."""
    is_number = re.fullmatch(r"(\d{1,2})(?:[.,](\d{1,2}))?", text)
    minutes = 60 * Decimal(text.replace(",", ".")) if is_number else Decimal(0)
    lowest, highest = WEEKLY_MINUTES
    if minutes % 15 or not lowest <= minutes <= highest:
        raise DomainError(
            "R105",
            "Vul lesuren per week in, tot op een kwartier en hooguit 40, bijvoorbeeld 12,5. "
            f'Er staat "{text}".',
        )
    return int(minutes)


def one_of(codes: Iterable[Any]) -> Callable[[str], int]:
    """A code of a list, as the number that is held."""
    numbers = {entry.code.casefold(): int(entry) for entry in codes}
    listed = ", ".join(entry.code for entry in codes)

    def parse(text: str) -> int:
        code = text.casefold().replace(" ", "_")
        if code not in numbers:
            raise DomainError("R103", f'Kies een van: {listed}. Er staat "{text}".')
        return numbers[code]

    return parse


def yes_no(text: str) -> bool:
    """Ja or nee."""
    answer = {"ja": True, "nee": False}.get(text.casefold())
    if answer is None:
        raise DomainError("R103", f'Vul ja of nee in. Er staat "{text}".')
    return answer


ROUTE_WORDS = {
    "b": int(LearningRoute.B1),
    "b1": int(LearningRoute.B1),
    "b1-route": int(LearningRoute.B1),
    "o": int(LearningRoute.EDUCATION),
    "onderwijsroute": int(LearningRoute.EDUCATION),
    "z": int(LearningRoute.SELF_RELIANCE),
    "z-route": int(LearningRoute.SELF_RELIANCE),
    "zelfredzaamheidsroute": int(LearningRoute.SELF_RELIANCE),
}


def routes(text: str) -> list[int]:
    """Leerroutes, by code or by name."""
    numbers: set[int] = set()
    for word in re.split(r"[,;/\s]+", text.casefold()):
        if not word:
            continue
        if word not in ROUTE_WORDS:
            raise DomainError(
                "R103",
                f'Vul leerroutes in als B, O of Z, met een komma ertussen. Er staat "{word}".',
            )
        numbers.add(ROUTE_WORDS[word])
    return sorted(numbers)


def municipality_codes(text: str) -> list[str]:
    """Four-digit codes; an empty list stands for the whole region."""
    if text == WHOLE_REGION:
        return []
    codes: set[str] = set()
    for word in re.split(r"[,;/\s]+", text):
        if not word:
            continue
        code = municipalities.code_today(word.upper().removeprefix("GM").zfill(4))
        if code not in municipalities.names():
            raise DomainError(
                "R106",
                "Vul viercijferige gemeentecodes in met een komma ertussen, "
                f'of * voor de hele regio. "{word}" is geen gemeente.',
            )
        codes.add(code)
    return sorted(codes)


def municipality_code(text: str) -> str:
    """One four-digit code."""
    codes = municipality_codes(text)
    if len(codes) != 1:
        raise DomainError("R106", f'Vul een viercijferige gemeentecode in. Er staat "{text}".')
    return codes[0]


def postcode(text: str) -> str:
    """Four digits."""
    if not re.fullmatch(r"[1-9]\d{3}", text):
        raise DomainError("R103", f'Vul alleen de vier cijfers in. Er staat "{text}".')
    return text


def chamber_number(text: str) -> str:
    """Eight digits of the Kamer van Koophandel."""
    if not re.fullmatch(r"\d{7,8}", text):
        raise DomainError(
            "R103", f'Een KvK-nummer heeft acht cijfers. Er staat "{text}".', field="chamber_number"
        )
    return text.zfill(8)


_PROVIDER_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,9}")
TAKEN = frozenset(("regio", "nieuw", "alle"))
"""Words that an address or a file name has for something else."""


def provider_code(text: str) -> str:
    """A code that can stand in an address and in the name of a file."""
    if not _PROVIDER_CODE.fullmatch(text) or text.casefold() in TAKEN:
        raise DomainError(
            "R107",
            "Een aanbiedercode heeft hooguit 10 letters, cijfers, - of _, begint met een letter "
            f'of cijfer, en is niet {" of ".join(sorted(TAKEN))}. Er staat "{text}".',
            field="code",
        )
    return text


def email_address(text: str) -> str:
    """One e-mail address."""
    if not is_address(text):
        raise DomainError(
            "R108",
            f'Vul een e-mailadres in, bijvoorbeeld info@taalschool.nl. Er staat "{text}".',
            field="email",
        )
    return text


def teacher_code(text: str) -> str:
    """A pseudonym: nothing in which a person is seen."""
    text_of_at_most(32)(text)
    if " " in text or kind_in(text):
        raise DomainError(
            "R109",
            "Vul een code in waaraan niemand te herkennen is, zonder spaties, zoals D-014.",
            field="teacher_ref",
        )
    return text
