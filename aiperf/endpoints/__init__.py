"""Wire formats: one module for each endpoint type."""
