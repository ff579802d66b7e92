"""What changed between two versions of a recipe, thing by thing, in sentences for people."""

from recipes.core.changes.compared import compare, tests_lost

__all__ = ["compare", "tests_lost"]
