"""Shifts and rosters."""
