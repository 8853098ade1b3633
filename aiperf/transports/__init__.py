"""Ways to send a request and stamp its times."""
