"""What a delivery is checked on: one entry in ``RULES`` per rule.

The rules about one row say in ``broken_when`` what is wrong, per column that it is told at, in the
words of the feed itself. Hours are minutes there, dates and months are numbers, codes are the
entries of ``providers.codes`` in capitals. A comparison is only made where all it names is filled
in; a name that is asked about with ``is None`` may be empty.

All other rules say in ``found_by`` where they are found: a cell that cannot be read, a file that
cannot be read, what is held already. The version of a rule rises when its meaning changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from providers.codes import EndReason, LearningRoute, PipLevel, TrackStatus

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True)
class Rule:
    """One check: its code, what it means, and what the two readers need to know."""

    code: str
    definition: str
    provider: str
    """What to do, for the provider's administrator; values between braces."""
    manager: str
    """What it means for the figures, for the contract manager."""
    severity: str = ERROR
    version: int = 1
    broken_when: Mapping[str, str] = field(default_factory=dict)
    found_by: str = ""


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
        "Vul de reden van het einde in. De status is {status}. Kies uit: "
        f"{', '.join(reason.code for reason in EndReason)}.",
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


_CELL, _FILE, _HELD, _ROW = "de cel", "het bestand", "eerdere leveringen", "de rij"

FILE_RULES = (
    Rule(
        "F001", "Het bestand is te lezen als CSV, XLSX, XLS, ODS of JSON.",
        "{reason} Sla het bestand op als XLSX of als CSV en stuur het opnieuw.",
        "Er is niets verwerkt.", found_by=_FILE,
    ),
    Rule(
        "F002", "Het bestand blijft binnen de grenzen van omvang, geheugen en tijd.",
        "{reason} Stuur het bestand in delen, of sla het opnieuw op als CSV.",
        "Er is niets verwerkt.", found_by=_FILE,
    ),
    Rule(
        "F003", "Het bestand heeft een rij met kolomnamen.",
        "Er is geen rij met kolomnamen gevonden. Zet de namen van de kolommen boven de gegevens, "
        "bijvoorbeeld: trajectnummer, rapportagemaand, leerroute. Gevonden: {found}.",
        "Er is niets verwerkt.", found_by=_FILE,
    ),
    Rule(
        "F004", "Alle verplichte kolommen zijn er.",
        "Deze kolommen ontbreken: {missing}. Voeg ze toe en stuur het bestand opnieuw.{found}",
        "Er is niets verwerkt.", found_by=_FILE,
    ),
    Rule(
        "F005", "Elke kolom staat er hoogstens een keer.",
        "Dit staat er twee keer: {doubled}. Laat van elk één kolom staan en stuur het bestand "
        "opnieuw.",
        "Er is niets verwerkt.", found_by=_FILE,
    ),
    Rule(
        "F006", "Onder de kolomnamen staat ten minste een rij.",
        "Het bestand heeft geen rijen onder de kolomnamen. Is er deze maand niets te melden? Doe "
        "dan een nihil-opgave.",
        "Er is niets verwerkt.", found_by=_FILE,
    ),
    Rule(
        "F007", "Het bestand is niet beveiligd met een wachtwoord.",
        "Het bestand is beveiligd met een wachtwoord. Sla het op zonder wachtwoord en stuur het "
        "opnieuw.",
        "Er is niets verwerkt.", found_by=_FILE,
    ),
    Rule(
        "F008", "Een verbeterd werkboek hoort bij een levering van dezelfde aanbieder.",
        "Dit werkboek is gemaakt bij een ander bestand. Gebruik het werkboek dat bij jullie eigen "
        "levering hoort.",
        "Er is niets verwerkt.", found_by=_FILE,
    ),
    Rule(
        "F009", "Datums hebben de dag voorop.",
        "In dit bestand staan datums met de maand voorop, bijvoorbeeld {value} in rij {row}. "
        "Schrijf alle datums als DD-MM-JJJJ en stuur het bestand opnieuw.",
        "Er is niets verwerkt: ook datums die goed lijken, kunnen verwisseld zijn.",
        found_by=_FILE,
    ),
    Rule(
        "F010", "Een rij heeft niet meer cellen dan er kolommen zijn.",
        "Deze rij heeft meer cellen dan er kolommen zijn. Vaak staat er een scheidingsteken in een "
        "cel, bijvoorbeeld de komma van 12,5 in een bestand met komma's. Zet die cel tussen "
        "aanhalingstekens, of sla het bestand op met puntkomma's of als XLSX. Staat er een "
        "aantekening naast de rij? Haal die weg.",
        "De rij is niet verwerkt, want cellen kunnen verschoven zijn.", found_by=_ROW,
    ),
    Rule(
        "F011", "Een rij heeft voor elke kolom een cel.",
        "Deze rij heeft minder cellen dan er kolommen zijn. De laatste cellen zijn als leeg "
        "gelezen. Kijk of dat klopt.",
        "De rij telt mee; de laatste, niet verplichte cellen zijn leeg.", WARNING, found_by=_ROW,
    ),
    Rule(
        "F016", "Een maand wordt niet ongemerkt vervangen.",
        "Dit bestand vervangt {rows} van {month}{why}. Klopt dat? Bevestig het dan. Staat "
        "er een verkeerde maand in het bestand? Verbeter die.",
        "Er is niets verwerkt zolang de afzender dit niet bevestigt.", found_by=_FILE,
    ),
    Rule(
        "F017", "Elk blad met gegevens wordt gelezen.",
        'Blad "{value}" is niet gelezen: {rows}{why}. Horen die bij de levering? Zet '
        "er dan de kolomnamen boven en stuur het bestand opnieuw.",
        "Deze rijen tellen niet mee.", WARNING, found_by=_FILE,
    ),
    Rule(
        "F018", "Een rij is niet bijna leeg.",
        "Deze rij is bijna leeg. Er ontbreekt: {columns}. Vul de rij aan, of haal haar weg. Is het "
        "een totaalrij? Laat trajectnummer dan leeg en zet er Totaal bij.",
        "De rij is niet verwerkt.", found_by=_ROW,
    ),
    Rule(
        "F019", "De rijen hebben wat elke rij nodig heeft.",
        "Van {rows} rijen zijn er {count} {what}. Waarschijnlijk staan de gegevens niet onder "
        "de kolomnamen: kijk naar het scheidingsteken, naar een tweede rij met kolomnamen en of "
        "dit het goede blad is. Stuur het bestand daarna opnieuw.",
        "Er is niets verwerkt.", found_by=_FILE,
    ),
    Rule(
        "F021", "Op een blad staat een tabel.",
        "Alle kolomnamen staan er twee keer. Staan er twee groepen naast elkaar? Zet ze dan onder "
        "elkaar, of elk op een eigen blad.",
        "Er is niets verwerkt.", found_by=_FILE,
    ),
    Rule(
        "F022", "Een rij gaat over één cursist in één maand.",
        "{likely} Deze kolommen ontbreken nu: {missing}.",
        "Er is niets verwerkt.", found_by=_FILE,
    ),
)  # fmt: skip

CELL_RULES = (
    Rule(
        "F012", "Een cel is geen foutmelding van een rekenblad.",
        "Er staat een foutmelding van het rekenblad: {value}. Herstel de formule of vul de waarde "
        "zelf in.",
        "De rij is niet verwerkt.", found_by=_CELL,
    ),
    Rule(
        "F013", "Een verplichte cel is gevuld.",
        "Vul {column} in. Deze cel is leeg.",
        "De rij is niet verwerkt.", found_by=_CELL,
    ),
    Rule(
        "F014", "Een formule heeft een uitkomst.",
        "Hier staat een formule zonder bijgewerkte uitkomst. Open het bestand in Excel of "
        "LibreOffice, sla het op en stuur het opnieuw. Of vul de waarde zelf in.",
        "De rij is niet verwerkt.", found_by=_CELL,
    ),
    Rule(
        "F015", "Een cel is niet samengevoegd met een cel in een andere rij.",
        "Deze cel is samengevoegd met de cel erboven. Splits de cellen en vul elke cel in.",
        "De rij is niet verwerkt: de waarde kan voor een of voor alle rijen gelden.",
        found_by=_CELL,
    ),
    Rule(
        "F020", "Een cel verwijst niet naar de cel erboven.",
        "Er staat {value}. Vul in elke rij de waarde zelf in.",
        "De rij is niet verwerkt: rijen kunnen verschoven of gesorteerd zijn.", found_by=_CELL,
    ),
    Rule(
        "F102", "Een datum is te lezen als datum.",
        'Vul een datum in als DD-MM-JJJJ, bijvoorbeeld 03-10-2026. Er staat "{value}".',
        "De rij is niet verwerkt.", found_by=_CELL,
    ),
    Rule(
        "F103", "Een datum heeft een jaar van vier cijfers.",
        'Schrijf het jaar met vier cijfers, bijvoorbeeld 03-10-2026. Er staat "{value}".',
        "De rij is niet verwerkt: een jaar van twee cijfers kan twee dingen betekenen.",
        found_by=_CELL,
    ),
    Rule(
        "F108", "De rapportagemaand ligt niet in de toekomst.",
        'Deze rapportagemaand moet nog komen: "{value}". Vul de maand in waarover je rapporteert.',
        "De rij is niet verwerkt.", found_by=_CELL,
    ),
    Rule(
        "F109", "De rapportagemaand ligt niet voor januari 2022.",
        'Maanden voor 2022-01 horen niet in deze levering. Er staat "{value}".',
        "De rij is niet verwerkt.", found_by=_CELL,
    ),
    Rule(
        "F110", "De rapportagemaand is te lezen als maand.",
        'Vul een maand in als JJJJ-MM, bijvoorbeeld 2026-10. Er staat "{value}".',
        "De rij is niet verwerkt.", found_by=_CELL,
    ),
    Rule(
        "F111", "De rapportagemaand is de maand die bij het inlezen is opgegeven.",
        'Deze levering gaat over {asked}. Er staat "{value}". Stuur andere maanden apart.',
        "De rij is niet verwerkt.", found_by=_CELL,
    ),
    Rule(
        "F113", "Een datum heeft de dag voorop.",
        'Hier staat de maand voorop: "{value}". Schrijf de datum als DD-MM-JJJJ. Kijk ook naar de '
        "andere datums in het bestand.",
        "De rij is niet verwerkt.", found_by=_CELL,
    ),
    Rule(
        "F114", "Een aanbieder die in een andere opging, levert geen latere maanden.",
        "Deze maand is van na het samengaan met {successor}. Stuur haar in een levering van "
        '{successor}. Er staat "{value}".',
        "De rij is niet verwerkt. De andere aanbieder levert haar.", found_by=_CELL,
    ),
    Rule(
        "F201", "Uren zijn hele kwartieren.",
        'Vul de uren in op een kwartier, bijvoorbeeld 12,25 of 12,5. Er staat "{value}".',
        "De rij is niet verwerkt; er is niet afgerond.", found_by=_CELL,
    ),
    Rule(
        "F202", "Uren zijn nul of meer, en niet meer dan in een maand past.",
        'Vul in {column} een getal van 0 tot en met {maximum} in. Er staat "{value}".',
        "De rij is niet verwerkt.", found_by=_CELL,
    ),
    Rule(
        "F204", "Uren zijn een getal.",
        'Vul het aantal uren in, bijvoorbeeld 12,5. Er staat "{value}".',
        "De rij is niet verwerkt.", found_by=_CELL,
    ),
    Rule(
        "F214", "Uren staan in een cel met de opmaak van een getal.",
        'Hier staat een procent of een tijd van de dag: "{value}". Geef de cel in het rekenblad '
        "eerst de opmaak Getal. Vul dan het aantal uren in, bijvoorbeeld 12,5.",
        "De rij is niet verwerkt.", found_by=_CELL,
    ),
    Rule(
        "F210", "Een aantal ligt tussen zijn grenzen.",
        'Vul in {column} een getal van {minimum} tot en met {maximum} in. Er staat "{value}".',
        "De rij is niet verwerkt.", found_by=_CELL,
    ),
    Rule(
        "F213", "Een aantal is een geheel getal.",
        'Vul in {column} een geheel getal in, bijvoorbeeld 3. Er staat "{value}".',
        "De rij is niet verwerkt.", found_by=_CELL,
    ),
    Rule(
        "F301", "In een nummer of naam staan geen gegevens van een persoon.",
        "Hier staat {kind}. Vul een nummer of code in waaraan niemand te herkennen is, zoals het "
        "trajectnummer dat de gemeente gaf. Wij hebben deze waarde niet bewaard.",
        "De rij is niet verwerkt. De waarde is niet bewaard en nergens getoond.", found_by=_CELL,
    ),
    Rule(
        "F302", "Een nummer is niet door een rekenblad afgerond.",
        'Een rekenblad heeft dit nummer beschadigd: "{value}". Maak de kolom op als tekst en vul '
        "het nummer opnieuw in.",
        "De rij is niet verwerkt: van het nummer zijn cijfers verloren.", found_by=_CELL,
    ),
    Rule(
        "F303", "Een nummer of naam bestaat uit leesbare tekens.",
        "In deze cel staan tekens die niet te lezen zijn. Typ de waarde opnieuw.",
        "De rij is niet verwerkt.", found_by=_CELL,
    ),
    Rule(
        "F304", "De aanbiedercode is die van de afzender.",
        'Deze rij hoort bij een andere aanbieder: "{value}". Deze levering is van {provider}.',
        "De rij is niet verwerkt.", found_by=_CELL,
    ),
    Rule(
        "F305", "De gemeentecode staat in de lijst van gemeenten.",
        "Vul de naam van de gemeente in, of haar code van vier cijfers, bijvoorbeeld 0193. Er "
        'staat "{value}".',
        "De rij is niet verwerkt.", found_by=_CELL,
    ),
    Rule(
        "F313", "De naam en de code van een gemeente horen bij elkaar.",
        'Er staat "{value}". Maar {one}, en {other}. Vul alleen de code of de naam in die klopt.',
        "De rij is niet verwerkt: zij kan van twee gemeenten zijn.", found_by=_CELL,
    ),
    Rule(
        "F306", "Een code staat in de lijst van die kolom.",
        'Kies uit: {allowed}. Er staat "{value}".',
        "De rij is niet verwerkt.", found_by=_CELL,
    ),
    Rule(
        "F308", "Het contractnummer is van deze aanbieder.",
        'Dit contractnummer hoort niet bij jullie: "{value}". Verbeter het, of laat de cel leeg.',
        "De rij is niet verwerkt. Staat het contract al in het register?", found_by=_CELL,
    ),
    Rule(
        "F309", "Een nummer of naam is niet te lang.",
        'Maak deze waarde korter: hoogstens {limit} tekens. Er staat "{value}".',
        "De rij is niet verwerkt.", found_by=_CELL,
    ),
    Rule(
        "F310", "Een rekenblad heeft van een nummer of naam geen datum gemaakt.",
        "Een rekenblad heeft hier een datum van gemaakt. Maak de kolom op als tekst en vul de "
        "waarde opnieuw in.",
        "De rij is niet verwerkt: wat er stond, is niet meer te lezen.", found_by=_CELL,
    ),
    Rule(
        "F311", "Een trajectnummer bestaat uit letters, cijfers en - _ . /, met ten minste een "
        "cijfer.",
        'Dit is geen trajectnummer: "{value}". Een trajectnummer heeft alleen letters, cijfers en '
        "de tekens - _ . / en ten minste een cijfer. Typ het nummer over zoals de gemeente het "
        "gaf.",
        "De rij is niet verwerkt.", found_by=_CELL,
    ),
    Rule(
        "F312", "Een trajectnummer eindigt niet op .0.",
        'Er staat "{value}". Is {short} bedoeld? Een rekenprogramma zet er soms .0 achter. Vul het '
        "nummer in zoals de gemeente het gaf, en maak de kolom op als tekst.",
        "De rij is niet verwerkt: het kan een ander traject zijn.", found_by=_CELL,
    ),
)  # fmt: skip

HELD_RULES = (
    Rule(
        "F501", "Een traject staat in een maand een keer in het bestand.",
        "Dit traject staat meer dan één keer in deze maand in het bestand, met verschillende "
        "gegevens (rij {rows}). Is dit een cursist in twee groepen, of een rij per week? Tel de "
        "uren dan op in één rij. Anders: laat alleen de goede rij staan. Stuur die ene rij.",
        "Geen van die rijen is verwerkt.", version=2, found_by=_FILE,
    ),
    Rule(
        "F510", "Een rij staat een keer in het bestand.",
        "Deze rij staat twee keer in het bestand, met dezelfde gegevens (rij {rows}). De tweede "
        "telt niet mee. Haal haar de volgende keer weg. Is het een rij per week of per groep? Tel "
        "de uren dan op in één rij en stuur die.",
        "De rij telt een keer mee.", WARNING, found_by=_FILE,
    ),
    Rule(
        "F511", "Een trajectnummer heeft de nullen die het eerder had.",
        'Er staat "{value}". Eerder was dit traject {known}. Een rekenblad haalt nullen aan het '
        "begin weg als je een CSV opent en bewaart. Zet ze terug, of bewaar het bestand als XLSX. "
        "Is dit een ander traject? Vraag de gemeente dan om een ander nummer.",
        "De rij is niet verwerkt: zij zou bij een nieuw traject komen.", found_by=_HELD,
    ),
    Rule(
        "F502", "Een traject heeft geen maanden na zijn einde.",
        "Dit traject is in {ended} al beëindigd. Verbeter de status in die maand, of haal deze rij "
        "weg.",
        "De rij is niet verwerkt.", found_by=_HELD,
    ),
    Rule(
        "F503", "De aanmelding van een traject blijft gelijk.",
        "De datum van aanmelding was {before} en is nu {value}. Kijk of dat klopt.",
        "De rij telt mee. De wachttijd van dit traject verandert.", WARNING, found_by=_HELD,
    ),
    Rule(
        "F504", "De leerroute van een traject blijft gelijk.",
        "De leerroute was {before} en is nu {value}. Kijk of dat klopt.",
        "De rij telt mee bij de nieuwe leerroute.", WARNING, found_by=_HELD,
    ),
    Rule(
        "F505", "Een niveau zakt niet meer dan een stap tegenover de maand ervoor.",
        "{column} was {before} en is nu {value}. Kijk of dat klopt.",
        "De rij telt mee.", WARNING, found_by=_HELD,
    ),
    Rule(
        "F506", "Een traject loopt in een maand bij een aanbieder.",
        "Dit traject loopt in deze maand ook bij een andere aanbieder. Vraag de gemeente wie de "
        "cursist begeleidt.",
        "De rij telt mee; het traject telt bij twee aanbieders.", WARNING, found_by=_HELD,
    ),
    Rule(
        "F507", "Een contract geldt voor de gemeente en de leerroute.",
        "Geen contract geldt voor gemeente {municipality} met leerroute {route}: {rows}. "
        "Kijk of de gemeente en de leerroute kloppen.",
        "De rijen tellen mee. Vul het contract aan in het register, of vraag de aanbieder waarom.",
        WARNING, found_by=_HELD,
    ),
    Rule(
        "F508", "Het genoemde contract geldt voor de gemeente en de leerroute.",
        "Contract {contract} geldt niet voor gemeente {municipality} met leerroute {route}: "
        "{rows}. Kijk of het contractnummer klopt.",
        "De rijen tellen mee.", WARNING, found_by=_HELD,
    ),
    Rule(
        "F509", "Een lesmethode staat bij deze aanbieder in het register.",
        'Lesmethode "{value}" staat niet bij jullie in het register: {rows}. Schrijf haar '
        "zoals in het register, of vraag de contractmanager om haar op te nemen.",
        "De rijen tellen mee. Vul het register aan, of vraag de aanbieder welke methode het is.",
        WARNING, found_by=_HELD,
    ),
)  # fmt: skip

RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in sorted(
        (*FILE_RULES, *CELL_RULES, *ROW_RULES, *HELD_RULES), key=lambda rule: rule.code
    )
}


def sentence(code: str, **details: object) -> str:
    """What the provider reads."""
    return RULES[code].provider.format_map(details)
