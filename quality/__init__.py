"""Measure, judge and draw."""
