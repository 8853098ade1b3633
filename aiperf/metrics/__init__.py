"""One small module for each metric."""
