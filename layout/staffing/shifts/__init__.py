"""Shifts: which there may be, and which an outlet works."""
