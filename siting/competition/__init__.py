"""Competitors around a point, and market shares."""
