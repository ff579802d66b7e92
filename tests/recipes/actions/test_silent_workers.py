"""Workers that go silent, come back late, or stop; and what the sweeper finds."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from recipes.actions import runs
from recipes.actions.runs.execute import Pulse, execute_node
from recipes.actions.runs.finish import finish
from recipes.actions.runs.jobs import prepare
from recipes.actions.runs.work import take
from recipes.actions.sweep import sweep
from recipes.core import stopping
from recipes.core.nodes.base import Outcome
from recipes.models import Attempt, NodeRun, OrderRun, Worker
from tests.small_mesh import SmallMesh, at_work, shell, statuses, until


def test_a_node_whose_worker_went_silent_is_taken_by_another(mesh: SmallMesh) -> None:
    mesh.write("daily", shell("echo done >> {folder}/ledger"))
    run = mesh.order()
    take("worker-1", mesh.clock)  # which then dies

    assert sweep(mesh.now).leases == 0
    assert sweep(mesh.forward(60)).leases == 1
    assert sweep(mesh.now).leases == 0
    node = run.node_runs.get(node="only")
    assert (node.status, node.losses, node.failures) == ("queued", 1, 0)
    mesh.work("worker-2")

    run.refresh_from_db()
    assert run.status == "succeeded"
    assert mesh.ledger() == ["done"]
    attempts = Attempt.objects.filter(node_run=node).values_list("number", "owner", "status")
    assert list(attempts) == [(1, "worker-1", "lost"), (2, "worker-2", "succeeded")]


def test_a_node_that_loses_worker_after_worker_is_given_up(mesh: SmallMesh) -> None:
    mesh.write("daily", shell("true"))
    run = mesh.order()

    for number in range(4):
        assert take(f"worker-{number}", mesh.clock) is not None or number == 3
        sweep(mesh.forward(60))

    run.refresh_from_db()
    assert run.status == "failed"
    assert statuses(run) == {"only": "lost", "done": "skipped"}
    assert "went silent" in run.reason


def test_a_late_finisher_is_refused_and_writes_nothing(mesh: SmallMesh) -> None:
    mesh.write("daily", shell("true"))
    run = mesh.order()
    late = prepare(take("worker-1", mesh.clock))
    sweep(mesh.forward(60))
    second = take("worker-2", mesh.clock)

    finish(late, Outcome(ok=True, measures={"late": 1.0}), mesh.now, 0.5)

    node = run.node_runs.get(node="only")
    assert (node.status, node.attempt, node.owner, node.outcome) == ("running", 2, "worker-2", {})
    execute_node(second, mesh.clock)
    run.refresh_from_db()
    assert run.status == "succeeded"
    finish(late, Outcome(ok=False, reason="too late"), mesh.now, 0.5)
    run.refresh_from_db()
    assert (run.status, run.done) == ("succeeded", 2)


def test_a_worker_that_lost_its_claim_is_told_to_abandon(mesh: SmallMesh) -> None:
    mesh.write("daily", shell("true"))
    mesh.order()
    claim = take("worker-1", mesh.clock)
    pulse = Pulse(claim, mesh.clock)

    assert pulse() == "go"
    mesh.forward(10)
    assert pulse() == "go"  # renewed: the lease now ends 15 seconds from here
    assert sweep(mesh.forward(10)).leases == 0
    assert sweep(mesh.forward(10)).leases == 1
    assert pulse() == "abandon"


def test_a_stopping_worker_gives_its_node_back_uncounted(
    mesh: SmallMesh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mesh.write("daily", shell("echo begun >> {folder}/ledger; [ -f {folder}/go ] || sleep 60"))
    run = mesh.order(now=datetime.now(UTC))
    flag = tmp_path / "stop"
    monkeypatch.setenv(stopping.FLAG, str(flag))

    with at_work(mesh):
        until(mesh.ledger)
        stopping.say(flag, stopping.HAND_BACK)

    node = run.node_runs.get(node="only")
    assert (node.status, node.losses, node.failures) == ("queued", 0, 0)
    assert node.reason == "Given back by a worker that stopped."
    assert take("worker-2", mesh.clock) is None  # this machine takes nothing more
    flag.unlink()
    (mesh.folder / "go").touch()
    runs.drain("worker-2", lambda: datetime.now(UTC))
    run.refresh_from_db()
    assert run.status == "succeeded"


def test_a_run_that_ended_unnoticed_and_lines_left_behind_are_found(mesh: SmallMesh) -> None:
    mesh.write("daily", shell("true"))
    run = mesh.order()
    take("worker-1", mesh.clock)
    NodeRun.objects.filter(run=run).update(status="succeeded", lease_until=None)
    waiting = mesh.order()
    mesh.work()
    OrderRun.objects.filter(pk=waiting.pk).update(status="pending", reason="Waits for nobody.")

    swept = sweep(mesh.forward(60))

    assert swept.stuck == 2
    run.refresh_from_db()
    waiting.refresh_from_db()
    assert (run.status, waiting.status) == ("succeeded", "queued")


def test_sweeping_a_quiet_hub_does_nothing(mesh: SmallMesh) -> None:
    mesh.write("daily", shell("true"))
    mesh.run()

    swept = sweep(mesh.now)

    assert swept == type(swept)()


def test_workers_are_on_record_and_forgotten_when_silent(mesh: SmallMesh) -> None:
    mesh.write("daily", shell("true"))
    mesh.run()
    worker = Worker.objects.get(name="worker-1")
    assert (worker.role, worker.busy_with, worker.heartbeat_at) == ("worker", "", mesh.now)

    sweep(mesh.forward(120))

    worker.refresh_from_db()
    assert worker.stopped_at == mesh.now
