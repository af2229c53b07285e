"""The rules about one row.

``broken_when`` says what is wrong, per column that it is told at, in the words of the feed itself.
Hours are minutes there, dates and months are numbers, codes are the entries of ``providers.codes``
in capitals. A comparison is only made where all it names is filled in; a name that is asked about
with ``is None`` may be empty.
"""

from providers.codes import LearningRoute, PipLevel, TrackStatus
from providers.feed.check.rule import WARNING, Rule

ROW_RULES = (
    Rule(
        "F101", "Een datum ligt niet na het einde van de rapportagemaand.",
        "Deze datum ({value}) ligt na het einde van de maand ({rapportagemaand}). Verbeter de "
        "datum of de maand.",
        "De rij is niet verwerkt.",
        broken_when={
            "datum_aanmelding": "datum_aanmelding > einde_maand",
            "datum_eerste_les": "datum_eerste_les > einde_maand",
            "datum_einde": "datum_einde > einde_maand",
        },
    ),
    Rule(
        "F104", "De eerste les ligt niet voor de aanmelding.",
        "De datum van de eerste les ({value}) ligt voor de aanmelding ({datum_aanmelding}). "
        "Verbeter een van de twee.",
        "De rij is niet verwerkt: de wachttijd zou onder nul komen.",
        broken_when={"datum_eerste_les": "datum_eerste_les < datum_aanmelding"},
    ),
    Rule(
        "F105", "Het einde ligt niet voor de eerste les, en niet voor de aanmelding.",
        "De datum van het einde ({value}) ligt voor de eerste les of de aanmelding. Verbeter een "
        "van de datums.",
        "De rij is niet verwerkt.",
        broken_when={
            "datum_einde": "datum_einde < datum_aanmelding if datum_eerste_les is None "
            "else datum_einde < datum_eerste_les"
        },
    ),
    Rule(
        "F106", "De eerste les heeft een datum, behalve bij wachtend, en bij wie voor die les "
        "uitviel of werd overgedragen.",
        "Vul de datum van de eerste les in. Bij de status {status} hoort er een.",
        "De rij is niet verwerkt: de wachttijd is niet te berekenen.",
        broken_when={
            "datum_eerste_les": "datum_eerste_les is None and status != WACHTEND "
            "and status != UITGEVALLEN and status != OVERGEDRAGEN"
        },
    ),
    Rule(
        "F107", "Een beëindigd traject heeft een datum van het einde.",
        "Vul de datum van het einde in. De status is {status}.",
        "De rij is niet verwerkt.",
        broken_when={"datum_einde": "datum_einde is None and status >= AFGEROND"},
    ),
    Rule(
        "F112", "Alleen een beëindigd traject heeft een datum van het einde.",
        "Er staat een einddatum ({value}), maar de status is {status}. Kijk welke van de twee "
        "klopt.",
        "De rij telt mee als lopend traject.", WARNING,
        broken_when={"datum_einde": "datum_einde is not None and status < AFGEROND"},
    ),
    Rule(
        "F203", "Er zijn niet meer uren gevolgd dan aangeboden.",
        "Er zijn meer uren gevolgd ({value}) dan aangeboden ({uren_aangeboden}). Verbeter een van "
        "de twee.",
        "De rij is niet verwerkt.",
        broken_when={"uren_gevolgd": "uren_gevolgd > uren_aangeboden"},
    ),
    Rule(
        "F205", "Gevolgde uren en verzuim zijn samen de aangeboden uren, op een kwartier na.",
        "Gevolgd ({uren_gevolgd}), geoorloofd ({uren_geoorloofd_verzuim}) en ongeoorloofd verzuim "
        "({uren_ongeoorloofd_verzuim}) zijn samen niet de aangeboden uren ({uren_aangeboden}). "
        "Verbeter de uren.",
        "De rij is niet verwerkt.",
        broken_when={
            "uren_aangeboden": "not -KWARTIER <= uren_gevolgd + uren_geoorloofd_verzuim "
            "+ uren_ongeoorloofd_verzuim - uren_aangeboden <= KWARTIER"
        },
    ),
    Rule(
        "F206", "Een deel van de uren is niet meer dan de aangeboden uren.",
        "{column} ({value}) is meer dan uren_aangeboden ({uren_aangeboden}). Verbeter een van de "
        "twee.",
        "De rij is niet verwerkt: een aandeel kan niet boven 100 % komen.",
        broken_when={
            name: f"{name} > uren_aangeboden"
            for name in ("uren_avond_weekend", "uren_bevoegd_docent", "uren_knm", "uren_online")
        },
    ),
    Rule(
        "F207", "Uren van bevoegde docenten en van docenten in opleiding zijn samen niet meer dan "
        "de aangeboden uren.",
        "uren_bevoegd_docent ({uren_bevoegd_docent}) en uren_docent_in_opleiding ({value}) zijn "
        "samen meer dan uren_aangeboden ({uren_aangeboden}). Verbeter de uren.",
        "De rij is niet verwerkt.",
        broken_when={
            "uren_docent_in_opleiding":
            "uren_bevoegd_docent + uren_docent_in_opleiding > uren_aangeboden"
        },
    ),
    Rule(
        "F208", "Uren participatie horen alleen bij de Z-route.",
        "Uren participatie ({value}) horen alleen bij de Z-route. De leerroute is {leerroute}.",
        "De rij is niet verwerkt.",
        broken_when={"uren_participatie": "uren_participatie > 0 and leerroute != Z_ROUTE"},
    ),
    Rule(
        "F209", "Wie wacht krijgt geen les.",
        "Bij de status wachtend horen 0 aangeboden uren. Er staat {value}.",
        "De rij is niet verwerkt.",
        broken_when={"uren_aangeboden": "uren_aangeboden > 0 and status == WACHTEND"},
    ),
    Rule(
        "F211", "Een groep heeft hoogstens 12 (Z) of 20 (B) cursisten.",
        "De groep is groot: {value}. Kijk of dat klopt.",
        "De rij telt mee.", WARNING,
        broken_when={
            "groepsgrootte": "groepsgrootte > 12 and leerroute == Z_ROUTE "
            "or groepsgrootte > 20 and leerroute == B1_ROUTE"
        },
    ),
    Rule(
        "F212", "Wie voor de eerste les uitviel of werd overgedragen, kreeg geen uren.",
        "Er is geen datum van de eerste les, en er zijn wel uren aangeboden ({value}). Vul de "
        "datum van de eerste les in, of zet alle uren op 0.",
        "De rij is niet verwerkt.",
        broken_when={
            "uren_aangeboden": "uren_aangeboden > 0 and datum_eerste_les is None "
            "and (status == UITGEVALLEN or status == OVERGEDRAGEN)"
        },
    ),
    Rule(
        "F307", "Het niveau in het PIP past bij de leerroute: geen A2 bij O, geen B1 of B2 bij Z.",
        "Niveau {value} past niet bij leerroute {leerroute}. Verbeter een van de twee.",
        "De rij is niet verwerkt.",
        broken_when={
            "niveau_pip": "leerroute == O_ROUTE and niveau_pip == PIP_A2 "
            "or leerroute == Z_ROUTE and niveau_pip > PIP_A2"
        },
    ),
    Rule(
        "F401", "Een reden van wachten hoort alleen bij wachtend.",
        "Er staat een reden van wachten ({value}), maar de status is {status}. Maak de cel leeg of "
        "verbeter de status.",
        "De rij is niet verwerkt.",
        broken_when={"reden_wachten": "reden_wachten is not None and status != WACHTEND"},
    ),
    Rule(
        "F402", "Een beëindigd traject heeft een reden van het einde.",
        "Vul de reden van het einde in. De status is {status}.",
        "De rij is niet verwerkt.",
        broken_when={"reden_einde": "reden_einde is None and status >= AFGEROND"},
    ),
    Rule(
        "F403", "Alleen een beëindigd traject heeft een reden van het einde.",
        "Er staat een reden van het einde ({value}), maar de status is {status}. Kijk welke van de "
        "twee klopt.",
        "De rij telt mee als lopend traject.", WARNING,
        broken_when={"reden_einde": "reden_einde is not None and status < AFGEROND"},
    ),
    Rule(
        "F404", "Wie wacht heeft nog geen eerste les gehad.",
        "Er staat een datum van de eerste les ({value}), maar de status is wachtend. Kijk welke "
        "van de twee klopt.",
        "De rij telt mee als wachtend.", WARNING,
        broken_when={"datum_eerste_les": "datum_eerste_les is not None and status == WACHTEND"},
    ),
)  # fmt: skip

WORDS: dict[str, int] = {
    "WACHTEND": TrackStatus.WAITING,
    "AFGEROND": TrackStatus.COMPLETED,
    "UITGEVALLEN": TrackStatus.DROPPED_OUT,
    "OVERGEDRAGEN": TrackStatus.TRANSFERRED,
    "B1_ROUTE": LearningRoute.B1,
    "O_ROUTE": LearningRoute.EDUCATION,
    "Z_ROUTE": LearningRoute.SELF_RELIANCE,
    "PIP_A2": PipLevel.A2,
    "KWARTIER": 15,
}
"""The names in capitals of ``broken_when``."""
