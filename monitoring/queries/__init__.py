"""Reads of the mesh across all domains."""
