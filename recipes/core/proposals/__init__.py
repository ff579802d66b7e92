"""Tests that a dataset's own past proposes: each with its evidence in words and what it would have said until now."""
