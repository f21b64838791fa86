"""Read GTFS timetables: the feed, its days, its calls, and departures per stop, route and hour."""
