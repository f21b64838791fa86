"""Zones of the hall: which, how large and where."""
