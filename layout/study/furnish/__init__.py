"""Equipment, people and cameras in the zones of one hall."""
