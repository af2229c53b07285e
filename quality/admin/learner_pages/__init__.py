"""Pages of the learners and of their signals."""
