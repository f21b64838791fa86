"""Read hall plans, visits and people into checked form."""
