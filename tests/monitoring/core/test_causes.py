"""Which cause stands first, from plain facts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from monitoring.core.causes import (
    Case,
    Changes,
    CodeChange,
    DataChange,
    Slice,
    TestChange,
    Upstream,
    ValueChange,
    rank,
)

CASE = Case(
    test="enough rows", node="clean", check="row_count", dataset="a.clean", columns=("n",), verdict="fail",
    sentence="a.clean has 40 rows.", measure=40.0, measure_before=100.0, changes=Changes(against=7),
)  # fmt: skip
CODE = CodeChange("clean.sql", "changed", 1, 1, ("clean",), "here")
LESS = DataChange("a.raw", "load", "made", 100, 40, 1, 2, behind=("load",))
VALUE = ValueChange(
    "least", "1", "9", "recipe", "", used=True, by_test=False, of_time=False, overridden=False
)
UP = Upstream("b/daily", "“whole”", "It is red.", "b.raw", 1, began=True)


def kinds(case: Case = CASE, **changes: Any) -> list[str]:
    return [cause.kind for cause in rank(replace(case, changes=replace(case.changes, **changes)))]


def test_without_evidence_the_cause_is_unknown() -> None:
    assert kinds() == ["unknown"]


@pytest.mark.parametrize(
    ("changes", "first"),
    [
        ({"code": (CODE,)}, "code"),
        ({"data": (LESS,)}, "partial"),
        ({"data": (replace(LESS, rows=300),)}, "surplus"),
        ({"values": (VALUE,)}, "value"),
        ({"tests": (TestChange("It was tightened."),)}, "test"),
        ({"data": (replace(LESS, rows=100, removed=("n",)),)}, "schema"),
        ({"data": (replace(LESS, role="reference", rows=90),)}, "reference"),
        ({"data": (replace(LESS, role="input", rows=100, snapshot=1),)}, "late"),
    ],
)
def test_what_changed_alone_stands_first(changes: dict[str, Any], first: str) -> None:
    assert kinds(**changes)[0] == first


def test_fewer_rows_are_no_cause_where_the_code_before_them_changed() -> None:
    before = replace(CODE, path="load.py", nodes=("load",), place="upstream")

    assert kinds(code=(before,), data=(LESS,)) == ["code"]


def test_a_limit_that_the_rows_of_before_would_break_too_comes_before_fewer_rows() -> None:
    tightened, fewer = TestChange("It was tightened."), replace(LESS, dataset="a.clean", rows=95)

    assert kinds(tests=(tightened,), data=(fewer,)) == ["partial", "test"]
    assert kinds(tests=(replace(tightened, red_before=True),), data=(fewer,)) == ["test", "partial"]


def test_a_verdict_is_not_called_unsteady_where_what_was_loaded_is_another() -> None:
    shops = replace(LESS, role="reference", rows=100, alike=True)
    loaded = replace(LESS, rows=100, loaded=True)

    assert "flaky" not in kinds(data=(shops, loaded))
    assert "flaky" in kinds(data=(shops, replace(loaded, alike=True)))


def test_a_list_written_anew_with_the_same_rows_is_no_cause() -> None:
    anew = replace(LESS, role="reference", rows=100)

    assert kinds(data=(anew,)) == ["reference"]
    assert "reference" not in kinds(data=(replace(anew, alike=True),))


def test_a_change_of_comments_alone_is_no_cause_and_hides_no_other() -> None:
    tidied = replace(CODE, path="load.py", nodes=("load",), place="upstream", same=True)

    assert kinds(code=(tidied,)) == ["unknown"]
    assert kinds(code=(tidied,), data=(LESS,)) == ["partial"]


def test_a_date_that_moves_from_run_to_run_is_no_cause() -> None:
    assert kinds(values=(replace(VALUE, of_time=True),)) == ["unknown"]
    assert kinds(values=(replace(VALUE, of_time=True, overridden=True),)) == ["value"]


def test_a_value_nobody_uses_is_no_cause() -> None:
    assert kinds(values=(replace(VALUE, used=False),)) == ["unknown"]


def test_the_farthest_red_upstream_is_the_root() -> None:
    far = replace(UP, name="c/lists", level=3)

    first = rank(replace(CASE, upstream=(UP, far), changes=Changes(against=7, code=(CODE,))))[0]

    assert first.kind == "upstream"
    assert first.sentence.startswith("c/lists")


def test_a_test_upstream_stands_before_the_monitor_that_is_red_with_it() -> None:
    monitor = replace(UP, what="“monitor.volume.raw”", automatic=True)

    causes = rank(replace(CASE, upstream=(monitor, UP)))

    assert [cause.sentence for cause in causes] == ["b/daily is red upstream: “whole”."]
    assert causes[0].evidence[-1] == "Red there with it: “monitor.volume.raw”."


def test_a_monitor_alone_is_less_sure_than_a_change_of_the_code_here() -> None:
    both = replace(CASE, upstream=(replace(UP, automatic=True),), changes=Changes(against=7, code=(CODE,)))

    assert [cause.kind for cause in rank(both)] == ["code", "upstream"]


def test_what_was_red_upstream_while_this_was_green_is_no_cause() -> None:
    assert kinds(replace(CASE, upstream=(replace(UP, began=False),))) == ["unknown"]


def test_a_test_that_measured_the_same_before_was_changed_for_certain() -> None:
    same = replace(
        CASE, measure_before=40.0, changes=Changes(against=7, tests=(TestChange("Tightened."),), code=(CODE,))
    )

    assert [cause.kind for cause in rank(same)][:2] == ["test", "code"]


def test_a_slice_needs_lift() -> None:
    strong = Slice("store", "14", 1.0, 0.01, 100.0, 50, 50)

    assert kinds(replace(CASE, slices=(strong,))) == ["slice"]
    assert kinds(replace(CASE, slices=(replace(strong, lift=1.1),)))[0] == "unknown"


def test_the_same_everything_with_another_verdict_is_unsteady() -> None:
    same = replace(LESS, role="input", rows=100, snapshot=1)

    assert kinds(replace(CASE, check="unique"), data=(same,))[0] == "flaky"
