"""A join point: has no work of its own, so that one node can wait for many."""

from __future__ import annotations

from recipes.core.nodes.work import Work


def run(work: Work) -> None:
    """Do nothing. The engine settles these nodes without a process; as a process it is the cheapest node there is."""
