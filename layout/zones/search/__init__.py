"""Search arrangements of a hall's zones, compiled: boards of bits, prices, moves, annealing."""
