"""The replayed day of one outlet."""
