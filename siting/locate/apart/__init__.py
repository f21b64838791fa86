"""Outlets as far apart as can be."""
