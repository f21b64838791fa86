"""Read what planners really have: bytes, tables, archives and documents, and hold tables to their contract."""
