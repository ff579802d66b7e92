"""Checks of the values that a column holds, taken together: how many differ, which there are, how often each."""
