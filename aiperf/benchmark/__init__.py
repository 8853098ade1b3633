"""The application: composes the parts that the factories give into one run."""
