"""What becomes of a node whose fork server dies: the machine lost the process, and nobody knows how far it got."""

from __future__ import annotations

import pytest

from recipes.actions.sweep import sweep
from recipes.core.moves import LOSS_PAUSE
from recipes.models import Attempt, OrderRun
from tests.small_mesh import SmallMesh

KILLS_ITS_FORK_SERVER = """
    import os, signal, time

    def run(context):
        with open("{folder}/ledger", "a") as ledger:
            ledger.write("load\\n")
        if os.path.getsize("{folder}/ledger") <= 5 * TIMES:
            os.kill(os.getppid(), signal.SIGKILL)
            time.sleep(60)
        context.write("flights.raw", [{"n": 1}])
"""
ONE_TRY = {
    "recipe.yaml": """
        description: A node without retries
        nodes: {load: {kind: python, file: load.py, writes: flights.raw}}
        variations: {production: {}}
    """
}


@pytest.fixture
def own_fork_servers(mesh: SmallMesh, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each node have a fork server of its own, to be killed under it."""
    monkeypatch.setenv("HUB_FORKSERVER", "")


def run_over_losses(mesh: SmallMesh) -> OrderRun:
    """Run to the end; a node whose fork server died waits a moment each time before it is tried again."""
    run = mesh.run()
    while run.node_runs.filter(status="waiting").exists():
        sweep(mesh.forward(LOSS_PAUSE))
        mesh.work()
    run.refresh_from_db()
    return run


def test_a_worker_does_not_take_the_node_again_at_once_whose_fork_server_died(
    mesh: SmallMesh, own_fork_servers: None
) -> None:
    """It may be dying itself, with the supervisor of both: one kill would count as two losses."""
    mesh.write("daily", ONE_TRY | {"load.py": KILLS_ITS_FORK_SERVER.replace("TIMES", "99")})

    run = mesh.run()

    node = run.node_runs.get()
    assert (node.status, node.attempt, node.losses) == ("waiting", 1, 1)
    assert "It is tried again." in node.reason


def test_a_dead_fork_server_is_a_loss_of_the_attempt_and_costs_no_retry(
    mesh: SmallMesh, own_fork_servers: None
) -> None:
    mesh.write("daily", ONE_TRY | {"load.py": KILLS_ITS_FORK_SERVER.replace("TIMES", "1")})

    run = run_over_losses(mesh)

    node = run.node_runs.get()
    assert (run.status, node.attempt, node.losses, node.failures) == ("succeeded", 2, 1, 0)
    attempts = Attempt.objects.filter(node_run=node).order_by("number").values_list("status", flat=True)
    assert list(attempts) == ["lost", "succeeded"]
    assert mesh.ledger() == ["load"] * 2  # once an attempt
    assert mesh.rows("flights.raw") == [(1,)]


def test_a_node_that_kills_every_fork_server_is_given_up(mesh: SmallMesh, own_fork_servers: None) -> None:
    mesh.write("daily", ONE_TRY | {"load.py": KILLS_ITS_FORK_SERVER.replace("TIMES", "99")})

    run = run_over_losses(mesh)

    node = run.node_runs.get()
    assert (run.status, node.status, node.attempt, node.losses) == ("failed", "lost", 3, 3)
    assert "That happened 3 times" in node.reason
    assert mesh.ledger() == ["load"] * 3
