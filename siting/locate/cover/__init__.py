"""Maximal covering: tabu search, the relaxation on the candidates alone, branching."""
