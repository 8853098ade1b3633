"""A print shop written for the old decorator API: what both factories have to run unchanged."""
