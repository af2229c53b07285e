"""From checked rows to rows held in the database."""
