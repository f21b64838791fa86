"""Open what planners hand over: text of any encoding, tables, archives and documents, each with its limits."""
