"""Make up a town, complete, from a seed."""
