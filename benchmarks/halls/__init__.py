"""Halls drawn round planted plans that keep every rule: one JSON file a hall, read by `case`, made by `make`."""
