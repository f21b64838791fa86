"""What a planner asks around a plan: alternatives, the frontier, how steady it is."""
