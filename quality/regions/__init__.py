"""Other regions beside this one, from files in which no small number stands."""
