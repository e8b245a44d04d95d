"""What README's numbers about speed come from, each run as ``python -m benchmarks.NAME``."""
