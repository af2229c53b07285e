"""Evaluation of a plan van aanpak of one gemeente."""
