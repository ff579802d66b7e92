"""What a candidate runs, reuses and keeps, decided from plans alone."""

from __future__ import annotations

import pytest

from recipes.core.candidates import CandidatePlan, Step, Variation, cut_to, decide
from recipes.core.fingerprints import fingerprints
from recipes.core.plan import Plan
from recipes.core.spec.model import NodeSpec, TestSpec, WriteSpec

FILES = {"a.sql": "SELECT 1 AS n", "b.sql": "SELECT n FROM d.a", "c.sql": "SELECT n FROM d.b"}
THERE = {"d.a", "d.b", "d.c"}


def node(name: str, reads: str = "", mode: str = "replace", **facts) -> NodeSpec:
    writes = (WriteSpec(dataset=f"d.{name}", mode=mode),)
    needs = (reads.removeprefix("d."),) if reads.startswith("d.") else ()
    made = {
        "kind": "sql",
        "file": f"{name}.sql",
        "reads": (reads,) if reads else (),
        "needs": needs,
        "writes": writes,
    }
    return NodeSpec(name=name, **made | facts)


def plan(*nodes: NodeSpec, tests: tuple[TestSpec, ...] = ()) -> Plan:
    of = {one.name: tuple(test for test in tests if test.node == one.name) for one in nodes}
    kept = {name: found for name, found in of.items() if found}
    return Plan(domain="d", recipe="r", variation="p", commit="c", tree="t", nodes=nodes, tests=kept)


CHAIN = (node("a"), node("b", "d.a"), node("c", "d.b"))
ROWS = TestSpec(name="rows", node="c", check="row_count", dataset="d.c")


def does(new: Plan, files: dict[str, str] = FILES, *, old: Plan | None = None, **facts) -> dict[str, str]:
    changed: set[str] = facts.pop("changed", set())
    there = facts.pop("there", THERE)
    before = plan(*CHAIN, tests=(ROWS,)) if old is None else old
    variation = Variation(new, files, before, FILES, **facts)
    found = decide(variation, changed, there, "production")
    return {one.node: one.does + (" judged" if one.judged else "") for one in found}


def test_nothing_changed_is_nothing_run() -> None:
    assert set(does(plan(*CHAIN, tests=(ROWS,))).values()) == {"reused"}


def test_from_the_changed_node_on_everything_runs() -> None:
    new = FILES | {"b.sql": "SELECT n + 1 AS n FROM d.a"}

    assert does(plan(*CHAIN, tests=(ROWS,)), new) == {"a": "reused", "b": "runs", "c": "runs"}


def test_what_another_recipe_makes_anew_is_read_anew() -> None:
    outside = (node("a", "x.y"),)

    assert does(plan(*outside), old=plan(*outside), changed={"x.y"}) == {"a": "runs"}


@pytest.mark.parametrize("mode", ["append", "replace_partition", "merge"])
def test_what_adds_to_a_dataset_keeps_its_rows_and_is_judged(mode: str) -> None:
    new = FILES | {"c.sql": "SELECT n + 1 AS n FROM d.b"}
    chain = (*CHAIN[:2], node("c", "d.b", mode))

    assert does(plan(*chain, tests=(ROWS,)), new, old=plan(*chain, tests=(ROWS,)))["c"] == "kept judged"


@pytest.mark.parametrize(
    ("mode", "what"), [("append", "kept"), ("replace_partition", "runs"), ("merge", "runs")]
)
def test_a_named_range_is_rebuilt_but_never_added_twice(mode: str, what: str) -> None:
    new = FILES | {"c.sql": "SELECT n + 1 AS n FROM d.b"}
    chain = (*CHAIN[:2], node("c", "d.b", mode))

    assert does(plan(*chain), new, old=plan(*chain), ranged=True)["c"] == what


def test_what_acts_on_the_outside_never_runs() -> None:
    new = (*CHAIN[:2], node("c", "d.b", effects="external"))

    assert does(plan(*new, tests=(ROWS,)))["c"] == "left_out judged"


def test_another_test_judges_the_rows_that_are_there() -> None:
    sharper = ROWS.model_copy(update={"params": {"min": 9}})

    assert does(plan(*CHAIN, tests=(sharper,))) == {"a": "reused", "b": "reused", "c": "reused judged"}


def test_a_test_that_compares_with_something_made_anew_judges_again() -> None:
    test = TestSpec(
        name="fk", node="c", check="foreign_key", dataset="d.c", params={"column": "n", "to": "x.y.n"}
    )

    assert (
        does(plan(*CHAIN, tests=(test,)), old=plan(*CHAIN, tests=(test,)), changed={"x.y"})["c"]
        == "reused judged"
    )


@pytest.mark.parametrize("file", ["check.py", "helper.py"])
def test_another_program_of_a_test_judges_the_rows_that_are_there(file: str) -> None:
    test = TestSpec(name="ours", node="c", check="python_check", dataset="d.c", params={"file": "check.py"})
    same = plan(*CHAIN, tests=(test,))

    assert does(same, old=same)["c"] == "reused"
    assert does(same, FILES | {file: "def check(context): return 0"}, old=same)["c"] == "reused judged"


def test_a_node_is_not_the_same_where_a_test_runs_another_program() -> None:
    test = TestSpec(name="ours", node="a", check="python_check", dataset="d.a", params={"file": "check.py"})
    tested, untested = plan(*CHAIN, tests=(test,)), plan(*CHAIN)
    before, after = (FILES | {"check.py": f"def check(context): return {n}"} for n in (0, 1))

    assert fingerprints(tested, before)["a"] != fingerprints(tested, after)["a"]
    assert fingerprints(untested, before) == fingerprints(untested, after)


def test_what_the_target_never_had_is_made() -> None:
    append = (node("a", mode="append"),)

    assert does(plan(*append), old=plan(*append), there=set()) == {"a": "runs"}


def test_a_new_variation_runs_all_of_it() -> None:
    found = decide(Variation(plan(*CHAIN), FILES), set(), THERE, "production")

    assert {one.does for one in found} == {"runs"}


def test_a_cut_plan_waits_through_what_is_left_out() -> None:
    cut = cut_to(plan(*CHAIN, tests=(ROWS,)), runs=["a"], judged=["c"])

    assert [(one.name, one.kind, one.needs) for one in cut.nodes] == [
        ("a", "sql", ()),
        ("c", "synchronise", ("a",)),
    ]
    assert cut.writes() == ["d.a"]
    assert list(cut.tests) == ["c"]


def test_a_plan_survives_being_stored() -> None:
    found = decide(Variation(plan(*CHAIN), FILES), set(), THERE, "production")
    made = CandidatePlan((Step("d/r", "p", found, {"day": "2026-01-01"}),), reads=("d.a",), unproved=("x",))

    assert CandidatePlan.from_dict(made.as_dict()) == made
