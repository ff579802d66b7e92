"""What a candidate need not make: it is the target's, or the kitchen has made it already."""

from __future__ import annotations

from kitchens.actions import merges
from kitchens.models import Connection
from kitchens.queries.data import resolve_ids
from recipes.models import NodeRun
from tests.three_domains import TENTH, ThreeDomains, candidate_of, changed, does


def test_what_the_kitchen_has_made_already_is_taken_over(ran: ThreeDomains) -> None:
    child = changed(ran, "sales/orders", **{"orders.sql": TENTH})
    made = ran.run("orders", domain="sales", kitchen=child)
    ran.run("revenue", domain="finance", kitchen=child)
    before = NodeRun.objects.count()

    request = candidate_of(ran, child)

    assert request.candidate_state == "green"
    assert does(request) == {
        "load": "reused", "orders": "runs", "history": "kept", "tell": "left_out",
        "daily": "runs", "count": "reused", "effect": "runs",
    }  # fmt: skip
    assert made.status == "succeeded"
    assert NodeRun.objects.count() == before + 4


def test_a_node_with_the_inputs_of_production_is_taken_over_from_the_kitchen(ran: ThreeDomains) -> None:
    child = changed(ran, "sales/orders", **{"orders.sql": TENTH})
    made = ran.run("orders", domain="sales", kitchen=child, nodes=["orders"])
    before = set(NodeRun.objects.values_list("pk", flat=True))

    request = candidate_of(ran, child)

    assert request.candidate_state == "green"
    assert does(request)["orders"] == "from_source"
    step = request.candidate_plan["steps"][0]
    assert step["note"] == f"Data of run {made.pk} is taken over."
    assert sorted(NodeRun.objects.exclude(pk__in=before).values_list("node", flat=True)) == [
        "daily",
        "effect",
        "history",
    ]
    assert made.node_runs.get(node="orders").outcome["snapshots"]["sales.orders"] in (
        resolve_ids(request.candidate).values()
    )


def test_a_range_that_is_named_is_rebuilt_with_its_values(ran: ThreeDomains) -> None:
    recipe = ran.read("sales/orders", "recipe.yaml").replace(
        "{sales.history: append}", "{sales.history: {replace_partition: day}}"
    )
    ran.save("sales/orders", {"recipe.yaml": recipe})
    ran.run("orders", domain="sales")
    child = changed(
        ran, "sales/orders", **{"history.sql": "SELECT day, 9 AS orders FROM sales.orders GROUP BY day"}
    )
    ann = ran.person("ann", "operator")
    request = merges.open_request(child, ran.kitchen, title="A change", by=ann, now=ran.now)
    kept = merges.start_candidate(request, by=ann, now=ran.now)
    ran.work()
    assert does(kept)["history"] == "kept"

    values = {"sales/orders": {"day": "2026-03-09"}}
    merges.start_candidate(request, rebuild=values, by=ann, now=ran.now)
    ran.work()

    request.refresh_from_db()
    assert (request.candidate_state, does(request)["history"]) == ("green", "runs")
    assert request.candidate_plan["rebuild"] == values
    assert [row[1] for row in ran.rows("sales.history", request.candidate)] == [9]


def test_a_candidate_of_its_own_secrets_is_not_taken_over(ran: ThreeDomains) -> None:
    child = changed(ran, "sales/orders", **{"load.py": ran.read("sales/orders", "load.py") + "\n# another\n"})
    ran.run("orders", domain="sales", kitchen=child)
    Connection.objects.create(name="own", kitchen=child, kind="postgresql", created_at=ran.now)

    request = candidate_of(ran, child)

    assert does(request)["load"] == "runs"


def test_a_changed_load_of_the_kitchen_is_promoted_with_its_data(ran: ThreeDomains) -> None:
    child = changed(ran, "sales/orders", **{"load.py": ran.read("sales/orders", "load.py") + "\n# another\n"})
    ran.run("orders", domain="sales", kitchen=child)
    before = ran.ledger().count("load")

    request = candidate_of(ran, child)

    assert request.candidate_state == "green"
    assert {name: what for name, what in does(request).items() if name in ("load", "orders", "history")} == {
        "load": "from_source", "orders": "from_source", "history": "kept",
    }  # fmt: skip
    assert ran.ledger().count("load") == before
