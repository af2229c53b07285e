"""Indicators of the policy of a gemeente."""
