"""What the register said of a provider, as it was known at a moment."""
