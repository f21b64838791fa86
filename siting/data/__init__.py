"""Read what planners have into checked layers."""
