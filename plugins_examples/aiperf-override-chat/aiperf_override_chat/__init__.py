"""An example plugin for AIPerf: chat requests with a tag, and an endpoint type more."""
