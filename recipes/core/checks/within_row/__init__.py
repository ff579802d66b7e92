"""Checks that compare the columns of a row with each other."""
