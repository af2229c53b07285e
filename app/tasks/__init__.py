"""Work that the shell starts: deliveries, monthly reports, mail, retention, backups."""
