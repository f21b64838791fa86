"""Covering everyone: the fewest outlets within a radius, and the shortest longest trip."""
