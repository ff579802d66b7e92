"""Orders: what pages, the API, schedules and commands call to have something run."""

from recipes.actions.runs.ordering import place_order

__all__ = ["place_order"]
