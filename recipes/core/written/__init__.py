"""Tests as they are written in recipe.yaml: read from a form, and put into the file without touching the rest of it."""
