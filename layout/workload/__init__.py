"""Services, arrivals and the posts they require."""
