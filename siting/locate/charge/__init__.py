"""Opening cost against travel cost, and whatever has a greatest or a least load."""
