"""Work in the background: one queue in the database, run by whoever has time."""
