"""The engine: what happens to runs and their nodes, from the placing of an order to the publishing of its data."""

from recipes.actions.runs.drain import drain

__all__ = ["drain"]
