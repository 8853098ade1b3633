"""What a person sees while a benchmark runs."""
