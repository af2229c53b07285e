"""``docs/feed-format.md``, written from the columns and the rules themselves.

``python -m providers.feed.tell.documentation > docs/feed-format.md`` brings the file along.
"""

import sys
from collections.abc import Iterator

from providers.feed.check.rules import RULES, WARNING
from providers.feed.columns import COLUMNS, Column

INTRODUCTION = """\
# Het bestand dat een aanbieder elke maand stuurt

Dit bestand is gemaakt uit de regels van het programma zelf. Wijzig het niet met de hand.

Eén rij per traject per maand. CSV, XLSX, XLS, ODS en JSON zijn goed. Hoofdletters, spaties,
accenten, `-` en `_` in een kolomnaam maken geen verschil. Datums als `DD-MM-JJJJ`; decimalen met
een komma of een punt; uren per kwartier. Een onbekende kolom wordt niet gelezen, en het
ontvangstbewijs noemt haar. Namen, burgerservicenummers, geboortedatums, adressen en vrije tekst
horen er niet in.

Van een werkboek worden alle zichtbare bladen met de kolomnamen gelezen, of het blad dat je noemt.
Een totaalrij mag blijven staan: zij heeft geen trajectnummer en begint met een woord als Totaal.
`36 uur`, `1:30`, `-`, `nvt` en de naam van een gemeente worden begrepen. Een trajectnummer is de
tekst die je ziet: 000100 blijft 000100.

`taalinkoop feed template leeg.xlsx` maakt een leeg werkboek met keuzelijsten;
`taalinkoop feed check BESTAND` controleert een bestand zonder het te bewaren.
"""

ABOUT_RULES = """\
Een fout houdt de rij tegen; een waarschuwing niet. Tussen accolades staat wat per geval wordt
ingevuld. Een code wordt nooit opnieuw gebruikt; de versie gaat omhoog als de betekenis van een
regel verandert.
"""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _content(column: Column) -> str:
    if column.codes is not None:
        return ", ".join(f"`{entry.code}`" for entry in column.codes)
    return column.kind.value


def _columns() -> Iterator[str]:
    yield "| Kolom | Verplicht | Inhoud | Uitleg | Ook goed als kolomnaam |"
    yield "| --- | --- | --- | --- | --- |"
    for column in COLUMNS:
        required = "ja" if column.required else "nee"
        aliases = ", ".join(f"`{alias}`" for alias in column.aliases) or "–"
        cells = (f"`{column.name}`", required, _content(column), column.note, aliases)
        yield f"| {' | '.join(map(_cell, cells))} |"


def _rules() -> Iterator[str]:
    yield "| Code | Versie | Regel | Wat de aanbieder leest | Wat het betekent voor de cijfers |"
    yield "| --- | --- | --- | --- | --- |"
    for rule in RULES.values():
        code = f"{rule.code} (waarschuwing)" if rule.severity == WARNING else rule.code
        cells = (code, str(rule.version), rule.definition, rule.provider, rule.manager)
        yield f"| {' | '.join(map(_cell, cells))} |"


def feed_format() -> str:
    """Write the whole document."""
    return "\n".join(
        (
            INTRODUCTION,
            "## Kolommen\n",
            *_columns(),
            "",
            "## Regels\n",
            ABOUT_RULES,
            *_rules(),
            "",
        )
    )


if __name__ == "__main__":
    sys.stdout.write(feed_format())
