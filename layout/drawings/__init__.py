"""Hall plans as SVG, DXF, GeoJSON and a page."""
