"""The plan of an inkooptraject: steps, dates, decisions, health."""
