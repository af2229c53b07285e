"""What the sender is told: outcome, receipt, marked workbook, template."""
