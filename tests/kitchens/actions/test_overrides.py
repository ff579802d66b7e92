"""Overrides: several at once or none, checked against the recipes, kept by the kitchen alone."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from django.db import connection

from hub.common.errors import ConflictError, InvalidError, NotAllowedError
from kitchens.actions import provision
from kitchens.actions.kitchens import create_kitchen
from kitchens.actions.members import set_member
from kitchens.actions.overrides import OverrideFaults, change_overrides
from kitchens.core.provision import Choices
from kitchens.core.roles import THE_HUB
from kitchens.models import AuditEntry, Kitchen, Person
from kitchens.queries.data import newest
from kitchens.queries.overrides import effective_overrides, override_layers
from recipes.core.plan import Plan
from tests.small_mesh import SmallMesh

pytestmark = pytest.mark.django_db(transaction=True)
RECIPE = """
description: Values of every kind
values:
  day: {type: date, default: "2026-01-01"}
  least: {type: integer, default: 5, min: 0, max: 100}
  colour: {type: text, default: red, choices: [red, green]}
  limits: {type: dictionary, default: {min: 1, max: 9, label: usual}}
  sink: {type: text, default: nowhere, protected: true}
nodes:
  only: {kind: synchronise}
variations: {production: {values: {least: 7}}, plain: {}}
"""
OTHER = 'description: Another\nvalues: {least: {type: text, default: "a"}, day: {type: date, default: "2026-02-02"}}\n'


@pytest.fixture
def mesh(hub_home, tmp_path: Path) -> SmallMesh:
    mesh = SmallMesh(tmp_path)
    mesh.write("daily", {"recipe.yaml": RECIPE})
    return mesh


@pytest.fixture
def sandbox(mesh) -> Kitchen:
    return mesh.child()


def change(mesh, kitchen, given=None, unset=(), by=THE_HUB, **more):
    return change_overrides(kitchen, given=given, unset=unset, by=by, now=mesh.now, **more)


def values(mesh, kitchen, variation="plain", **facts):
    return Plan.model_validate(mesh.order(kitchen=kitchen, variation=variation, **facts).plan).values


def faults(mesh, kitchen, given=None, unset=(), by=THE_HUB) -> dict[str, str]:
    with pytest.raises(OverrideFaults) as caught:
        change(mesh, kitchen, given, unset, by)
    return caught.value.faults


def test_several_are_set_and_unset_in_one_revision(mesh, sandbox):
    change(mesh, sandbox, {"least": "8", "colour": "green"})
    revision = change(mesh, sandbox, {"day": "2026-03-03"}, ["colour"])

    assert revision.overrides == {"least": 8, "day": "2026-03-03"}
    assert (revision.number, revision.cause) == (3, "override")
    assert revision.note == "Overrides: set day; unset colour"


def test_one_that_does_not_fit_lets_none_through_and_each_is_told(mesh, sandbox):
    found = faults(
        mesh,
        sandbox,
        {"least": "many", "colour": "blue", "day": "2026-03-03", "lest": 1, "a b": 1, "other/one:day": 1},
        ["limits"],
    )

    assert found["least"].startswith("many is not a whole number")
    assert found["colour"].startswith("blue is not one of red, green")
    assert found["lest"] == "No recipe of this kitchen has a value lest. Did you mean least?"
    assert found["other/one:day"] == "The recipe other/one has no value day."
    assert found["limits"] == "It is not set in this kitchen."
    assert found.keys() == {"least", "colour", "lest", "a b", "other/one:day", "limits"}
    assert newest(sandbox).overrides == {}


def test_limits_of_the_declaration_hold(mesh, sandbox):
    assert "above the most allowed" in faults(mesh, sandbox, {"least": 101})["least"]


def test_a_key_of_a_dictionary_keeps_its_type(mesh, sandbox):
    assert "not a number" in faults(mesh, sandbox, {"limits.max": "high"})["limits.max"]
    assert "has no keys inside" in faults(mesh, sandbox, {"least.max": 1})["least.max"]
    change(mesh, sandbox, {"limits.max": "12", "limits.new": "true"})

    value = values(mesh, sandbox)["limits"]
    assert value.value == {"min": 1, "max": 12, "label": "usual", "new": True}
    assert (value.origin, value.paths) == ("kitchen", {"max": "sandbox", "new": "sandbox"})


def test_a_value_that_means_two_things_is_set_for_one_recipe(mesh, sandbox):
    nodes = "nodes: {only: {kind: synchronise}}\n"
    mesh.write("other", {"recipe.yaml": OTHER + nodes}, sandbox)

    assert "Set it for one recipe" in faults(mesh, sandbox, {"least": "9"})["least"]
    change(mesh, sandbox, {"flights/daily:least": "9", "day": "2026-05-05"})
    assert values(mesh, sandbox)["least"].value == 9
    assert values(mesh, sandbox, "default", recipe="other")["least"].value == "a"


def test_a_child_keeps_its_own_and_sees_its_parents_as_they_were_pinned(mesh):
    change(mesh, mesh.kitchen, {"least": 20, "colour": "green"})
    sandbox = mesh.child()
    change(mesh, sandbox, {"least": 30})
    deeper = create_kitchen(name="deeper", parent=sandbox, ends_on=sandbox.ends_on, by=THE_HUB, now=mesh.now)
    change(mesh, mesh.kitchen, {"colour": "red"})

    assert newest(sandbox).overrides == {"least": 30}
    assert newest(deeper).overrides == {}
    found = values(mesh, deeper)
    assert (found["least"].value, found["least"].kitchen) == (30, "sandbox")
    assert (found["colour"].value, found["colour"].kitchen) == ("green", "production")
    assert effective_overrides(newest(deeper)) == {"least": 30, "colour": "green"}


def test_an_override_comes_before_the_variation_and_an_order_before_it(mesh, sandbox):
    assert values(mesh, sandbox, "production")["least"].value == 7
    change(mesh, sandbox, {"least": 8})

    assert values(mesh, sandbox, "production")["least"].value == 8
    assert values(mesh, sandbox, "production", values={"least": 9})["least"].origin == "order"


def test_layers_of_a_child_of_production_cost_no_query(mesh, sandbox, django_assert_num_queries):
    revision = newest(sandbox)
    with django_assert_num_queries(0):
        override_layers(revision)


def test_a_waiting_run_is_planned_anew_with_overrides_set_meanwhile(mesh, sandbox):
    run = mesh.order(kitchen=sandbox, variation="plain")
    change(mesh, sandbox, {"least": 44})
    mesh.work()
    run.refresh_from_db()

    assert run.plan["values"]["least"]["value"] == 44


def test_a_protected_value_is_locked_for_all_but_operators_of_the_hub(mesh, sandbox):
    dee, op = mesh.person("dee", "developer"), mesh.person("op", "operator")
    set_member(sandbox, Person.objects.get(username="dee"), "operator", by=THE_HUB, now=mesh.now)
    said = "flights/daily protects sink: only an operator of the hub overrides it."

    assert faults(mesh, sandbox, {"sink": "x"}, by=dee) == {"sink": said}
    change(mesh, sandbox, {"sink": "x"}, by=op)
    assert faults(mesh, sandbox, unset=["sink"], by=dee) == {"sink": said}
    with pytest.raises(Exception, match="is protected: only an operator of the hub sets it"):
        mesh.order(kitchen=sandbox, by=dee, values={"sink": "mine"})


@pytest.mark.parametrize("how", ["protected", "retired"])
def test_a_protected_or_retired_kitchen_takes_none(mesh, sandbox, how):
    Kitchen.objects.filter(pk=sandbox.pk).update(
        **({"protected": True} if how == "protected" else {"state": "retired"})
    )
    sandbox.refresh_from_db()

    with pytest.raises(ConflictError, match=how):
        change(mesh, sandbox, {"least": 8})


def test_production_needs_an_operator_and_a_viewer_sets_none(mesh, sandbox):
    with pytest.raises(NotAllowedError, match="needs the role operator"):
        change(mesh, mesh.kitchen, {"least": 8}, by=mesh.person("dee", "developer"))
    with pytest.raises(NotAllowedError, match="needs the role developer"):
        change(mesh, sandbox, {"least": 8}, by=mesh.person("vera", "viewer"))


def test_what_changes_nothing_makes_no_revision(mesh, sandbox):
    first = change(mesh, sandbox, {"least": 8})

    assert change(mesh, sandbox, {"least": "8"}).number == first.number


def test_whoever_looked_at_an_older_revision_is_told(mesh, sandbox):
    change(mesh, sandbox, {"least": 8})

    with pytest.raises(ConflictError, match="has moved on"):
        change(mesh, sandbox, {"least": 9}, expected_head=1)


def test_the_audit_names_keys_and_holds_no_values(mesh, sandbox):
    change(mesh, sandbox, {"day": "2031-12-13"})

    entry = AuditEntry.objects.get(what="override.changed")
    assert entry.details == {"set": ["day"], "unset": []}
    assert "2031" not in str(list(AuditEntry.objects.values()))


def test_of_two_at_once_nothing_is_lost(mesh, sandbox):
    def put(key: str) -> None:
        change(mesh, sandbox, {key: 20})
        connection.close()

    threads = [threading.Thread(target=put, args=[key]) for key in ("least", "flights/daily:least")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert newest(sandbox).overrides == {"least": 20, "flights/daily:least": 20}
    assert newest(sandbox).number == 3


def test_nor_does_a_developer_set_a_protected_value_by_making_a_kitchen_with_it(mesh):
    developer, operator = (mesh.person(name, name) for name in ("developer", "operator"))
    choices = Choices(name="mine", overrides={"sink": "elsewhere"})

    with pytest.raises(InvalidError, match="protects sink: only an operator of the hub sets it"):
        provision.create(choices, by=developer, now=mesh.now)
    assert newest(provision.create(choices, by=operator, now=mesh.now)).overrides == {"sink": "elsewhere"}
