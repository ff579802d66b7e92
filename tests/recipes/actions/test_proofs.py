"""Which changed recipes ran green on exactly what would be merged."""

from __future__ import annotations

import pytest

from kitchens.models import Kitchen
from kitchens.ports import ports
from kitchens.queries.data import newest
from tests.three_domains import ThreeDomains

TENTH = "SELECT number, day, cents / 10.0 AS amount FROM sales.raw"


@pytest.fixture
def child(three: ThreeDomains) -> Kitchen:
    """A kitchen that has changed sales/orders."""
    kitchen = three.child()
    three.save("sales/orders", {"orders.sql": TENTH}, kitchen)
    return kitchen


def stands(kitchen: Kitchen) -> list[tuple[str, str]]:
    found = ports.tests_of(kitchen.pk, newest(kitchen).pk)
    return [(one.recipe, one.state) for one in found.runs]


def test_a_changed_recipe_that_was_not_run_is_missing(three: ThreeDomains, child: Kitchen) -> None:
    verdict = ports.tests_of(child.pk, newest(child).pk)

    assert not verdict.green
    assert [one.sentence for one in verdict.not_green] == ["sales/orders has not been run on this commit."]


def test_a_green_run_of_exactly_this_commit_counts_and_names_its_run(
    three: ThreeDomains, child: Kitchen
) -> None:
    run = three.run("orders", domain="sales", kitchen=child)

    verdict = ports.tests_of(child.pk, newest(child).pk)

    assert verdict.green
    assert [(one.run, one.variation) for one in verdict.runs] == [(run.pk, "production")]


def test_a_later_commit_voids_it(three: ThreeDomains, child: Kitchen) -> None:
    three.run("orders", domain="sales", kitchen=child)

    three.save("finance/revenue", {"daily.sql": "SELECT day, 1 AS revenue FROM sales.orders"}, child)

    assert stands(child) == [("finance/revenue", "missing"), ("sales/orders", "missing")]


def test_a_red_run_and_a_run_of_a_few_nodes_do_not_count(three: ThreeDomains, child: Kitchen) -> None:
    three.run("orders", domain="sales", kitchen=child, nodes=["load"])
    assert stands(child) == [("sales/orders", "missing")]

    three.save("sales/orders", {"orders.sql": TENTH + " WHERE number = 1"}, child)
    three.run("orders", domain="sales", kitchen=child)
    assert stands(child) == [("sales/orders", "red")]


def test_what_the_parent_changed_meanwhile_is_not_the_kitchens_to_run(
    three: ThreeDomains, child: Kitchen
) -> None:
    three.save("marketing/campaigns", {"effect.sql": "SELECT day, revenue AS effect FROM finance.revenue"})

    assert stands(child) == [("sales/orders", "missing")]
