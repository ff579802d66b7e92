"""Checks that hold rows against other rows: two datasets, several stages, or one dataset now and before."""
