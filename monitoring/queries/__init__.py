"""Reads of the mesh across all domains."""

from monitoring.queries import home, kitchens, mesh, today

__all__ = ["home", "kitchens", "mesh", "today"]
