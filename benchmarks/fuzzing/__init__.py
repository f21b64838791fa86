"""Feed `outlet` damaged inputs of every kind and judge how each run ends; started by ``benchmarks/fuzz.py``."""
