"""What Fernhill's people changed in the course of the history, each change through a kitchen and a merge."""

from hub.demo.changes.acts import Standing, go_on
from hub.demo.changes.steps import change_steps, mending_steps, settled_key

__all__ = ["Standing", "change_steps", "go_on", "mending_steps", "settled_key"]
