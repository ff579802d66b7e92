"""Checks of what other tools tell the hub by events, and of what the node itself has spent."""
