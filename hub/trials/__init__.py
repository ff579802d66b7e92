"""Trials of the running hub that take too long for tests."""
