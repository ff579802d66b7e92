"""The mesh as a graph."""

from __future__ import annotations

from monitoring.core.mesh import around, mesh_of


def node(reads=(), writes=()):
    return {"reads": list(reads), "writes": [{"dataset": name} for name in writes]}


SPECS = {
    "reference/airports": {"nodes": {"load": node((), ["reference.airports"])}},
    "flights/daily": {
        "nodes": {
            "load": node((), ["flights.raw"]),
            "clean": node(["flights.raw", "reference.airports"], ["flights.clean"]),
        }
    },
    "finance/costs": {"nodes": {"sum_up": node(["flights.clean"], ["finance.costs"])}},
}
MESH = mesh_of(SPECS)


def test_edges_lead_from_datasets_to_readers_and_from_recipes_to_what_they_write():
    assert ("dataset:reference.airports", "recipe:flights/daily") in MESH.edges
    assert ("recipe:flights/daily", "dataset:flights.clean") in MESH.edges


def test_what_a_recipe_reads_of_its_own_is_no_edge():
    assert ("dataset:flights.raw", "recipe:flights/daily") not in MESH.edges


def test_a_dataset_knows_what_it_was_made_from_and_what_is_made_from_it():
    assert MESH.made_from["flights.clean"] == {"flights.raw", "reference.airports"}
    assert MESH.made_into("flights.clean") == {"finance.costs"}


def test_readers_are_the_recipes_of_others():
    assert MESH.readers("flights.clean") == {"finance/costs"}


def test_domains_depend_on_those_whose_datasets_they_read():
    assert MESH.between_domains == (("flights", "finance"), ("reference", "flights"))


def test_one_hop_down_passes_the_reading_recipe_and_says_that_there_is_more():
    near = around(MESH, ["dataset:reference.airports"], up=0, down=1)

    assert set(near.things) == {
        "dataset:reference.airports",
        "recipe:flights/daily",
        "dataset:flights.raw",
        "dataset:flights.clean",
    }
    assert near.further_down == {"dataset:flights.clean"}


def test_a_focus_that_does_not_exist_has_no_neighbourhood():
    assert around(MESH, ["dataset:nowhere.nothing"], up=2, down=2).things == ()
