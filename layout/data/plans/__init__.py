"""Read hall plans as planners draw them: GeoJSON and DXF."""
