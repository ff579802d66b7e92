"""Real processes from a real fork server: what they see, how they end, what they leave behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from recipes.core.nodes import client
from recipes.core.nodes.base import JobLimits

ROOT = Path(__file__).parents[4]


def test_a_node_without_work_succeeds(run, make_job):
    outcome = run(make_job("synchronise"))

    assert outcome.ok
    assert outcome.peak_memory > 0


def test_a_node_runs_without_a_fork_server_too(make_job, monkeypatch):
    monkeypatch.setenv("HUB_FORKSERVER", "/nowhere/at/all")

    outcome = client.run(make_job("shell", "exit 4"), on_tick=lambda: "go", tick_seconds=1)

    assert outcome.exit_code == 4


def test_the_environment_holds_nothing_of_the_hub(run, make_job, monkeypatch, wait_for, tmp_path):
    monkeypatch.setenv("SECRET_KEY", "never seen")
    code = """
import os
def run(context):
    known = {"PATH", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR", "HOME", "TMPDIR", "LC_CTYPE"}
    context.measure("strange", len(set(os.environ) - known))
    inherited = open("/proc/self/environ").read().split("\\0")
    context.measure("inherited", len({line.split("=")[0] for line in inherited if line} - known))
    context.measure("stdin", len(open("/dev/stdin").read()))
    context.measure("umask", os.umask(0o077))
    context.measure("files", len(os.listdir("/proc/self/fd")))
"""
    outcome = run(make_job("python", code))

    assert outcome.reason == ""
    assert outcome.measures["strange"] == outcome.measures["inherited"] == outcome.measures["stdin"] == 0
    assert outcome.measures["umask"] == 0o077
    assert outcome.measures["files"] < 16


def test_the_private_folder_is_removed(run, make_job, tmp_path):
    note = tmp_path / "where"
    code = f"def run(context):\n    open('left', 'w').close()\n    open({str(note)!r}, 'w').write(str(context.folder))"

    assert run(make_job("python", code)).ok
    assert not Path(note.read_text()).exists()


@pytest.mark.parametrize(
    ("limits", "code", "words"),
    [
        (JobLimits(memory_mb=64), "x = bytearray(600 * 1024**2)", "more memory than its limit of 64 MB"),
        (JobLimits(cpu_seconds=1), "while True: pass", "more than its limit of 1 seconds of processor time"),
        (JobLimits(disk_mb=1), "open('big', 'wb').write(bytes(3 * 1024**2))", "File too large"),
        (JobLimits(seconds=0.3), "__import__('time').sleep(60)", "took longer than its limit of 0.3 seconds"),
    ],
)
def test_limits_end_a_node_with_a_sentence(run, make_job, limits, code, words):
    outcome = run(make_job("python", f"def run(context):\n    {code}", limits=limits))

    assert not outcome.ok
    assert words in outcome.reason
    assert outcome.timed_out == bool(limits.seconds)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("os._exit(3)", "ended itself with exit code 3"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "crashed (SIGSEGV)"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "was killed"),
        ("sys.exit(2)", "called sys.exit(2)"),
        ("raise KeyboardInterrupt", "ended itself with exit code 1"),
    ],
)
def test_a_process_that_dies_gives_a_sentence(run, make_job, code, words):
    outcome = run(make_job("python", f"import os, signal, sys\ndef run(context):\n    {code}"))

    assert not outcome.ok
    assert words in outcome.reason


def test_last_words_of_a_crashed_process_are_in_its_log_and_masked(run, make_job):
    code = "import os\ndef run(context):\n    os.write(2, b'about to fall: tiger42\\n' * 3); os._exit(9)"
    job = make_job("python", code, secrets={"password": "tiger42"})

    run(job)

    assert Path(job.log).read_text().count("! about to fall: •••") == 3


def test_cancel_ends_children_and_those_that_ran_away(run, make_job, wait_for, is_gone, tmp_path):
    note = tmp_path / "pids"
    code = f"""
import os, subprocess, time
def run(context):
    child = subprocess.Popen(["sleep", "300"])
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            open({str(note)!r}, "w").write(f"{{os.getppid()}} {{os.getpid()}} {{child.pid}}\\n")
            time.sleep(300)
        os._exit(0)
    time.sleep(300)
"""
    outcome = run(
        make_job("python", code), on_tick=lambda: "cancel" if note.exists() and note.read_text() else "go"
    )

    assert outcome.cancelled
    assert outcome.reason == "The node was cancelled."
    assert all(is_gone(int(pid)) for pid in wait_for(note).split()[1:])


def test_a_node_that_does_not_hear_sigterm_is_killed_after_the_grace_time(run, make_job):
    code = """
import signal, time
def run(context):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(300)
"""
    started = time.monotonic()
    outcome = run(make_job("python", code, limits=JobLimits(seconds=0.2)))

    assert outcome.timed_out
    assert time.monotonic() - started >= 2


def test_a_shell_node_may_tidy_up_when_cancelled(run, make_job, tmp_path):
    mark, started = tmp_path / "tidied", tmp_path / "started"
    script = f"trap 'touch {mark}; exit 1' TERM; touch {started}; while :; do sleep 0.05; done"

    outcome = run(make_job("shell", script), on_tick=lambda: "cancel" if started.exists() else "go")

    assert outcome.cancelled
    assert mark.exists()


def test_abandoning_kills_at_once(run, make_job, wait_for, is_gone, tmp_path):
    note = tmp_path / "pid"
    outcome = run(
        make_job("shell", f"echo $$ > {note}; exec sleep 300"),
        on_tick=lambda: "abandon" if note.exists() and note.read_text() else "go",
    )

    assert outcome.cancelled
    assert is_gone(int(wait_for(note)))


def test_an_error_in_the_tick_comes_through_and_ends_the_node(run, make_job, wait_for, is_gone, tmp_path):
    note = tmp_path / "pid"

    def tick() -> str:
        if note.exists() and note.read_text():
            raise RuntimeError("the database is gone")
        return "go"

    with pytest.raises(RuntimeError, match="database is gone"):
        run(make_job("shell", f"echo $$ > {note}; exec sleep 300"), on_tick=tick)
    assert is_gone(int(wait_for(note)))


WORKER = """
import sys
sys.path.insert(0, {root!r})
from recipes.core.nodes import client
from recipes.core.nodes.base import Job
client.run(Job.model_validate_json(sys.stdin.read()), on_tick=lambda: "go", tick_seconds=1)
"""


def test_the_death_of_the_worker_kills_the_node(node_server, make_job, wait_for, is_gone, tmp_path):
    note = tmp_path / "pid"
    job = make_job("shell", f"echo $$ > {note}; exec sleep 300")
    worker = subprocess.Popen([sys.executable, "-c", WORKER.format(root=str(ROOT))], stdin=subprocess.PIPE)
    worker.stdin.write(job.model_dump_json().encode())
    worker.stdin.close()
    node = int(wait_for(note))

    worker.send_signal(signal.SIGKILL)
    worker.wait()

    assert is_gone(node)


KILLS_ITS_SERVER = """
import os, signal, time
def run(context):
    with open({note!r}, "a") as note:
        note.write("x")
    if os.path.getsize({note!r}) <= {times}:
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(60)
"""


def test_a_node_whose_fork_server_dies_is_lost_and_not_run_again(make_job, monkeypatch, tmp_path):
    monkeypatch.setenv("HUB_FORKSERVER", "")  # one for this node alone, to be killed under it
    note = tmp_path / "note"

    code = KILLS_ITS_SERVER.format(note=str(note), times=9)
    outcome = client.run(make_job("python", code), on_tick=lambda: "go", tick_seconds=0.05)

    assert (outcome.ok, outcome.lost, outcome.cancelled) == (False, True, False)
    assert "fork server" in outcome.reason
    assert note.read_text() == "x"


@pytest.mark.parametrize("data", ["b'x' * 17_000_000", "struct.pack('>I', 4) + b'what'", "b'\\xff' * 9"])
def test_what_is_no_outcome_is_told_and_hurts_nobody_else(run, make_job, data):
    code = f"""
import os, select, stat, struct
def run(context):
    for name in map(int, os.listdir("/proc/self/fd")):
        try:
            if name > 2 and stat.S_ISFIFO(os.fstat(name).st_mode):
                fill(name, memoryview({data}))
        except OSError:
            pass
    os._exit(0)
def fill(name, left):
    os.set_blocking(name, False)
    while left and select.select([], [name], [], 0.5)[1]:
        left = left[os.write(name, left):]
"""
    outcome = run(make_job("python", code))

    assert not outcome.ok
    assert outcome.reason.startswith(
        ("What the node's process handed back", "The node's process ended itself")
    )
    assert run(make_job("synchronise")).ok


def test_a_result_that_is_far_too_large_is_refused(run, make_job):
    code = "def run(context):\n    raise ValueError('x' * 50_000_000)"

    outcome = run(make_job("python", code))

    assert not outcome.ok
    assert len(outcome.reason) < 1000
    assert len(outcome.detail) <= 20_000


def test_jobs_run_side_by_side(run, make_job, tmp_path):
    meeting = tmp_path / "meeting"
    meeting.mkdir()
    script = f"touch {meeting}/$HUB_VALUE_N; until [ $(ls {meeting} | wc -l) = 6 ]; do sleep 0.05; done"
    jobs = [
        make_job("shell", script, values={"n": {"type": "integer", "value": number}}) for number in range(6)
    ]
    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(run, jobs))

    assert all(outcome.ok for outcome in outcomes)
