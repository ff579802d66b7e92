"""What events of other tools say to the tests of a node, looked up before it starts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from kitchens.ports import ports
from recipes.actions.runs.context import RunContext
from recipes.core.checks import CHECKS
from recipes.core.checks.told.asking import Told, ask
from recipes.core.spec.model import TestSpec


def told_to_tests(context: RunContext, tests: Sequence[TestSpec], now: datetime) -> dict[str, dict[str, Any]]:
    """Return test -> what it is told, up to now by the run's clock. No query where no test asks; with fixtures none does."""
    asks = {test.name: found.model_dump() for test in tests if (found := _asked(test))}
    if not asks:
        return {}
    if context.plan.fixtures:
        return {name: Told(hermetic=True).model_dump(mode="json") for name in asks}
    return dict(ports.told_of(context.kitchen.pk, context.plan.domain, asks, now=now))


def _asked(test: TestSpec) -> Any:
    """Return what a test asks for; nothing where its parameters are wrong, which it will say itself."""
    check = CHECKS.get(test.check)
    if check is None or not hasattr(check.parameters, "ask"):
        return None
    try:
        return ask(check.parameters.model_validate(test.params))
    except ValueError:
        return None
