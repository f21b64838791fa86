"""Where people and cameras stand."""
