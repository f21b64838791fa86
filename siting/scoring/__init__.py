"""Suitability scores with their breakdown."""
