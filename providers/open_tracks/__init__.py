"""How many trajectories of a provider were open at the end of each month."""
