"""Choosing places with formats, and places with the year in which they open."""
