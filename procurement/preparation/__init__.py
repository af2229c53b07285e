"""What a tender rests on: requirements, scale, estimate, and what depends on what."""
