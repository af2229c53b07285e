"""Forms about promises."""

from flask_wtf.file import FileField

from core.pages.fields import Required, SafeForm
from procurement.promises.invoices import COLUMNS


class InvoiceForm(SafeForm):
    """A file with invoices."""

    file = FileField(
        "Bestand met facturen (CSV of UBL)",
        [Required("Kies een bestand.")],
        description=f"Kolommen van een CSV: {', '.join(COLUMNS)}. Bedragen zonder btw.",
    )
