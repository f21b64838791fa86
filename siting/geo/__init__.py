"""Coordinate systems, street networks, travel times and candidate generation."""
