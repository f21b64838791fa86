"""The one place where files, halls and models meet."""
