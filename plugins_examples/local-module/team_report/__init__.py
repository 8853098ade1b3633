"""An example plugin for AIPerf that is not installed: a metric, and a summary in Markdown."""
