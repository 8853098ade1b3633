"""Writers of the run's artifacts."""
