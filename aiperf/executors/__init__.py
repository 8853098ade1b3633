"""Places where load is generated."""
