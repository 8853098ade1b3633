"""What every part of AIPerf shares: contracts, values, configuration and the factories."""
