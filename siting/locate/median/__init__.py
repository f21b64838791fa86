"""The p-median: interchange, Lagrangian bounds, branching on groups of neighbours."""
