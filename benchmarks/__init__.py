"""Measurements of the figures in docs/benchmarks.md. Each module prints one JSON line a figure."""
