"""The simulated day."""
