"""From bid to contract to hours: what was promised, what was given, and what that comes to."""
