"""Lessons: hours promised, offered and attended, and by whom they were given."""
