"""Conflicts: which demands of an impossible brief cannot be kept together."""
