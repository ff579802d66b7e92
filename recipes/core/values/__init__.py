"""Typed values of a recipe: what may be written, what it means, where it came from."""

from recipes.core.values.coerce import BadValueError, coerce, to_python
from recipes.core.values.resolve import Overrides, ValueFaults, check_limits, resolve_values
from recipes.core.values.system import SYSTEM_VALUES, system_values

__all__ = [
    "SYSTEM_VALUES",
    "BadValueError",
    "Overrides",
    "ValueFaults",
    "check_limits",
    "coerce",
    "resolve_values",
    "system_values",
    "to_python",
]
