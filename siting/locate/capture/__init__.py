"""Customers won from rivals: lifted tangents, branching on how many of a group open."""
