"""Where to open outlets: data → scores → chosen sites → maps."""
