"""How a provider is scored. Pure: no database, no web, no clock."""
