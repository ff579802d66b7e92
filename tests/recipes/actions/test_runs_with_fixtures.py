"""Runs in which small tables of the recipe stand in for data: the same tests, and nothing else is touched."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from hub.common.errors import InvalidError, MissingError
from kitchens.core.roles import THE_HUB
from kitchens.models import Kitchen, Person, Pointer, Revision
from kitchens.ports import ports
from kitchens.queries.data import newest
from monitoring.actions.episodes import sweep
from monitoring.models import Episode
from recipes.actions import runs
from recipes.actions.files import FaultyRecipeError
from recipes.actions.orders import place_order
from recipes.models import OrderRun, TestResult, TestSeries
from tests.small_mesh import DOMAIN, SmallMesh, statuses

LOAD = """
    def run(context):
        with open("{folder}/ledger", "a") as ledger:
            ledger.write("load\\n")
        context.write("flights.raw", [{"day": context.values["day"], "n": n} for n in range(3)])
"""
RECIPE = """
    description: What was flown, with the price of a flight
    values:
      day: {type: date, default: "{{ yesterday }}"}
    nodes:
      load: {kind: python, file: load.py, writes: flights.raw}
      price: {kind: sql, file: price.sql, writes: flights.priced}
    tests:
      enough rows: {node: load, check: row_count, dataset: flights.raw, min: 2}
      usual rows: {node: load, check: row_count_anomaly, dataset: flights.raw}
      of yesterday: {node: load, check: in_set, dataset: flights.raw, column: day, values: ["{{ day }}"]}
      all have a price: {node: price, check: not_null, dataset: flights.priced, column: price}
    fixtures:
      small: {description: Two flights, as_of: 2026-02-02}
    variations:
      production: {}
"""
PRICE = "SELECT r.n, l.price FROM flights.raw r LEFT JOIN flights.list l ON l.n = r.n"
RAW = "day,n\n2026-02-01,1\n2026-02-01,2\n"
LIST = "n,price\n1,10.5\n2,20\n"
SMALL = {"fixtures/small/flights.raw.csv": RAW, "fixtures/small/flights.list.csv": LIST}
FILES = {"recipe.yaml": RECIPE, "load.py": LOAD, "price.sql": PRICE}


@pytest.fixture(params=["embedded", "postgresql"])
def store(request, settings) -> None:
    settings.DEFAULT_STORE = request.param
    if request.param == "postgresql":
        settings.STORE_URL = request.getfixturevalue("postgres_url")


@pytest.fixture
def sandbox(store, mesh: SmallMesh) -> Kitchen:
    return laid(mesh)


def laid(mesh: SmallMesh, **files: str) -> Kitchen:
    """A kitchen of production, with the recipe and its fixtures."""
    mesh.write("daily", FILES | SMALL | files)
    return mesh.child()


def run(mesh: SmallMesh, kitchen: Kitchen, fixtures: str = "small", **facts) -> OrderRun:
    return mesh.run(kitchen=kitchen, fixtures=fixtures, **facts)


def test_every_test_judges_the_tables_and_nothing_is_published(mesh, sandbox):
    before = (Revision.objects.count(), Pointer.objects.count())

    green = run(mesh, sandbox)

    verdicts = dict(TestResult.objects.filter(run=green).values_list("test", "verdict"))
    assert (green.status, green.reason, green.published) == ("succeeded", "", None)
    assert statuses(green) == {"fixtures": "succeeded", "load": "succeeded", "price": "succeeded"}
    assert verdicts == {
        "enough rows": "pass",
        "usual rows": "learning",
        "of yesterday": "pass",
        "all have a price": "pass",
    }
    assert (Revision.objects.count(), Pointer.objects.count()) == before
    assert mesh.ledger() == []
    assert mesh.rows("flights.priced", sandbox) == []


def test_a_wrong_table_turns_the_test_red_and_is_part_of_no_history(mesh, store):
    kitchen = laid(mesh, **{"fixtures/small/flights.list.csv": "n,price\n1,10.5\n"})

    red = run(mesh, kitchen)
    sweep(mesh.now)

    result = TestResult.objects.get(run=red, test="all have a price")
    assert (red.status, result.verdict, result.n_fail, result.series) == ("failed", "fail", 1, None)
    assert not TestSeries.objects.exists()
    assert not Episode.objects.exists()


def test_what_it_finds_is_what_a_run_on_the_same_data_finds(mesh, store):
    kitchen = laid(mesh)
    for name, table in (("raw", "SELECT DATE '2026-02-01' AS day, n FROM (VALUES (1), (2)) t(n)"),
                        ("list", "SELECT n, price FROM (VALUES (1, 10.5), (2, NULL)) t(n, price)")):  # fmt: skip
        recipe = f"description: x\nnodes:\n  make: {{kind: sql, file: q.sql, writes: flights.{name}}}\n"
        mesh.write(f"make-{name}", {"recipe.yaml": recipe, "q.sql": table}, kitchen)
        assert mesh.run(f"make-{name}", variation="default", kitchen=kitchen).status == "succeeded"
    mesh.write("daily", {"fixtures/small/flights.list.csv": "n,price\n1,10.5\n2,\n"}, kitchen)

    on_tables = run(mesh, kitchen)
    on_data = mesh.run(kitchen=kitchen, nodes=["price"])

    found = [
        TestResult.objects.values_list("verdict", "sentence", "n_scope", "n_fail").get(
            run=one, test="all have a price"
        )
        for one in (on_tables, on_data)
    ]
    assert found[0] == found[1]
    assert found[0][0] == "fail"


def test_it_is_no_proof_for_a_merge_and_no_last_run_of_the_kitchen(mesh, sandbox):
    mesh.write("daily", {"price.sql": PRICE + " WHERE r.n > 0"}, sandbox)

    run(mesh, sandbox)

    (stands,) = ports.tests_of(sandbox.pk, newest(sandbox).pk).runs
    assert stands.state == "missing"
    assert ports.last_runs([sandbox.pk]) == {}


def test_it_is_refused_in_production(mesh, sandbox):
    with pytest.raises(InvalidError, match="it is not for production") as told:
        run(mesh, mesh.kitchen)

    assert told.value.field == "fixtures"
    assert not OrderRun.objects.exists()


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"fixtures/small/flights.list.csv": None}, "The node price reads flights.list, of which"),
        ({"fixtures/small/flights.raw.csv": None}, "reaches outside of the hub"),
    ],
)
def test_what_would_read_anything_else_is_refused_with_what_to_add(mesh, files, said):
    kitchen = laid(mesh)
    recipe = RECIPE.replace("file: load.py,", "file: load.py, effects: external,")
    kept = {path: text for path, text in SMALL.items() if path not in files}
    mesh.write(
        "other", {**FILES, "recipe.yaml": recipe.replace("flights.raw", "flights.raw")} | kept, kitchen
    )

    with pytest.raises(InvalidError, match=said) as told:
        run(mesh, kitchen, recipe="other")

    assert "fixtures/small/" in told.value.remedy or "Give tables" in told.value.remedy


def test_a_set_that_is_not_there_is_said(mesh, sandbox):
    with pytest.raises(MissingError, match="no fixtures 'smal'") as told:
        run(mesh, sandbox, "smal")

    assert told.value.remedy == "Did you mean small?"


def test_resumed_or_run_again_it_has_its_fixtures(mesh, store):
    kitchen = laid(mesh, **{"fixtures/small/flights.list.csv": "n,price\n1,10.5\n"})
    red = run(mesh, kitchen)

    resumed = runs.resume(red, by=THE_HUB, now=mesh.now)
    again = runs.rerun(red, by=THE_HUB, now=mesh.now)

    assert (resumed.fixtures, again.fixtures, again.writes) == ("small", "small", [])


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("fixtures/small/flights.raw.csv", "n\nx,y\n", "The row has 2 cells, the heading 1."),
        ("fixtures/small/raw.csv", "n\n1\n", "is no table of a set"),
        ("fixtures/flights.raw.csv", "n\n1\n", "is no table of a set"),
        ("fixtures/small/more/flights.raw.csv", "n\n1\n", "is no table of a set"),
        ("recipe.yaml", RECIPE.replace("small:", "large:"), "The set large has no table."),
        ("recipe.yaml", RECIPE.replace("2026-02-02", "soon"), "'soon' is no date or time."),
    ],
)
def test_a_wrong_fixture_is_a_fault_of_the_recipe(mesh, path, text, said):
    kitchen = laid(mesh)

    with pytest.raises(FaultyRecipeError, match=said):
        mesh.write("daily", {path: text}, kitchen)


def test_a_person_runs_it_from_the_page_of_the_recipe(mesh, sandbox):
    client = Client()
    client.force_login(Person.objects.create_user("dee", password="calm control room", role="developer"))
    there = ["sandbox", DOMAIN, "daily"]
    recipe = client.get(reverse("recipe-detail", args=there)).content.decode()
    order = reverse("order-new", args=[*there, "production"])
    form = client.get(order, {"fixtures": "small"}).content.decode()

    answer = client.post(order, {"fixtures": "small", "key": "k1"})
    mesh.work()
    page = client.get(answer.url).content.decode()

    assert f"{order}?fixtures=small" in recipe
    assert '<option value="small" selected>' in form
    assert "with the fixtures small, so nothing was published" in page


def test_the_api_takes_the_set_and_tells_of_it(mesh, sandbox):
    by = mesh.person("dee", "developer")

    placed = place_order(
        kitchen=sandbox, domain=DOMAIN, recipe="daily", variation="production", by=by, now=mesh.now,
        fixtures="small", idempotency_key="once",
    )  # fmt: skip

    assert placed.fixtures == "small"
