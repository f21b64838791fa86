"""The one place where frames meet models."""
