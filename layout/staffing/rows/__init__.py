"""Rosters as one legal row of days a person: networks of rows, cheapest rows, and columns that bound and build."""
