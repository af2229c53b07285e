"""Is there personal data in a text: the one recogniser, for every door that stores text.

It sees a BSN (nine digits, however grouped, that pass the eleven-test), an e-mail address, a
telephone number, a date of birth that is called so, and a name where one can be told: behind a
form of address, behind initials, or a given name of the list below. It cannot see a name that is
on no list, an address, or a story that only one person fits: the pages ask to leave those out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from core.errors import DomainError

NOT_SHOWN = "(niet getoond)"
CITIZEN_NUMBER = "een burgerservicenummer"
EMAIL = "een e-mailadres"
PHONE = "een telefoonnummer"
BIRTH = "een geboortedatum"
NAME = "een naam"


@dataclass(frozen=True)
class Match:
    """A stretch of a text that is personal data, and of which kind."""

    kind: str
    start: int
    end: int


_SEPARATORS = r"[ \u00a0\u2007\u202f.\-/\u2010-\u2015]"
_NINE_DIGITS = re.compile(rf"(?<!\d)(?<!\d[.,])\d(?:{_SEPARATORS}{{0,2}}\d){{8}}(?![.,]?\d)")
_DATE = re.compile(r"\d{1,2}[-/. ]\d{1,2}[-/. ](?:19|20)\d\d|(?:19|20)\d\d-\d\d-\d\d")
# RFC 5321 4.5.3.1: 64 signs before the @. Without an end a long word would be tried from each sign.
_EMAIL = re.compile(r"[^\s@,;<>()\"]{1,64}@[^\s@,;<>()\"]{1,255}\.[A-Za-z]{2,}")
_PHONE = re.compile(
    rf"(?<![\w.])(?:\+\d{{1,3}}|00\d{{1,3}}|0(?=[1-9]))(?:{_SEPARATORS}|[()]){{0,3}}"
    rf"\d(?:(?:{_SEPARATORS}|[()]){{0,3}}\d){{7,9}}(?!\d)"
)
_BIRTH = re.compile(r"\bgeb(?:oren|oortedatum|\.)?\s*(?:op)?\s*:?\s*\d{1,4}[-/. ]", re.IGNORECASE)
_PREFIXES = r"(?:(?:van|de|den|der|het|ter|ten|el|al|bin|ben|ibn|abu|la|di|da|[’']t)\s+){0,3}"
_SURNAME = rf"{_PREFIXES}[A-Z\u00c0-\u00de][\w\u00c0-\u024f’'-]+"
_ADDRESSED = re.compile(
    rf"\b(?:mevrouw|mevr\.?|mw\.?|meneer|mijnheer|(?:de )?heer|dhr\.?|familie|fam\.)\s+{_SURNAME}",
)
_INITIALS = re.compile(rf"(?<![\w.])(?!B\.V\.|N\.V\.)(?:[A-Z]\.){{1,4}}\s?{_SURNAME}")
GIVEN_NAMES = frozenset(
    # Common among people who learn Dutch and among who teaches them, and no other Dutch word.
    """
    Abdallah Abdi Abdul Abdullah Abdulrahman Abeba Abel Abraham Adam Adnan Ahmad Ahmed Ahmet
    Aisha Akberet Alaa Aleksandr Alexander Ali Alina Aliya Almaz Amal Amanuel Amina Amir Amira
    Ammar Anas Anastasia Andriy Anna Annemarie Anton Arash Aref Arian Arjen Asmaa Aster Awet Aya
    Ayse Ayşe Aziz Bahar Bart Basel Bashar Bereket Berhane Biniam Birgit Bogdan Bram Burhan
    Cemile Chantal Daan Dahir Daniel Danny Daria Dawit Dina Dirk Dmitri Dmytro Ebrahim Ebru
    Elena Eleni Elham Elias Elif Ellen Emine Emre Ermias Esra Eyob Ezra Fadi Faisal Farah Farhad
    Farida Farzaneh Fatemeh Fatima Fatma Feven Filmon Firas Fouad Freweyni Gebre Genet Ghada
    Ghassan Gulnaz Haben Habib Hadi Hakim Hala Hamid Hamza Hana Hanan Hanna Haris Hasan Hassan
    Hatice Heba Helen Hiba Hoda Hossein Huda Hussein Ibrahim Idris Igor Ilham Iman Inna Ioana
    Irina Ismail Ivan Iwona Jamal Jamila Jeroen Johan Johannes Joost Jorge Joris Kamal Karim
    Kateryna Khadija Khaled Khalid Kibrom Kidane Kristina Ksenia Laila Leila Leyla Lidia Lina
    Lotte Lubna Ludmila Luwam Maaike Maarten Maha Mahmoud Mahmut Majed Malak Manal Maria Mariam
    Marieke Marijke Marwa Maryam Maryna Mebrahtu Medhanie Mehmet Mehret Merhawi Meron Michiel
    Miriam Mohamad Mohamed Mohammad Mohammed Mohsen Mona Monique Mostafa Muhammad Muhammed
    Mulugeta Murat Mustafa Mykola Nada Nadia Nahom Najib Narges Natalia Nataliia Nazanin Nebil
    Nigisti Noor Nour Noura Nuria Oksana Oleksandr Olena Olga Omar Omer Osman Paulien Petra
    Pieter Rachid Radwan Rahel Rahma Ramadan Rami Rania Rasha Rashid Reem Reza Rima Robel Roel
    Roya Rula Saad Sabah Sadia Said Saida Salah Salam Salem Salim Salma Salwa Sami Samir Samira
    Samuel Sanne Sara Sarah Selam Semhar Senait Serhiy Shadi Shahram Shirin Siham Simret Soraya
    Suad Suleiman Svetlana Tamara Tareq Tatiana Tekle Temesgen Tesfay Tetiana Theo Thijs Tigist
    Tomasz Tsegay Viktoria Volodymyr Wael Walid Weini Wiktoria Willem Winta Yara Yasin Yasmin
    Yasser Yohannes Yonas Yosief Youssef Yulia Yusuf Zahra Zainab Zaynab Zekarias Zeynep Ziad
    """.split()  # noqa: SIM905  a list of 250 strings is no easier to read
)
_CALLED_SO = re.compile("bsn|sofi|burger", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")


def is_citizen_number(text: str) -> bool:
    """Whether a text is a BSN: nine digits, however grouped, that pass the eleven-test."""
    if len(text) < 9:
        return False
    digits = re.sub(rf"{_SEPARATORS}+", "", text.strip().removesuffix(".0").removesuffix(",0"))
    if len(digits) != 9 or not (digits.isascii() and digits.isdigit()):
        return False
    total = sum(int(d) * w for d, w in zip(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1), strict=True))
    return total % 11 == 0 and digits != "000000000"


def _citizen_numbers(text: str) -> Iterator[Match]:
    for match in _NINE_DIGITS.finditer(text):
        if is_citizen_number(match[0]) and not _DATE.search(match[0]):
            yield Match(CITIZEN_NUMBER, *match.span())


def _names(text: str) -> Iterator[Match]:
    for pattern in (_ADDRESSED, _INITIALS):
        for match in pattern.finditer(text):
            yield Match(NAME, *match.span())
    for match in _WORD.finditer(text):
        word = match[0]
        if word in GIVEN_NAMES or (word.isupper() and word.capitalize() in GIVEN_NAMES):
            surname = re.compile(rf"[\s_]+{_SURNAME}").match(text, match.end())
            yield Match(NAME, match.start(), surname.end() if surname else match.end())


def matches(text: str, *, names: bool = True) -> list[Match]:
    """What in a text is personal data, in order; a stretch counts once."""
    if not any(c.isdigit() or c.isupper() or c == "@" for c in text):
        return []
    candidates = [*_citizen_numbers(text)]
    candidates += [Match(EMAIL, *one.span()) for one in _EMAIL.finditer(text)]
    candidates += [
        Match(PHONE, *one.span()) for one in _PHONE.finditer(text) if not _DATE.search(one[0])
    ]
    candidates += [Match(BIRTH, *one.span()) for one in _BIRTH.finditer(text)]
    if names:
        candidates += _names(text.replace("_", " "))
    kept: list[Match] = []
    for one in sorted(candidates, key=lambda m: (m.start, -m.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def kind_in(text: str, *, names: bool = True) -> str | None:
    """Which kind of personal data is in a text, in words; ``None`` when none is seen."""
    return next((match.kind for match in matches(text, names=names)), None)


def kind_in_key(text: str) -> str | None:
    """The same for a number or code; nine digits behind letters are a BSN when those say so."""
    if " " in text or "@" in text:
        return kind_in(text)
    if text[:1].isalpha() and not _CALLED_SO.search(text):
        return None
    return CITIZEN_NUMBER if next(_citizen_numbers(text), None) else None


def without(text: str, *, names: bool = True) -> str:
    """A text as it may be kept and shown: personal data replaced by ``(niet getoond)``."""
    parts, end = [], 0
    for match in matches(text, names=names):
        parts += [text[end : match.start], NOT_SHOWN]
        end = match.end
    return "".join(parts) + text[end:]


def refuse(text: str | None, *, field: str | None = None, names: bool = True) -> None:
    """Raise a ``DomainError`` when there is personal data in a text that will be kept."""
    kind = kind_in(text or "", names=names)
    if kind is not None:
        raise DomainError(
            "personal_data",
            f"In deze tekst staat {kind}. Haal dat weg: Taalinkoop bewaart geen gegevens waaraan "
            "iemand te herkennen is. Een trajectnummer mag wel.",
            field=field,
        )
