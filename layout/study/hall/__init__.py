"""One hall from its file to its zones: reading, arranging, walks, exposure, rules, and what is told of it."""
