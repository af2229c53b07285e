"""Form fields of the register."""

import re
from typing import Any

from wtforms import SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from core.municipalities import name as municipality_name, names as municipality_names
from core.pages.fields import ParsedField
from providers.codes import LearningRoute
from providers.register.cells import WHOLE_REGION


class CheckboxesField(SelectMultipleField):
    """Several choices, each with a box of its own."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def routes_field(label: str, **about: Any) -> CheckboxesField:
    """Leerroutes as boxes; the value is a list of their numbers."""
    boxes = [SelectChoice(int(route), route.label) for route in LearningRoute]
    return CheckboxesField(label, choices=boxes, coerce=int, **about)


class CoveredField(ParsedField):
    """Gemeenten by name or code, or ``*`` for the whole region; the value is a list of codes.

    An empty list stands for the whole region, as it does in the register files.
    """

    def parse(self, text: str) -> list[str]:
        """Read names and codes."""
        if text in {WHOLE_REGION, "hele regio"}:
            return []
        by_name = {name.casefold(): code for code, name in municipality_names().items()}
        codes = []
        for part in filter(None, (p.strip() for p in re.split("[,;]", text))):
            code = by_name.get(part.casefold(), part)
            if code not in municipality_names():
                raise ValueError(f"De gemeente {part!r} is niet bekend. Controleer de naam.")
            codes.append(code)
        return sorted(set(codes))

    def present(self, value: list[str]) -> str:
        """Write names, or the star of the whole region."""
        return ", ".join(municipality_name(code) for code in value) or WHOLE_REGION
