"""Checks of the columns of a dataset: which there are, in which order, of which types."""
