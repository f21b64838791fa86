"""The instances of `benchmarks/locate.py`, and what is measured on them."""
