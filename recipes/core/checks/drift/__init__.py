"""Checks of how values are distributed, against a reference: shares, means, spreads, dependence."""
