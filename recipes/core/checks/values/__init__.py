"""Checks of the single values of a column."""
