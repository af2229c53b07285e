"""The code lists of the feed: equal to DUO's municipal interfaces wherever DUO has one.

Each entry is a small integer in the database, a code in a file and a label on a page.
"""

from enum import IntEnum
from typing import Self


class Code(IntEnum):
    """An entry of a code list: number (held), code (in files) and label (on pages)."""

    code: str
    label: str

    def __new__(cls, number: int, code: str = "", label: str = "") -> Self:
        """Make an integer that also knows its code and its label.

        The defaults are never used: they let a type checker accept ``Code(number)``.
        """
        entry = int.__new__(cls, number)
        entry._value_ = number
        entry.code = code
        entry.label = label
        return entry

    @classmethod
    def from_code(cls, code: str) -> Self:
        """Find an entry by its code; ``KeyError`` when there is none."""
        for entry in cls:
            if entry.code == code:
                return entry
        raise KeyError(code)


class LearningRoute(Code):
    """Leerroute (Wet inburgering 2021); DUO codes B, O, Z."""

    B1 = 1, "B", "B1-route"
    EDUCATION = 2, "O", "onderwijsroute"
    SELF_RELIANCE = 3, "Z", "Z-route"


class PipLevel(Code):
    """Niveau in the PIP."""

    A2 = 3, "A2", "A2"
    B1 = 4, "B1", "B1"
    B2 = 5, "B2", "B2"


class SkillLevel(Code):
    """Niveau of one skill (ERK), below A1 split in alfa and A0."""

    ALFA = 0, "alfa", "alfabetisering"
    A0 = 1, "A0", "A0"
    A1 = 2, "A1", "A1"
    A2 = 3, "A2", "A2"
    B1 = 4, "B1", "B1"
    B2 = 5, "B2", "B2"


class ExamResult(Code):
    """Resultaat of an exam part; DUO's three words."""

    NONE = 0, "Geen", "geen resultaat"
    PASSED = 1, "Geslaagd", "geslaagd"
    FAILED = 2, "Gezakt", "gezakt"


class TrackStatus(Code):
    """Status of a traject in a month."""

    WAITING = 1, "wachtend", "wachtend"
    ACTIVE = 2, "actief", "actief"
    PAUSED = 3, "gepauzeerd", "gepauzeerd"
    COMPLETED = 4, "afgerond", "afgerond"
    DROPPED_OUT = 5, "uitgevallen", "uitgevallen"
    TRANSFERRED = 6, "overgedragen", "overgedragen"

    @property
    def ended(self) -> bool:
        """Whether the traject is over: afgerond, uitgevallen or overgedragen."""
        return self >= TrackStatus.COMPLETED


class WaitingReason(Code):
    """Reden van wachten."""

    NO_GROUP = 1, "geen_groep", "geen groep"
    NO_TEACHER = 2, "geen_docent", "geen docent"
    CHILD_CARE = 3, "kinderopvang", "kinderopvang"
    PERSONAL = 4, "persoonlijk", "persoonlijk"
    WORK = 5, "werk", "werk"
    LEARNERS_REQUEST = 6, "verzoek_deelnemer", "verzoek van de deelnemer"
    OTHER = 7, "overig", "overig"


class EndReason(Code):
    """Reden van het einde van een traject."""

    DIPLOMA = 1, "diploma", "diploma"
    SELF_RELIANCE_COMPLETED = 2, "z_route_afgerond", "Z-route afgerond"
    ROUTE_CHANGED = 3, "wissel_route", "andere leerroute"
    PROVIDER_CHANGED = 4, "wissel_aanbieder", "andere aanbieder"
    MOVED = 5, "verhuisd", "verhuisd"
    EXEMPTED = 6, "ontheffing", "ontheffing"
    DROPOUT = 7, "uitval", "uitval"
    DECEASED = 8, "overleden", "overleden"


class TargetGroup(Code):
    """Doelgroep of the Wet inburgering 2021."""

    ASYLUM = 1, "asiel", "asielstatushouder"
    FAMILY = 2, "gezin", "gezinsmigrant"
    OTHER = 3, "overig", "overig"


class YesNo(Code):
    """Ja of nee; missing is neither."""

    NO = 0, "nee", "nee"
    YES = 1, "ja", "ja"


class Participation(Code):
    """How someone takes part beside the lessons, as the gemeente knows it."""

    NONE = 0, "geen", "geen"
    INTERNSHIP = 1, "taalstage", "taalstage"
    VOLUNTARY = 2, "vrijwilligerswerk", "vrijwilligerswerk"
    STUDY = 3, "studie", "studie"
    WORK = 4, "werk", "werk"


class Outflow(Code):
    """Uitstroom out of benefits, and by what."""

    NO = 0, "nee", "nee"
    WORK = 1, "werk", "door werk"
    STUDY = 2, "studie", "door studie"
    OTHER = 3, "anders", "anders"


class MarkStatus(Code):
    """Status of the Blik op Werk Keurmerk Inburgeren."""

    FIXED_TERM = 1, "bepaalde_tijd", "voor bepaalde tijd"
    INDEFINITE = 2, "onbepaalde_tijd", "voor onbepaalde tijd"
    SUSPENDED = 3, "geschorst", "geschorst"
    WITHDRAWN = 4, "ingetrokken", "ingetrokken"
    ENDED = 5, "beeindigd", "beëindigd"
    NONE = 6, "geen", "geen keurmerk"

    @property
    def valid(self) -> bool:
        """Whether B1- and Z-route lessons may be bought from this provider."""
        return self in (MarkStatus.FIXED_TERM, MarkStatus.INDEFINITE)


class TeacherRegistration(Code):
    """Registratie of a docent."""

    BVNT2 = 1, "BVNT2", "beroepsregister BVNT2"
    BLIK_OP_WERK = 2, "BoW", "register van Blik op Werk"
    IN_TRAINING = 3, "in_opleiding", "in opleiding"
    NONE = 4, "geen", "niet geregistreerd"
