"""Checks: what tests can say about data, how they are measured and judged.

`CHECKS` names all checks; `check_parameters` and `check_test` say what is wrong with a test as written; `Planner`
measures and judges what `evaluate` would by reading everything; `skipped` is the result of a test that did not run.
"""

from recipes.core.checks.base import Check, CheckContext
from recipes.core.checks.catalogue import CHECKS
from recipes.core.checks.judge import skipped
from recipes.core.checks.parameters import check_parameters, check_test, datasets_read
from recipes.core.checks.runner import Planner, Thrift, evaluate

__all__ = [
    "CHECKS",
    "Check",
    "CheckContext",
    "Planner",
    "Thrift",
    "check_parameters",
    "check_test",
    "datasets_read",
    "evaluate",
    "skipped",
]
