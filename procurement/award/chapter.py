"""The lessons of an award as a chapter for the next programma van eisen. No pages, no database."""

from collections.abc import Iterable
from datetime import date

from core.formats import counted, month_text
from procurement.award.lessons import FEWEST_LOST, PRICE, Association, CriterionLesson, Lessons
from procurement.plan.health import listing
from quality.report.blocks import Block, Bullets, Report, Section, Table, Text

HEADERS = (
    "Criterium", "Weging", "Hoger cijfer, betere school?", "Half zo zwaar", "Twee keer zo zwaar",
)  # fmt: skip
SINCE_HEADERS = (
    "Criterium", "Gemeten als", "Goed", "Voldoende", "Onvoldoende", "Geen oordeel",
)  # fmt: skip
UNKNOWN = "niet te zeggen"
METHOD = (
    (
        "Hoger cijfer, betere school? De cijfers van wie een contract kreeg staan naast de "
        "gemiddelde score sindsdien (Kendalls rangcorrelatie, exacte toets). Een aanbieder telt "
        "één keer, vanaf zes maanden met een score. Ja of omgekeerd staat er alleen als toeval dat "
        "in hoogstens 1 van de 20 gevallen geeft. Bij de prijs is een hoger cijfer: goedkoper."
    ),
    (
        "Bij één perceel kan dat vanaf negen aanbieders met een contract. Bij minder is een "
        "verband toeval, of het verraadt wie van twee aanbieders het hogere cijfer had."
    ),
    (
        "Half en twee keer zo zwaar: de gunning is opnieuw gerekend met één andere weging. Dat kan "
        f"bij percelen waar minstens {FEWEST_LOST} inschrijvingen niet wonnen en geen criterium "
        "zwaarder weegt dan alle andere samen."
    ),
    (
        "Hier staat geen inschrijver, prijs of cijfer van een inschrijving, en er is er ook geen "
        "uit af te leiden. Van wie niet won, is niet bekend hoe het was gegaan."
    ),
)


def name_of(key: str) -> str:
    """The name of a criterion."""
    return "Prijs" if key == PRICE else key


def _weighed(answer: bool | None) -> str:
    return UNKNOWN if answer is None else "andere gunning" if answer else "dezelfde gunning"


def criterion_rows(lessons: Lessons) -> list[tuple[str, ...]]:
    """A row per criterion of the award."""
    return [
        (
            name_of(one.key),
            listing(one.weights),
            str(one.association),
            _weighed(one.half),
            _weighed(one.double),
        )
        for one in lessons.criteria
    ]


def answer_text(lessons: Lessons) -> str:
    """What is to be learned, in three sentences."""
    return " ".join((_association_text(lessons), _weights_text(lessons), _measured_text(lessons)))


def _names(criteria: Iterable[CriterionLesson]) -> str:
    return listing([name_of(one.key) for one in criteria])


def _association_text(lessons: Lessons) -> str:
    better = [one for one in lessons.criteria if one.association is Association.BETTER]
    if better:
        return f"{_names(better)} vond de betere aanbieders."
    if all(one.association is Association.TOO_FEW for one in lessons.criteria):
        schools = counted(lessons.suppliers, "aanbieder", "aanbieders")
        return f"Met {schools} is niet te zeggen welk criterium de betere vond."
    return "Geen criterium vond aantoonbaar de betere aanbieders."


def _weights_text(lessons: Lessons) -> str:
    estimated = [one for one in lessons.criteria if one.half is not None or one.double is not None]
    if not estimated:
        return "Wat een andere weging had gedaan, is niet te zeggen."
    turned = [one for one in estimated if one.half or one.double]
    if not turned:
        return "Half of twee keer zo zwaar wegen had niemand anders een contract gegeven."
    return f"Een andere weging van {_names(turned)} had anders gegund."


def _measured_text(lessons: Lessons) -> str:
    number = len(lessons.unmeasured)
    if not number:
        return "Elke eis is te meten."
    verb = "kan" if number == 1 else "kunnen"
    return f"{counted(number, 'eis of criterium', 'eisen of criteria')} {verb} niet gemeten worden."


def chapter(lessons: Lessons, *, code: str, name: str, month: date) -> Report:
    """Build the chapter; ``month`` is the newest that is judged."""
    return Report(
        title="Wat de vorige gunning leert",
        subject=f"Hoofdstuk voor het volgende programma van eisen. Vorige inkoop: {code} {name}",
        answer=answer_text(lessons),
        facts=(
            ("Aanbieders met een contract en een score", str(lessons.suppliers)),
            ("Percelen waarvan de weging te proberen is", listing(lessons.lots) or "geen"),
            ("Kwaliteit tot en met", month_text(month)),
        ),
        sections=tuple(_sections(lessons, month)),
    )


def _sections(lessons: Lessons, month: date) -> Iterable[Section]:
    advice = tuple(_advice(lessons))
    if advice:
        yield Section("Voor het volgende programma van eisen", (Bullets(advice),))
    rows = tuple(criterion_rows(lessons))
    yield Section("Criteria en wegingen", (Table("Wat elk gunningscriterium deed", HEADERS, rows),))
    since = tuple(_since_rows(lessons))
    if since:
        yield Section(
            "Wat de criteria vroegen, en hoe het nu gaat",
            (
                Text(
                    "Elke aanbieder telt per leerroute waarvoor hij een contract kreeg, met het "
                    f"oordeel van {month_text(month)}."
                ),
                Table("Oordeel over wat het criterium vroeg", SINCE_HEADERS, since, (2, 3, 4, 5)),
            ),
        )
    yield Section("Wat niemand kan meten", tuple(_measuring(lessons)))
    yield Section("Zo is gerekend", (Bullets(METHOD),))


def _since_rows(lessons: Lessons) -> Iterable[tuple[str, ...]]:
    for one in lessons.criteria:
        if one.since is not None:
            now = one.since
            counts = (now.good, now.sufficient, now.insufficient, now.unjudged)
            yield (name_of(one.key), now.label, *map(str, counts))


def _measuring(lessons: Lessons) -> Iterable[Block]:
    if lessons.unmeasured:
        yield Text("Hier hoort geen kolom, KPI of criterium van het scoremodel bij:")
        yield Bullets(tuple(f"{code} {text}" for code, text in lessons.unmeasured))
    else:
        yield Text("Elke eis leidt naar een KPI, een criterium van het scoremodel of een kolom.")
    if lessons.unjudged:
        yield Text("Wel te meten, maar bij de meeste aanbieders is er geen oordeel:")
        yield Bullets(
            tuple(
                f"{one.code} {one.text}: een oordeel bij {one.judged} van de {one.suppliers}"
                for one in lessons.unjudged
            )
        )


def _advice(lessons: Lessons) -> Iterable[str]:
    """One line per criterion or requirement that asks for something."""
    texts = {text for _, text in lessons.unmeasured}
    for code, text in lessons.unmeasured:
        if text not in {one.key for one in lessons.criteria}:
            yield f"{code} {text}: {NOT_MEASURED}"
    for one in lessons.criteria:
        parts = list(_about(one))
        if one.key in texts:
            parts.insert(0, NOT_MEASURED)
        if parts:
            yield f"{name_of(one.key)}: {' '.join(parts)}"


NOT_MEASURED = "zeg erbij in welke kolom of KPI dit te zien is, of vraag het niet."


def _about(one: CriterionLesson) -> Iterable[str]:
    now = one.since
    if one.association is Association.BETTER:
        yield "Houd dit criterium, het vond de betere aanbieders."
    if one.association is Association.WORSE:
        yield "Wie hier hoger scoorde, deed het later slechter. Vraag iets anders."
    if now is not None and now.insufficient:
        listed = now.good + now.sufficient + now.insufficient
        yield (
            f"Het oordeel over {now.label.lower()} is nu bij {now.insufficient} van de {listed} "
            "onvoldoende. Vraag bewijs bij de belofte, en spreek een korting af."
        )
    elif now is not None and now.good and not now.sufficient:
        yield "Elke aanbieder is hier nu goed. Maak er een eis van, geen criterium."
    if one.half or one.double:
        turned = [
            words for words, answer in (("half", one.half), ("twee keer", one.double)) if answer
        ]
        yield f"Onderbouw de weging: {' of '.join(turned)} zo zwaar had anders gegund."
