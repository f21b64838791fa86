"""Hold a layer to its contract: columns, geometries, where it lies, and how layers lie together."""
