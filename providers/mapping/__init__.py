"""Column mappings: what a provider calls our columns."""
