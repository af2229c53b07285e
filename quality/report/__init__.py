"""The monthly pack: per provider and for the region, as tagged PDF and as a live workbook."""
