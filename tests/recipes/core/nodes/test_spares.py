"""Processes that wait for a job: they serve one, they may die, and an idle fork server keeps none."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from recipes.core.nodes import processes, spares

TELLS_ITS_PROCESS = "import os\ndef run(context):\n    context.measure('pid', os.getpid())"


def waiting(server: int) -> list[int]:
    """Return the processes of a fork server that wait for a job."""
    children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    names = {pid: Path(f"/proc/{pid}/comm") for pid in children}
    return [int(pid) for pid, name in names.items() if name.exists() and name.read_text() == "hub-spare\n"]


def await_spares(server: int) -> list[int]:
    for _ in range(500):
        if len(found := waiting(server)) >= spares.KEPT:
            time.sleep(0.1)  # they may still be on their way to where they wait
            return found
        time.sleep(0.02)
    raise AssertionError("no process waits for a job")


def test_a_job_is_given_to_a_waiting_process_and_each_to_another(node_server, run, make_job):
    run(make_job("python", TELLS_ITS_PROCESS))
    ready = await_spares(node_server.pid)

    pids = [run(make_job("python", TELLS_ITS_PROCESS)).measures["pid"] for _ in range(6)]

    assert pids[0] in ready
    assert len(set(pids)) == 6


def test_waiting_processes_that_were_killed_cost_no_node(node_server, run, make_job, is_gone):
    run(make_job("python", TELLS_ITS_PROCESS))
    for pid in await_spares(node_server.pid):
        os.kill(pid, signal.SIGKILL)
        assert is_gone(pid)

    assert [run(make_job("python", TELLS_ITS_PROCESS)).ok for _ in range(4)] == [True] * 4


def test_a_large_job_reaches_a_waiting_process_whole(node_server, run, make_job):
    code = "def run(context):\n    context.measure('size', len(open('large').read()))"
    run(make_job("synchronise"))
    await_spares(node_server.pid)

    outcome = run(make_job("python", code, files={"large": "x" * 5_000_000}))

    assert outcome.measures == {"size": 5_000_000}


def test_many_jobs_at_once_get_a_process_each(node_server, run, make_job):
    with ThreadPoolExecutor(12) as pool:
        outcomes = list(pool.map(lambda _: run(make_job("python", TELLS_ITS_PROCESS)), range(60)))

    assert len({outcome.measures["pid"] for outcome in outcomes}) == 60


def test_an_unwanted_process_is_dismissed_after_a_while(monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    ours = spares.Spares(start_waiting)

    first = ours.take()
    ours.refill()
    assert ours.pids() == []  # the node that was just begun comes first
    clock[0] += spares.BUSY_SECONDS
    for _ in range(3):
        ours.refill()
    assert len(ours.pids()) == spares.KEPT
    assert ours.patience() == [100 + spares.KEPT_SECONDS]

    clock[0] += spares.KEPT_SECONDS
    dismissed = ours.dismiss_unwanted()
    first.close()

    assert (len(dismissed), ours.pids(), ours.patience()) == (spares.KEPT, [], [])
    for pid in (*dismissed, first.pid):
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_a_machine_without_room_keeps_no_processes_and_goes_on(capfd):
    def refuse(ahead: bool) -> spares.Spare:
        if ahead:
            raise BlockingIOError("no room")
        return start_waiting(ahead)

    ours = spares.Spares(refuse)
    taken = ours.take()
    ours.calm()
    ours.refill()

    assert ours.pids() == []
    assert ours.patience()[0] > time.monotonic()  # it does not try again and again
    assert "no room" in capfd.readouterr().err
    taken.close()
    os.waitpid(taken.pid, 0)


def start_waiting(ahead: bool) -> spares.Spare:
    """Fork a process that waits for a job, and ends without one."""

    def live(line, result: int, out: tuple[int, int], error: tuple[int, int]) -> None:
        os._exit(0 if spares.job_of(line) is None else 1)

    leave: Callable[[], None] = lambda: processes.die_with(os.getppid())  # noqa: E731
    return spares.fork(leave, live)
