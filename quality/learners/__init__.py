"""The road of one learner: signals and who waits."""
