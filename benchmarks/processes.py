"""What a node process costs: nothing to do, a shell, a data store session; and what the running hub weighs."""

from __future__ import annotations

import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from benchmarks.report import line
from kitchens.core.stores import open_store
from kitchens.core.stores.base import StoreAddress, WriteMode
from recipes.core.nodes import client, launch
from recipes.core.nodes.base import Job
from recipes.core.spec.model import NodeSpec, WriteSpec

ROOT = Path(__file__).parents[1]


@contextmanager
def fork_server(folder: str) -> Iterator[None]:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{folder}/f")
        listener.listen(50)
        server = launch.start(listener, serves_many=True, scratch=f"{folder}/nodes")
        os.environ["HUB_FORKSERVER"] = f"{folder}/f"
        try:
            yield
        finally:
            server.kill()
            server.wait()


def job(folder: str, kind: str, text: str, **facts: object) -> Job:
    node = NodeSpec(name="n", kind=kind, file="node", **facts.pop("node", {}))
    return Job(
        attempt="1-1-1",
        idempotency_key="1/n",
        node=node,
        files={"node": text},
        as_of="2026-01-01T00:00:00+00:00",
        log=f"{folder}/node.log",
        **facts,
    )


def milliseconds(work: Callable[[], object], times: int) -> float:
    """Return the median time of one call."""
    work()
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        spent.append(1000 * (time.perf_counter() - began))
    return statistics.median(spent)


def run(job: Job) -> None:
    outcome = client.run(job, on_tick=lambda: "go", tick_seconds=1)
    assert outcome.ok, outcome.reason


def nodes(folder: str) -> None:
    address = StoreAddress("embedded", f"{folder}/snapshots")
    with open_store(address).session({}, "0-0-0") as session:
        rows = [{"a": number, "b": str(number)} for number in range(1000)]
        raw = session.stage_rows("bench.raw", rows, WriteMode()).version
    data = {"store": asdict(address), "manifest": {"bench.raw": raw.as_dict()}}
    write = {"writes": (WriteSpec(dataset="bench.out"),), "reads": ("bench.raw",)}
    read = "def run(context):\n    assert context.query('SELECT count(*) FROM bench.raw').fetchone() == (1000,)\n"
    jobs = (
        ("a node process with nothing to do", job(folder, "synchronise", ""), 200, 5),
        ("a Python node with nothing to do", job(folder, "python", "def run(context): pass"), 200, 5),
        ("a shell node", job(folder, "shell", "true"), 100, None),
        (
            "a Python node that queries the data store",
            job(folder, "python", read, node=write | {"writes": ()}, **data),
            60,
            25,
        ),
        (
            "an SQL node that writes 1,000 rows",
            job(folder, "sql", "SELECT * FROM bench.raw", node=write, **data),
            60,
            None,
        ),
    )
    for what, one, times, goal in jobs:
        line(what, milliseconds(lambda one=one: run(one), times), "ms", goal=goal)


def without_fork_server(folder: str) -> None:
    os.environ["HUB_FORKSERVER"] = ""
    line(
        "a node process without a fork server",
        milliseconds(lambda: run(job(folder, "synchronise", "")), 5),
        "ms",
    )


def hub() -> None:
    """Start the hub twice: the first start migrates, the second is what people wait for every day."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    seconds, process = start(port)
    line("first start, to the first page, with an empty database", seconds, "s")
    stop(process)
    seconds, process = start(port)
    line("start to the first page", seconds, "s", goal=3)
    time.sleep(6)  # a doorbell has gone round by then
    line("memory of the idle hub", weight(process.pid), "MiB", goal=250)
    line("stop of the idle hub", stop(process), "s", goal=2)


def start(port: int) -> tuple[float, subprocess.Popen[bytes]]:
    """Start a hub and wait for its first page; return the seconds that took."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), "up", "--port", str(port)],
        stdout=subprocess.PIPE,
        env={name: value for name, value in os.environ.items() if name != "HUB_FORKSERVER"},
        start_new_session=True,
    )
    assert process.stdout is not None
    told = iter(process.stdout.readline, b"")  # the first start also tells the admin's password
    if not any(said.startswith(b"The hub is at") for said in told):
        raise SystemExit("The hub did not start.")
    return time.perf_counter() - began, process


def stop(process: subprocess.Popen[bytes]) -> float:
    began = time.perf_counter()
    process.send_signal(signal.SIGTERM)
    process.wait()
    return time.perf_counter() - began


def weight(pid: int) -> float:
    """Return the proportional memory of a process and all below it, in MiB."""
    kibibytes = 0
    for one in below(pid):
        text = Path(f"/proc/{one}/smaps_rollup").read_text()
        kibibytes += int(re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)[1])
    return kibibytes / 1024


def below(pid: int) -> list[int]:
    children = [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [pid, *(lower for child in children for lower in below(child))]


def main() -> None:
    if "DATABASE_URL" not in os.environ:  # node processes know no database: measured once
        with tempfile.TemporaryDirectory(prefix="hub-b-") as folder:
            with fork_server(folder):
                nodes(folder)
            without_fork_server(folder)
    hub()


if __name__ == "__main__":
    main()
