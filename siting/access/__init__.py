"""Transport access of a point."""
