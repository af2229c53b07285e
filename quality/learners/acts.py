"""What somebody does with a signal or a learner: chosen reasons only, no free text about persons.

Pure: codes with their words.
"""

from dataclasses import dataclass

NEW, SEEN, HANDLED, SNOOZED, ESCALATED, ANSWERED = (
    "nieuw", "gezien", "afgehandeld", "uitgesteld", "voorgelegd", "beantwoord",
)  # fmt: skip
"""How far a signal is; ANSWERED is ESCALATED with the provider's word on it."""
DEALT_WITH = (HANDLED, SNOOZED)

REASONS: dict[str, dict[str, str]] = {
    HANDLED: {
        "gesprek": "gesprek gevoerd met de cursist",
        "aanbieder": "besproken met de aanbieder",
        "groep": "andere groep of aanbieder geregeld",
        "pip": "PIP aangepast",
        "verlenging": "verlenging gevraagd of gekregen",
        "onterecht": "het signaal klopt niet",
    },
    SNOOZED: {
        "afspraak": "er loopt al een afspraak",
        "tijdelijk": "tijdelijke reden, bij ons bekend",
        "examen": "wacht op de uitslag van een examen",
        "start": "de start is gepland",
    },
    ESCALATED: {
        "uitleg": "vraag om uitleg",
        "extra_les": "vraag om extra les of een andere groep",
        "startdatum": "vraag om een startdatum",
    },
    ANSWERED: {
        "opgepakt": "wij pakken dit op",
        "startdatum": "de startdatum is bekend",
        "groep": "krijgt een andere groep",
        "gegevens": "de gegevens klopten niet; wij sturen ze opnieuw",
        "niet_herkend": "wij herkennen dit niet",
    },
    SEEN: {"": ""},
}

NOTES = {
    "voortgangsgesprek": "voortgangsgesprek gevoerd",
    "gebeld": "gebeld",
    "afspraak": "afspraak gemaakt",
    "aanbieder": "contact met de aanbieder",
    "kinderopvang": "kinderopvang geregeld",
    "werk": "rooster van werk en les op elkaar afgestemd",
    "niet_bereikt": "niet bereikt",
}
"""What may be noted of a learner."""
TALK = "voortgangsgesprek"

HANDOVER_REASONS = {
    "verhuisd": "de cursist is verhuisd",
    "herindeling": "het gebied hoort nu bij een andere gemeente",
    "overgenomen": "de andere gemeente neemt de begeleiding over",
}


@dataclass(frozen=True, slots=True)
class Rise:
    """A skill that rose after something was done."""

    skill: str
    before: int
    now: int


SKILL_WORDS = ("lezen", "luisteren", "schrijven", "spreken")


def rises(before: str, now: tuple[int | None, ...]) -> list[Rise]:
    """Which levels are higher than they were; ``before`` holds a digit per skill."""
    return [
        Rise(word, int(was), is_now)
        for word, was, is_now in zip(SKILL_WORDS, before, now, strict=False)
        if was.isdigit() and is_now is not None and is_now > int(was)
    ]


GROUNDS = {
    "juistheid": "de cursist betwist dat de gegevens kloppen, tot dat is nagegaan",
    "onrechtmatig": "de gegevens mochten er niet zijn, en de cursist wil ze niet laten verwijderen",
    "vordering": "de cursist heeft de gegevens nodig voor een rechtsvordering",
    "bezwaar": "de cursist maakte bezwaar, tot daarop is beslist",
}
"""Why what is held may be restricted (AVG 18 lid 1): code -> words."""
