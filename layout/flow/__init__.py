"""How visitors move through the hall."""
