"""Deliveries: taken in, accepted, compared, withdrawn, kept and removed."""
