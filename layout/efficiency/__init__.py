"""What a hall yields: per hall, per square metre, per head."""
