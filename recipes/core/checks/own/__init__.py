"""Checks that authors write themselves: a number by SQL, a verdict by Python."""
