"""From bids to contracts: assessment, decision, standstill, and the step into the register."""
