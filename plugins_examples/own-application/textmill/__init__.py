"""An example application whose parts are plugins: filters for text."""

__version__ = "1.0.0"
