"""Read OpenStreetMap extracts in one stream, and make layers and projects of them."""
