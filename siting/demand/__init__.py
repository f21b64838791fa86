"""Target market of a point."""
