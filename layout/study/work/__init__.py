"""From services and visits to the posts required in each interval."""
