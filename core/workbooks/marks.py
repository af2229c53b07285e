"""What a cell says that is no value: an error, a formula without result, a merged cell.

A reader that gave these as empty would turn a mistake into "nothing to report". Each comes out as a
text of its own that no column takes for something else; whoever reads a cell asks ``fault`` first.
"""

NO_RESULT, COVERED, DATE = "#FORMULE", "#SAMENGEVOEGD", "#DATUM"
"""A formula without an up-to-date result; a cell merged into one above it; a date where the reader
asked for the text that a person sees (``3-1`` typed as a key becomes a date)."""
ERRORS = frozenset(
    (
        "#N/A", "#N/B", "#REF!", "#VERW!", "#VALUE!", "#WAARDE!", "#DIV/0!", "#DEEL/0!", "#NAME?",
        "#NAAM?", "#NUM!", "#GETAL!", "#NULL!", "#LEEG!", "#SPILL!", "#OVERLOOP!", "#CALC!",
        "#BEREKENEN!",
    )
)  # fmt: skip
"""Errors as Excel and LibreOffice write them, in English and in Dutch."""
_SENTENCES = {
    NO_RESULT: "Hier staat een formule zonder bijgewerkte uitkomst. Open het bestand in Excel of "
    "LibreOffice, sla het op en stuur het opnieuw.",
    COVERED: "Deze cel is samengevoegd met de cel erboven. Splits de cellen en vul elke cel in.",
    DATE: "Een rekenblad heeft hier een datum van gemaakt. Maak de kolom op als tekst en vul de "
    "waarde opnieuw in.",
}


def fault(text: str) -> str:
    """Dutch sentence on what is wrong when a text stands for no value; empty when it is one."""
    if text[:1] != "#":
        return ""
    if text.upper() in ERRORS or text.startswith("Err:"):
        return f"Hier staat een foutmelding van het rekenblad: {text}. Herstel de formule."
    return _SENTENCES.get(text, "")
