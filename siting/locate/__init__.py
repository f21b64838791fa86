"""Choosing outlets: one model a function, from arrays to an Outcome."""
