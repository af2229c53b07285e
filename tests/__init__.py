"""Tests of Taalinkoop; the folders mirror the packages."""
