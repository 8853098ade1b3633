"""The embedded model server that benchmarks run against by default."""
