"""Statutory terms: each a dated parameter with its source, and what a plan does with them.

A plan that breaks a term is told so in words; it may be saved all the same.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum

from core.dates import next_term_day, term_end
from core.formats import day_text, euro_text
from procurement.plan.steps import COURT_SOURCE, CourtHold


class Purpose(StrEnum):
    """Moments of a procurement that the law, OCDS and the award look for."""

    ESTIMATE = "raming"
    MARKET_CONSULTATION = "marktconsultatie"
    PUBLICATION = "publicatie"
    CLARIFICATIONS = "nota_van_inlichtingen"
    SUBMISSION = "inschrijfdatum"
    ASSESSMENT = "beoordeling"
    AWARD_DECISION = "gunningsbeslissing"
    STANDSTILL_END = "einde_opschortende_termijn"
    AWARD = "definitieve_gunning"
    CONTRACT = "contract"
    AWARD_NOTICE = "aankondiging_gunning"
    GO_LIVE = "start_dienstverlening"
    RENEWAL = "verlenging"


class Procedure(StrEnum):
    """How it is bought."""

    SOCIAL = "SAS"
    OPEN = "europees_openbaar"
    ADMISSION = "toelating"
    PRIVATE = "meervoudig_onderhands"


PROCEDURE_NAMES = {
    Procedure.SOCIAL: "SAS-procedure",
    Procedure.OPEN: "Europees openbaar",
    Procedure.ADMISSION: "Toelating",
    Procedure.PRIVATE: "Meervoudig onderhands",
}


@dataclass(frozen=True, slots=True)
class Term:
    """One parameter of the law with the days on which it is in force."""

    code: str
    value: int
    unit: str
    valid_from: date
    valid_until: date | None
    source: str


TERMS = (
    Term(
        "standstill", 20, "kalenderdagen", date(2013, 4, 1), None,
        "Aanbestedingswet 2012, artikel 2.127",
    ),
    Term(
        "award_notice", 30, "kalenderdagen", date(2016, 7, 1), None,
        "Aanbestedingswet 2012, artikel 2.134",
    ),
    Term(
        "clarifications", 10, "kalenderdagen", date(2013, 4, 1), None,
        "Aanbestedingswet 2012, artikel 2.54",
    ),
    Term(
        "tenders", 45, "kalenderdagen", date(2016, 7, 1), None,
        "Aanbestedingswet 2012, artikel 2.71",
    ),
    Term(
        "tenders_electronic", 40, "kalenderdagen", date(2016, 7, 1), None,
        "Aanbestedingswet 2012, artikel 2.71",
    ),
    Term(
        "social_threshold", 750_000_00, "eurocent", date(2016, 4, 18), None,
        "Richtlijn 2014/24/EU, artikel 4 onder d",
    ),
)  # fmt: skip


def term_on(code: str, day: date) -> Term:
    """The parameter as in force on a day; before the first one, the first."""
    versions = [t for t in TERMS if t.code == code]
    valid = [t for t in versions if t.valid_from <= day and (t.valid_until or day) >= day]
    return valid[-1] if valid else versions[0]


CLOSING_SOURCE = "Verordening (EEG, Euratom) 1182/71, artikel 3"


@dataclass(frozen=True, slots=True)
class Moment:
    """Where one purpose stands in the plan."""

    code: str
    title: str
    on: date


@dataclass(frozen=True, slots=True)
class Facts:
    """What the checks look at."""

    procedure: Procedure
    electronic: bool
    value_cents: int | None
    today: date
    moments: Mapping[Purpose, tuple[Moment, ...]]
    hold: CourtHold | None = None
    opinions: Mapping[str, "Opinion"] = field(default_factory=dict)
    """What the region says of a rule under this procedure."""

    def last(self, purpose: Purpose) -> Moment | None:
        """The last step with this purpose."""
        return max(self.moments.get(purpose, ()), key=lambda m: m.on, default=None)


class Certainty(StrEnum):
    """How sure it is that a rule binds this procedure."""

    BINDING = "bindend"
    ADVICE = "advies"
    TO_CHECK = "laat nakijken"


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that the plan does not follow, with how sure it is that it must."""

    rule: str
    step: str | None
    message: str
    source: str
    certainty: Certainty = Certainty.BINDING
    because: str = ""
    """Why the region sees it otherwise than usual."""

    @property
    def advice(self) -> bool:
        """Whether a plan may stay as it is."""
        return self.certainty is not Certainty.BINDING


CERTAINTIES: Mapping[str, Mapping[Procedure, Certainty]] = {
    "standstill": {Procedure.OPEN: Certainty.BINDING, Procedure.SOCIAL: Certainty.BINDING},
    "proceedings": dict.fromkeys(Procedure, Certainty.BINDING),
    "award_notice": {Procedure.OPEN: Certainty.BINDING, Procedure.SOCIAL: Certainty.TO_CHECK},
    "clarifications": {Procedure.OPEN: Certainty.BINDING},
    "tenders": {Procedure.OPEN: Certainty.BINDING},
    "closing_day": dict.fromkeys(Procedure, Certainty.TO_CHECK),
    "social_threshold": {Procedure.PRIVATE: Certainty.BINDING},
}
"""For which procedure a rule binds; elsewhere it is advice. Under SAS the notices of awards may be
bundled per quarter (directive 2014/24/EU, article 75), hence to be checked by a lawyer."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """How sure the region is that a rule binds a procedure, and why it says so."""

    certainty: Certainty
    reason: str


def certainty_of(rule: str, procedure: Procedure) -> Certainty:
    """How sure it is that a rule binds this procedure, as long as the region says nothing."""
    return CERTAINTIES[rule].get(procedure, Certainty.ADVICE)


@dataclass(frozen=True, slots=True)
class Rule:
    """What people read of a rule: its name, what it asks, and where it stands."""

    code: str
    title: str
    asks: str
    source: str


def rules_on(day: date) -> list[Rule]:
    """Every rule as it is in force on a day."""
    standstill, notice = term_on("standstill", day), term_on("award_notice", day)
    answers, threshold = term_on("clarifications", day), term_on("social_threshold", day)
    paper, electronic = term_on("tenders", day), term_on("tenders_electronic", day)
    return [
        Rule(
            "standstill", "Opschortende termijn",
            f"minstens {standstill.value} dagen na de gunningsbeslissing", standstill.source,
        ),
        Rule(
            "proceedings", "Kort geding", "niet gunnen voor de uitspraak", COURT_SOURCE,
        ),
        Rule(
            "award_notice", "Aankondiging van de gunning",
            f"binnen {notice.value} dagen na het contract", notice.source,
        ),
        Rule(
            "clarifications", "Nota van Inlichtingen",
            f"minstens {answers.value} dagen voor de inschrijfdatum", answers.source,
        ),
        Rule(
            "tenders", "Tijd om in te schrijven",
            f"minstens {electronic.value} dagen, op papier {paper.value}", paper.source,
        ),
        Rule("closing_day", "Inschrijfdatum", "op een werkdag", CLOSING_SOURCE),
        Rule(
            "social_threshold", "Drempel sociale diensten",
            f"vanaf {euro_text(threshold.value)} aankondigen", threshold.source,
        ),
    ]  # fmt: skip


def check(facts: Facts) -> list[Finding]:
    """Everything the plan does against the law, and advice."""
    published = facts.last(Purpose.PUBLICATION)
    day = published.on if published else facts.today
    findings = []
    for rule in RULES:
        for finding in rule(facts, day):
            opinion = facts.opinions.get(finding.rule)
            usual = certainty_of(finding.rule, facts.procedure)
            findings.append(
                replace(finding, certainty=usual)
                if opinion is None
                else replace(finding, certainty=opinion.certainty, because=opinion.reason)
            )
    return findings


def _standstill(facts: Facts, day: date) -> list[Finding]:
    """At least 20 days, from the day after the award decision was sent; nothing signed before."""
    sent = facts.last(Purpose.AWARD_DECISION)
    if sent is None:
        return []
    term = term_on("standstill", day)
    until = term_end(sent.on, term.value)
    findings = []
    ends = facts.last(Purpose.STANDSTILL_END)
    if ends is not None and ends.on < until:
        findings.append(
            Finding(
                "standstill", ends.code,
                f"De opschortende termijn loopt in dit plan tot en met {day_text(ends.on)}. De "
                f"gunningsbeslissing gaat weg op {day_text(sent.on)}; laat de termijn minstens "
                f"{term.value} dagen duren, tot en met {day_text(until)}.",
                term.source,
            )
        )  # fmt: skip
    for purpose in (Purpose.AWARD, Purpose.CONTRACT):
        moment = facts.last(purpose)
        if moment is not None and moment.on <= until:
            findings.append(
                Finding(
                    "standstill", moment.code,
                    f"{moment.title} staat op {day_text(moment.on)}, binnen de opschortende "
                    f"termijn. Plan dit na {day_text(until)}.",
                    term.source,
                )
            )  # fmt: skip
    return findings


def _proceedings(facts: Facts, _day: date) -> list[Finding]:
    """Nothing final, and no contract, before the judge has decided."""
    hold = facts.hold
    if hold is None:
        return []
    moments = [m for p in (Purpose.AWARD, Purpose.CONTRACT) if (m := facts.last(p)) is not None]
    return [
        Finding(
            "proceedings", moment.code,
            f"{moment.title} staat op {day_text(moment.on)}, terwijl er een kort geding is over "
            f"perceel {hold.lot}. Wacht op de uitspraak.",
            COURT_SOURCE,
        )
        for moment in moments
        if moment.on < max(hold.until, facts.today)
    ]  # fmt: skip


def _award_notice(facts: Facts, day: date) -> list[Finding]:
    """Sent within 30 days of the contract."""
    signed, notice = facts.last(Purpose.CONTRACT), facts.last(Purpose.AWARD_NOTICE)
    if signed is None or notice is None:
        return []
    term = term_on("award_notice", day)
    until = term_end(signed.on, term.value)
    if notice.on <= until:
        return []
    bundled = facts.procedure is Procedure.SOCIAL
    return [
        Finding(
            "award_notice", notice.code,
            f"De aankondiging van de gunning staat op {day_text(notice.on)}. Verstuur haar binnen "
            f"{term.value} dagen na het contract, uiterlijk {day_text(until)}."
            + (" Per kwartaal bundelen mag misschien ook." if bundled else ""),
            term.source,
        )
    ]  # fmt: skip


def _clarifications(facts: Facts, day: date) -> list[Finding]:
    """Answers at least 10 days before the deadline; counted back, so weekends do not extend it."""
    deadline = facts.last(Purpose.SUBMISSION)
    if deadline is None:
        return []
    term = term_on("clarifications", day)
    until = deadline.on - timedelta(days=term.value)
    return [
        Finding(
            "clarifications", answers.code,
            f"{answers.title} is klaar op {day_text(answers.on)}, dat is "
            f"{(deadline.on - answers.on).days} dagen voor de inschrijfdatum. Publiceer de "
            f"antwoorden uiterlijk {day_text(until)}, of verschuif de inschrijfdatum.",
            term.source,
        )
        for answers in facts.moments.get(Purpose.CLARIFICATIONS, ())
        if answers.on > until
    ]  # fmt: skip


def _tenders(facts: Facts, day: date) -> list[Finding]:
    """Open procedure: 45 days for bids, 40 when received electronically; SAS: reasonable."""
    published, deadline = facts.last(Purpose.PUBLICATION), facts.last(Purpose.SUBMISSION)
    if published is None or deadline is None:
        return []
    term = term_on("tenders_electronic" if facts.electronic else "tenders", day)
    given = (deadline.on - published.on).days
    if given >= term.value:
        return []
    if facts.procedure is Procedure.OPEN:
        text = (
            f"Inschrijvers krijgen {given} dagen. De openbare procedure vraagt er minstens "
            f"{term.value}: zet de inschrijfdatum op {day_text(published.on)} plus {term.value} "
            f"dagen, {day_text(published.on + timedelta(days=term.value))}."
        )
        return [Finding("tenders", deadline.code, text, term.source)]
    text = (
        f"Inschrijvers krijgen {given} dagen. Voor sociale diensten moet de termijn redelijk zijn; "
        f"de openbare procedure houdt {term.value} dagen aan. Leg vast waarom dit genoeg is."
    )
    return [Finding("tenders", deadline.code, text, term.source)]


def _threshold(facts: Facts, day: date) -> list[Finding]:
    """From EUR 750,000 on social services are announced; below it that is a choice."""
    if facts.value_cents is None:
        return []
    term = term_on("social_threshold", day)
    above = facts.value_cents >= term.value
    value, limit = euro_text(facts.value_cents), euro_text(term.value)
    if above and facts.procedure is Procedure.PRIVATE:
        text = (
            f"De geraamde waarde is {value}, op of boven de drempel van {limit} voor sociale "
            "diensten. Kondig de opdracht aan: kies de SAS-procedure of Europees openbaar."
        )
        return [Finding("social_threshold", None, text, term.source)]
    if not above and facts.procedure in (Procedure.SOCIAL, Procedure.OPEN):
        text = (
            f"De geraamde waarde is {value}, onder de drempel van {limit}. Meervoudig onderhands "
            "mag dan ook."
        )
        return [Finding("social_threshold", None, text, term.source)]
    return []


def _closing_day(facts: Facts, _day: date) -> list[Finding]:
    """A closing date on a day off may run on to the next working day."""
    deadline = facts.last(Purpose.SUBMISSION)
    if deadline is None or (next_day := next_term_day(deadline.on)) == deadline.on:
        return []
    return [
        Finding(
            "closing_day", deadline.code,
            f"{deadline.title} valt op {day_text(deadline.on)}, een weekend of feestdag. De "
            f"termijn loopt dan misschien door tot {day_text(next_day)}. Kies liever een werkdag.",
            CLOSING_SOURCE,
        )
    ]  # fmt: skip


RULES: tuple[Callable[[Facts, date], list[Finding]], ...] = (
    _standstill, _proceedings, _award_notice, _clarifications, _tenders, _closing_day,
    _threshold,
)  # fmt: skip
