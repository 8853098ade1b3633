"""What plugin authors test with: an isolated registry and the contract of each factory."""
