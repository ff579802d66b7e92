"""What goes wrong: nodes that fail, hang or die, workers that go silent, runs that take too long."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from hub.common.errors import ConflictError
from kitchens.core.roles import THE_HUB
from kitchens.models import Connection
from recipes.actions import runs
from recipes.actions.runs.execute import execute_node
from recipes.actions.runs.work import take
from recipes.actions.sweep import sweep
from recipes.models import Attempt, OrderRun
from tests.small_mesh import SmallMesh, at_work, shell, statuses, until

FLAKY = """
    from pathlib import Path

    def run(context):
        ledger = Path("{folder}/ledger")
        with ledger.open("a") as out:
            out.write("load\\n")
        if ledger.read_text().count("load") <= 2:
            raise RuntimeError("the supplier is asleep")
        context.write("flights.raw", [{"n": 1}])
"""


def test_a_failed_node_is_tried_again_after_a_while(mesh: SmallMesh) -> None:
    recipe = """
        description: Flaky
        nodes:
          load: {kind: python, file: load.py, writes: flights.raw, retries: 3, backoff: 10}
        variations: {production: {}}
    """
    mesh.write("daily", {"recipe.yaml": recipe, "load.py": FLAKY})
    run = mesh.run()
    node = run.node_runs.get()
    assert (run.status, node.status, node.failures) == ("running", "waiting", 1)
    assert "the supplier is asleep" in node.reason
    assert 7.5 <= (node.ready_at - mesh.now).total_seconds() <= 12.5

    mesh.forward(5)
    assert sweep(mesh.now).retries == 0
    mesh.forward(8)
    assert sweep(mesh.now).retries == 1
    mesh.work()
    node.refresh_from_db()
    assert 15 <= (node.ready_at - mesh.now).total_seconds() <= 25  # doubled
    mesh.forward(25)
    sweep(mesh.now)
    mesh.work()

    run.refresh_from_db()
    assert run.status == "succeeded"
    assert mesh.ledger() == ["load"] * 3
    attempts = Attempt.objects.filter(node_run=node).values_list("number", "status")
    assert list(attempts) == [(1, "failed"), (2, "failed"), (3, "succeeded")]


def test_a_node_without_retries_left_fails_with_its_reason(mesh: SmallMesh) -> None:
    mesh.write("daily", shell("echo the disk is full >&2; exit 3"))

    run = mesh.run()

    assert run.status == "failed"
    assert run.reason.startswith("only: ")
    assert statuses(run) == {"only": "failed", "done": "skipped"}
    assert Attempt.objects.get(node_run__run=run).exit_code == 3


def test_a_node_past_its_limit_is_killed_and_says_so(mesh: SmallMesh) -> None:
    mesh.write("daily", shell("sleep 60", timeout="0.5"))
    began = time.monotonic()

    run = mesh.run()

    assert time.monotonic() - began < 20
    assert statuses(run) == {"only": "timed_out", "done": "skipped"}
    assert run.node_runs.get(node="done").reason == "Not run, because only took too long."
    assert "longer than its limit" in run.reason


def test_cancelling_kills_the_process_and_runs_nothing_more(mesh: SmallMesh) -> None:
    mesh.write("daily", shell("echo begun >> {folder}/ledger; sleep 60; echo ended >> {folder}/ledger"))
    run = mesh.order(now=datetime.now(UTC))

    with at_work(mesh):
        until(mesh.ledger)
        runs.cancel(run, by=THE_HUB, now=datetime.now(UTC))
        run.refresh_from_db()
        assert run.status in ("cancelling", "cancelled")

    run.refresh_from_db()
    assert (run.status, run.reason) == ("cancelled", "Cancelled by the hub.")
    assert statuses(run) == {"only": "cancelled", "done": "cancelled"}
    assert mesh.ledger() == ["begun"]


def test_a_run_past_its_limit_is_stopped_and_says_so(mesh: SmallMesh) -> None:
    mesh.write("daily", shell("echo begun >> {folder}/ledger; sleep 60"))
    real = datetime.now(UTC)
    run = mesh.order(variation="hurried", now=real)

    with at_work(mesh):
        until(mesh.ledger)
        OrderRun.objects.filter(pk=run.pk).update(timeout_at=real)
        assert sweep(datetime.now(UTC)).timeouts == 1

    run.refresh_from_db()
    assert (run.status, run.reason) == ("timed_out", "The run took longer than its limit of 30 seconds.")


def test_no_more_nodes_of_a_kitchen_run_at_a_time_than_it_allows(mesh: SmallMesh) -> None:
    mesh.write("daily", wide(4))
    mesh.kitchen.max_parallel_nodes = 2
    mesh.kitchen.save()
    run = mesh.order()

    claims = [take(f"worker-{n}", mesh.clock) for n in range(4)]

    assert [claim is not None for claim in claims] == [True, True, False, False]
    execute_node(claims[0], mesh.clock)
    assert sorted(statuses(run).values()) == ["queued", "running", "running", "succeeded"]


def test_no_more_nodes_use_a_connection_at_a_time_than_it_allows(mesh: SmallMesh) -> None:
    mesh.write("daily", wide(3, "connection: warehouse"))
    Connection.objects.create(name="warehouse", kind="postgresql", max_parallel=1, created_at=mesh.now)
    mesh.order()

    claims = [take(f"worker-{n}", mesh.clock) for n in range(3)]

    assert [claim is not None for claim in claims] == [True, False, False]


def wide(count: int, more: str = "") -> dict[str, str]:
    nodes = "\n".join(
        f"  n{number}: {{kind: shell, command: 'true'{', ' if more else ''}{more}}}"
        for number in range(count)
    )
    return {"recipe.yaml": f"description: wide\nnodes:\n{nodes}\nvariations: {{production: {{}}}}\n"}


def test_an_independent_branch_goes_on_after_a_failure(mesh: SmallMesh) -> None:
    recipe = """
        description: Two branches
        nodes:
          bad: {kind: shell, command: "exit 1"}
          worse: {kind: synchronise, needs: [bad]}
          good: {kind: shell, command: "true"}
          better: {kind: synchronise, needs: [good]}
          both: {kind: synchronise, needs: [worse, better]}
        variations: {production: {}}
    """
    mesh.write("daily", {"recipe.yaml": recipe})

    run = mesh.run()

    assert run.status == "failed"
    assert statuses(run) == {
        "bad": "failed",
        "worse": "skipped",
        "good": "succeeded",
        "better": "succeeded",
        "both": "skipped",
    }


def test_a_failed_node_can_be_tried_again_while_its_run_is_open(mesh: SmallMesh) -> None:
    recipe = """
        description: Two branches
        nodes:
          bad: {kind: shell, command: "[ -f {folder}/mended ]"}
          after: {kind: synchronise, needs: [bad]}
          slow: {kind: shell, command: "true"}
          all: {kind: synchronise, needs: [after, slow]}
        variations: {production: {}}
    """
    mesh.write("daily", {"recipe.yaml": recipe})
    run = mesh.order()
    claims = {claim.node: claim for claim in (take(f"worker-{n}", mesh.clock) for n in range(2))}
    with pytest.raises(ConflictError, match="has not failed"):
        runs.retry_node(run, "bad", by=THE_HUB, now=mesh.now)
    assert execute_node(claims["bad"], mesh.clock) is None
    assert statuses(run) == {"bad": "failed", "after": "skipped", "slow": "running", "all": "skipped"}

    (mesh.folder / "mended").touch()
    assert runs.retry_node(run, "bad", by=THE_HUB, now=mesh.now) == run
    claim = claims["slow"]
    while claim:
        claim = execute_node(claim, mesh.clock)

    run.refresh_from_db()
    assert (run.status, run.done) == ("succeeded", 4)


def test_retrying_a_node_of_a_run_that_ended_resumes_it(mesh: SmallMesh) -> None:
    mesh.write("daily", shell("[ -f {folder}/mended ]"))
    run = mesh.run()
    (mesh.folder / "mended").touch()

    following = runs.retry_node(run, "only", by=THE_HUB, now=mesh.now)
    mesh.work()

    following.refresh_from_db()
    assert (following.status, following.resumes) == ("succeeded", run)


def test_a_text_with_a_nul_character_does_not_stop_the_record(mesh: SmallMesh) -> None:
    code = """
        def run(context):
            raise RuntimeError("before\\x00after")
    """
    recipe = """
        description: NUL
        nodes: {load: {kind: python, file: load.py}}
        variations: {production: {}}
    """
    mesh.write("daily", {"recipe.yaml": recipe, "load.py": code})

    run = mesh.run()

    assert run.status == "failed"
    assert "before" in run.reason
