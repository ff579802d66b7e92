"""What a merge request would do, told before anything ran: who in other domains reads what it takes away."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kitchens.core.git.rough import tree_of
from kitchens.models import MergeRequest, Person
from kitchens.ports import ports
from kitchens.queries.data import newest
from recipes.models import OrderRun
from recipes.queries.impact import impact_between
from tests.three_domains import ThreeDomains, candidate_of, changed


@pytest.fixture
def change(three: ThreeDomains):
    """Return the impact of files saved in a kitchen made from production as it is."""

    def told(recipe: str, **files: str):
        child = three.child()
        three.save(recipe, files, child)
        return ports.impact(three.request(child).pk)

    return told


def test_a_removed_column_is_named_at_its_reader_in_another_domain(three: ThreeDomains, change) -> None:
    impact = change("sales/orders", **{"orders.sql": "SELECT number, day FROM sales.raw"})

    assert OrderRun.objects.count() == 0
    assert [one.sentence for one in impact.schemas] == ["sales.orders loses the column amount."]
    first = impact.breaking[0]
    assert (first.recipe, first.node, first.file, first.line) == ("finance/revenue", "daily", "daily.sql", 4)
    assert first.sentence == (
        "finance/revenue, node daily (daily.sql line 4) reads sales.orders.amount, which this change removes."
    )
    assert first.elsewhere


def test_a_test_that_loses_its_column_is_named_too(change) -> None:
    impact = change("sales/orders", **{"orders.sql": "SELECT number, day FROM sales.raw"})

    said = [one.sentence for one in impact.breaking if one.kind == "test"]
    assert said == [
        "sales/orders, test 'amounts are there' (recipe.yaml line 12) reads sales.orders.amount,"
        " which this change removes."
    ]


def test_a_rename_is_told_from_a_removal(change) -> None:
    impact = change(
        "sales/orders", **{"orders.sql": "SELECT number, day, cents / 100.0 AS total FROM sales.raw"}
    )

    assert [one.sentence for one in impact.schemas] == ["sales.orders.amount is renamed to total."]
    assert "which this change renames to total." in impact.breaking[0].sentence


def test_a_new_type_is_told_where_both_are_certain(three: ThreeDomains, change) -> None:
    three.run_all()

    impact = change(
        "sales/orders",
        **{"orders.sql": "SELECT number, day, CAST(cents AS VARCHAR) AS amount FROM sales.raw"},
    )

    assert [one.what for one in impact.schemas] == ["retyped"]
    assert impact.schemas[0].sentence == "sales.orders.amount changes its type from DOUBLE to TEXT."


def test_all_that_is_made_from_it_is_reached_across_domains(change) -> None:
    impact = change(
        "sales/orders", **{"orders.sql": "SELECT number, day, cents / 10.0 AS amount FROM sales.raw"}
    )

    assert [one.dataset for one in impact.touched] == [
        "sales.orders", "finance.revenue", "marketing.effect", "sales.history",
    ]  # fmt: skip
    assert impact.other_domains == ("finance", "marketing")
    assert impact.downstream == ("finance/revenue", "marketing/campaigns")
    assert impact.breaking == ()


def test_a_dataset_nobody_writes_any_more_is_told_to_its_readers(change) -> None:
    recipe = """
        description: Nothing
        nodes:
          load: {kind: python, file: load.py, writes: sales.raw}
    """
    impact = change("sales/orders", **{"recipe.yaml": recipe})

    said = [one.sentence for one in impact.breaking]
    assert said == [
        "finance/revenue, node daily (daily.sql line 2) reads sales.orders,"
        " which no recipe writes any more after this change."
    ]
    assert len(impact.tests_removed) == 3


def test_code_that_seems_to_read_a_lost_column_is_a_hint_only(three: ThreeDomains, change) -> None:
    three.save(
        "marketing/letters",
        {
            "recipe.yaml": """
                description: Letters
                nodes:
                  write: {kind: python, file: write.py, reads: [sales.orders]}
                  by_hand: {kind: python, file: other.py, reads: [sales.orders]}
            """,
            "write.py": "def run(context):\n    for row in context.read('sales.orders'):\n        row['amount']\n",
            "other.py": "def run(context):\n    pass  # no amount here\n",
        },
    )

    impact = change("sales/orders", **{"orders.sql": "SELECT number, day FROM sales.raw"})

    assert [one.sentence for one in impact.possible] == [
        "marketing/letters, node write (write.py line 3) seems to read sales.orders.amount, which this change removes."
    ]


def test_nothing_is_asked_twice_while_nothing_moves(three: ThreeDomains) -> None:
    child = three.child()
    three.save("sales/orders", {"orders.sql": "SELECT number, day FROM sales.raw"}, child)
    request = three.request(child)
    ports.impact(request.pk)

    with CaptureQueriesContext(connection) as seen:
        ports.impact(request.pk)

    assert len(seen) == 4


def test_a_type_that_only_takes_more_is_a_hint(three: ThreeDomains) -> None:
    three.run_all()
    child = three.child()
    three.save("sales/orders", {"orders.sql": "SELECT number, day, cents::INTEGER AS amount FROM sales.raw"})
    three.run("orders", domain="sales")
    three.save(
        "sales/orders", {"orders.sql": "SELECT number, day, cents::BIGINT AS amount FROM sales.raw"}, child
    )
    three.kitchen.refresh_from_db()

    impact = impact_between(
        newest(three.kitchen).commit, tree_of(settings.MESH_REPOSITORY, newest(child).commit), three.kitchen
    )

    assert [one.sentence for one in impact.schemas] == [
        "sales.orders.amount changes its type from INT to BIGINT."
    ]
    assert impact.breaking == ()
    assert len(impact.possible) == 2


def test_what_python_makes_is_known_once_the_candidate_has_made_it(ran: ThreeDomains) -> None:
    load = ran.read("sales/orders", "load.py").replace("n * 100", "str(n * 100)")
    sql = "SELECT number, day, CAST(cents AS INTEGER) / 100.0 AS amount FROM sales.raw"
    child = changed(ran, "sales/orders", **{"load.py": load, "orders.sql": sql})
    assert ports.impact(ran.request(child).pk).schemas == ()
    MergeRequest.objects.all().delete()

    request = candidate_of(ran, child)

    assert request.candidate_state == "green"
    impact = ports.impact(request.pk)
    assert [one.sentence for one in impact.schemas] == [
        "sales.raw.cents changes its type from BIGINT to VARCHAR."
    ]
    assert impact.breaking == ()
    assert impact.possible[0].sentence == (
        "sales/orders, node orders (orders.sql line 1) reads sales.raw.cents,"
        " which this change turns from BIGINT into VARCHAR. It ran green in the candidate."
    )


def test_the_impact_is_told_by_url(three: ThreeDomains) -> None:
    child = changed(three, "sales/orders", **{"orders.sql": "SELECT number, day FROM sales.raw"})
    request = three.request(child)
    client = Client()
    client.force_login(Person.objects.create_user("ann", password="calm control room", role="viewer"))

    told = client.get(f"/api/v1/merges/{request.pk}/impact").json()

    assert told["recipes"][0]["recipe"] == "sales/orders"
    assert told["domains"] == ["sales", "finance", "marketing"]
    assert [one["file"] for one in told["findings"]] == ["daily.sql", "recipe.yaml"]
    assert told["touched"][0] == "sales.orders"
