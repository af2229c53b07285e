"""Forms about a survey."""

from flask_wtf.file import FileField

from core.pages.fields import Required, SafeForm
from quality.surveys.rules import COLUMNS


class AnswersForm(SafeForm):
    """A file with the answers as counts."""

    file = FileField(
        "Bestand met antwoorden (CSV)",
        [Required("Kies een bestand.")],
        description=f"Kolommen: {', '.join(COLUMNS)}. Een rij per vraag en antwoord.",
    )
