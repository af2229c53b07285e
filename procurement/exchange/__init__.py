"""Plans in and out: workbook and CSV, MS Project, calendar, OCDS."""
