"""Receive: bytes -> table of text -> checked rows -> held rows."""
