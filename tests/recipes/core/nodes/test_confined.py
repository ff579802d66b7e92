"""Nodes as other operating-system users: hostile code gets nothing, honest code notices nothing."""

from __future__ import annotations

import datetime
import os
import signal
import socket
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import pytest

from kitchens.core.stores import open_store
from kitchens.core.stores.base import Staged, StoreAddress, WriteMode
from kitchens.core.stores.embedded import rooms
from recipes.core.nodes import client, launch, users
from recipes.core.nodes.base import Outcome
from recipes.core.spec.model import SourceSpec, WriteSpec

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give nodes another user")
ROWS = [{"day": datetime.date(2026, 3, n), "origin": "BUD", "flights": n} for n in (1, 2, 3)]


@pytest.fixture(scope="module", params=["64000-64063", "64999"])
def server(request) -> Iterator[int]:
    before = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="hub-t-") as folder, socket.socket(socket.AF_UNIX) as listener:
        Path(folder).chmod(0o711)
        os.environ[users.SETTING], os.environ["HUB_FORKSERVER"] = request.param, f"{folder}/f"
        os.environ["A_SETTING_OF_THE_HUB"] = "secret"
        listener.bind(f"{folder}/f")
        listener.listen(50)
        process = launch.start(listener, serves_many=True, scratch=f"{folder}/nodes")
        yield process.pid
        process.kill()
        process.wait()
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def run(server):
    return lambda job: client.run(job, on_tick=lambda: "go", tick_seconds=0.1)


@pytest.fixture
def home(tmp_path) -> Path:
    """A hub's folder with what nobody may see; the worst case: its modes let everybody in."""
    for name in ("secrets.key", "hub.sqlite3", "mesh.git/HEAD", "logs/other.log"):
        file = tmp_path / "home" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("hidden")
        file.chmod(0o600)
    return tmp_path / "home"


@pytest.fixture
def address(home) -> StoreAddress:
    return StoreAddress("embedded", str(home / "snapshots"))


@pytest.fixture
def facts(address) -> dict:
    with open_store(address).session({}, "1-1-1") as session:
        raw = session.stage_rows("flights.raw", ROWS, WriteMode()).version
    with open_store(address).session({}, "2-2-1") as session:
        session.stage_rows("secret.people", ROWS, WriteMode())
    return {"store": asdict(address), "manifest": {"flights.raw": raw.as_dict()}}


def rows_of(outcome: Outcome, address: StoreAddress) -> list:
    assert outcome.ok, outcome.reason + outcome.detail
    (staged,) = map(Staged.from_dict, outcome.staged)
    return list(open_store(address).sample(staged.version).rows)


def tried(outcome: Outcome) -> dict[str, float]:
    assert outcome.ok, outcome.reason + outcome.detail
    return outcome.measures


HOSTILE = """
import ctypes, gc, os, pathlib, signal, socket, subprocess
def run(context):
    def attempt(name, deed):
        try:
            context.measure(name, 1 if deed() else 0)
        except (OSError, subprocess.CalledProcessError) as error:
            context.log(name, error)
            context.measure(name, 0)
    for number, path in enumerate(context.values['paths'].split('|')):
        attempt(f'read_{number}', lambda: open(path, 'rb').read(1) or True)
        attempt(f'list_{number}', lambda: os.listdir(path))
        attempt(f'write_{number}', lambda: open(path, 'ab').close() or True)
        attempt(f'remove_{number}', lambda: os.unlink(path) or True)
        attempt(f'link_{number}', lambda: os.link(path, 'mine') or True)
        attempt(f'chmod_{number}', lambda: os.chmod(path, 0o777) or True)
    for number in map(int, context.values['pids'].split('|')):
        attempt(f'kill_{number}', lambda: os.kill(number, 9) or True)
        attempt(f'environ_{number}', lambda: open(f'/proc/{number}/environ', 'rb').read() or True)
        attempt(f'memory_{number}', lambda: open(f'/proc/{number}/mem', 'r+b') or True)
        attempt(f'trace_{number}', lambda: ctypes.CDLL(None).ptrace(16, number, 0, 0) == 0)
    attempt('root_again', lambda: os.setresuid(0, 0, 0) or True)
    attempt('groups', lambda: os.setgroups([0]) or True)
    attempt('chroot', lambda: os.chroot('/tmp') or True)
    attempt('mount', lambda: ctypes.CDLL(None).mount(b'none', b'/tmp', b'tmpfs', 0, None) == 0)
    attempt('su', lambda: subprocess.run(['su', '-c', 'id'], check=True, capture_output=True))
    attempt('device', lambda: os.mknod('disk', 0o60600, os.makedev(8, 0)) or True)
    def fork_server():
        line = socket.socket(socket.AF_UNIX)
        line.connect(context.values['socket'])
        return True
    attempt('fork_server', fork_server)
    held = [n for n in os.listdir('/proc/self/fd') if os.path.isdir(f'/proc/self/fd/{n}')]
    rooms = [n for n in held if '/room-' in os.readlink(f'/proc/self/fd/{n}')]
    context.measure('rooms', len(rooms))
    for n in rooms:
        attempt(f'room_{n}', lambda: context.measure('inside', len(os.listdir(f'/proc/self/fd/{n}'))))
        for up in (1, 2, 3, 4):
            attempt(f'climbs_{n}_{up}', lambda: os.listdir(f'/proc/self/fd/{n}/' + '../' * up) or True)
            attempt(f'opens_{n}_{up}', lambda: os.open('../' * up, os.O_RDONLY, dir_fd=int(n)) or True)
    attempt('environment', lambda: [name for name in os.environ if 'HUB' in name or 'SETTING' in name])
"""


def test_hostile_python_reads_writes_and_ends_nothing_of_the_hub(run, server, make_job, home, facts, address):
    store = Path(address.location)
    parts = sorted(store.rglob("*.parquet"))
    paths = [
        *(home / n for n in ("secrets.key", "hub.sqlite3", "mesh.git/HEAD", "logs/other.log")),
        *parts,
        store,
        home,
    ]
    values = {
        "paths": "|".join(map(str, paths)),
        "pids": f"{server}|{os.getpid()}|1",
        "socket": os.environ["HUB_FORKSERVER"],
    }
    typed = {name: {"type": "text", "value": value} for name, value in values.items()}
    before = [part.read_bytes() for part in parts]

    found = tried(run(make_job("python", HOSTILE, values=typed, **facts)))

    assert len(found) > 60
    assert found.pop("rooms") == 1  # the one way in that it is given, and it leads no further
    assert found.pop("inside") > 0
    assert {name: number for name, number in found.items() if number} == {}
    assert [part.read_bytes() for part in parts] == before


SHELL = """
for path in $HUB_VALUE_PATHS; do
  for deed in "cat $path" "ls $path/" "rm -f $path" "cp /etc/passwd $path" "ln $path mine"; do
    if $deed >/dev/null 2>&1; then echo "reached=1" >> $HUB_MEASURES; echo "$deed" >&2; fi
  done
done
for pid in $HUB_VALUE_PIDS; do
  if kill -9 $pid 2>/dev/null || cat /proc/$pid/environ >/dev/null 2>&1; then echo "killed=1" >> $HUB_MEASURES; fi
done
grep -q 'CapEff:.0000000000000000' /proc/self/status && echo "powerless=1" >> $HUB_MEASURES
if cat /proc/$PPID/mem >/dev/null 2>&1 || ls /proc/$PPID/fd >/dev/null 2>&1; then echo "looked_up=1" >> $HUB_MEASURES; fi
"""


def test_a_hostile_script_neither(run, server, make_job, home, facts, address):
    paths = [home / "secrets.key", home / "hub.sqlite3", *Path(address.location).rglob("*.parquet")]
    values = {"paths": " ".join(map(str, paths)), "pids": f"{server} {os.getpid()}"}
    typed = {name: {"type": "text", "value": value} for name, value in values.items()}

    assert tried(run(make_job("shell", SHELL, values=typed, **facts))) == {"powerless": 1}
    assert all(path.exists() for path in paths)


def test_what_flees_from_its_process_ends_before_the_answer(run, make_job, tmp_path, facts):
    code = """
import os, time
def run(context):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.setsid()
            time.sleep(60)
        os._exit(0)
    context.measure('user', os.getuid())
"""
    outcome = run(make_job("python", code, **facts))

    user = str(int(tried(outcome)["user"]))
    assert user not in {owner(process) for process in Path("/proc").glob("[0-9]*")}


def owner(process: Path) -> str:
    """Return the number of the user of a process that has had a job; empty where it is gone meanwhile."""
    try:
        facts = dict(line.split(":\t", 1) for line in (process / "status").read_text().splitlines())
    except OSError:
        return ""
    return "" if facts["Name"] == "hub-spare" else facts["Uid"].split()[0]


VICTIM = """
import os, pathlib, time
def run(context):
    pathlib.Path('mine').write_text('mine alone')
    meet = pathlib.Path(context.values['meet'])
    (meet / 'told').write_text(f'{os.getpid()}\\n{os.getcwd()}')
    (meet / 'told').chmod(0o644)
    (meet / 'told').rename(meet / 'victim')
    for _ in range(400):
        if (meet / 'done').exists():
            return
        time.sleep(0.05)
"""
ATTACKER = """
import ctypes, os, pathlib, time
def run(context):
    meet = pathlib.Path(context.values['meet'])
    for _ in range(400):
        if (meet / 'victim').exists():
            break
        time.sleep(0.05)
    pid, folder = (meet / 'victim').read_text().split()
    context.measure('found', open(f'/proc/{pid}/comm').read() == 'hub-node\\n' and int(pid) != os.getpid())
    deeds = {
        'file': lambda: open(f'{folder}/mine').read(),
        'folder': lambda: os.listdir(folder),
        'cwd': lambda: os.listdir(f'/proc/{pid}/cwd'),
        'environ': lambda: open(f'/proc/{pid}/environ', 'rb').read(),
        'memory': lambda: open(f'/proc/{pid}/mem', 'rb'),
        'signal': lambda: os.kill(int(pid), 0),
        'end': lambda: os.kill(int(pid), 9),
    }
    for name, deed in deeds.items():
        try:
            deed()
            context.measure(name, 1)
        except OSError:
            context.measure(name, 0)
    (meet / 'done').touch()
"""


@pytest.fixture
def meet() -> Iterator[Path]:
    """A folder that nodes of all users may write in."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o1777)
        yield Path(folder)


def test_nodes_at_the_same_time_reach_each_other_only_where_they_share_a_user(run, make_job, facts, meet):
    values = {"meet": {"type": "text", "value": str(meet)}}
    jobs = [make_job("python", code, values=values, **facts) for code in (VICTIM, ATTACKER)]
    jobs = [job.model_copy(update={"attempt": f"7-8-{n}"}) for n, job in enumerate(jobs)]
    with ThreadPoolExecutor(2) as pool:
        victim, attacker = pool.map(run, jobs)

    reached = tried(attacker)
    assert reached.pop("found") == 1
    assert len(reached) == 7
    if "-" in os.environ[users.SETTING]:
        assert victim.ok, victim.reason
        assert not any(reached.values()), reached
    else:  # the page says so: they are kept from the hub, not from each other
        assert reached["file"] == reached["end"] == 1
        assert victim.exit_code == -signal.SIGKILL


def test_the_memory_of_a_process_holds_no_secret_of_another_node(run, make_job, facts):
    """Processes are forked while others work: what the fork server had read, each would hold a copy of."""
    code = """
import ctypes, re
def run(context):
    maps = [line.split() for line in open('/proc/self/maps')]
    found = 0
    for line in maps:
        if 'rw' not in line[1] or (len(line) > 5 and line[5].startswith('[v')):
            continue
        start, end = (int(n, 16) for n in line[0].split('-'))
        data = ctypes.string_at(start, end - start)
        found += len(re.findall(rb'the[-]other[-]secret', data))
    context.measure('found', found)
"""
    sleeper = make_job("shell", "sleep 2", secrets={"key": "the-other-" + "secret"}, **facts)
    looker = make_job("python", code, **facts).model_copy(update={"attempt": "9-9-1"})
    with ThreadPoolExecutor(2) as pool:
        sleeping = pool.submit(run, sleeper)
        time.sleep(0.7)
        found = [tried(run(looker))["found"] for _ in range(3)]
        assert sleeping.result().ok

    assert found == [0, 0, 0]


LIES = {
    "another kitchen's part": "staged['version']['parts'][0]['name'] = context.values['part']",
    "a part that was not written": "staged['version']['parts'][0]['name'] = name.replace('flights.clean', 'flights.cleam')",
    "a way out": "staged['version']['parts'][0]['name'] = name.rpartition('/')[0] + '/../../../../../etc/passwd.parquet'",
    "a link": "path = where / name; path.unlink(); path.symlink_to(context.values['part'])",
    "another dataset": "staged['dataset'] = staged['version']['dataset'] = 'flights.other'",
    "SQL for a type": "staged['version']['columns'][0]['type'] = 'INTEGER) AS x, (SELECT 1'",
    "another base": "staged['base'] = 'x'",
    "no rows": "staged['version']['parts'][0]['rows'] = -1",
    "nonsense": "staged['version']['parts'] = [[]]",
}


@pytest.mark.parametrize("lie", LIES)
def test_a_node_that_lies_about_what_it_wrote_is_not_believed(lie, run, make_job, facts, address):
    """The code puts itself between the hub's own code and the pipe: all it says is its own."""
    (part,) = Path(address.location).rglob("secret.people*.parquet")
    code = f"""
import os, pathlib
from recipes.core.nodes import outcomes
def run(context):
    context.write('flights.clean', [{{'n': 1}}])
    where = context._work.session.bench.root
    real = outcomes.Outcome.model_dump_json
    def lying(self, **more):
        import json
        raw = json.loads(real(self, **more))
        staged = raw['staged'][0]
        name = staged['version']['parts'][0]['name']
        {LIES[lie]}
        staged['added'] = staged['version']['parts']
        return json.dumps(raw)
    outcomes.Outcome.model_dump_json = lying
"""
    values = {"part": {"type": "text", "value": str(part.relative_to(address.location))}}
    outcome = run(make_job("python", code, values=values, node=writes("flights.clean"), **facts))

    assert not outcome.ok
    assert outcome.reason.startswith("What the node handed back is not taken")
    assert outcome.staged == ()
    assert not list((Path(address.location) / "spill").iterdir())


def writes(*names: str) -> dict:
    return {"writes": tuple(WriteSpec(dataset=name) for name in names), "reads": ("flights.raw",)}


HONEST = {
    "sql": "SELECT origin, sum(flights) AS n FROM flights.raw GROUP BY origin",
    "python": "import fractions\ndef run(context):\n    rows = context.read('flights.raw').fetchall()\n"
    "    context.log('seen', len(rows))\n    context.measure('seen', len(rows))\n"
    "    context.write('flights.clean', [{'origin': 'BUD', 'n': sum(row[2] for row in rows)}])",
    "shell": "printf 'origin,n\\nBUD,6\\n' > $HUB_OUTPUTS/flights.clean.csv",
}


@pytest.mark.parametrize("kind", HONEST)
def test_honest_nodes_read_write_and_log_as_ever(kind, run, make_job, facts, address, tmp_path):
    outcome = run(make_job(kind, HONEST[kind], node=writes("flights.clean"), **facts))

    assert rows_of(outcome, address) == [("BUD", 6)]
    (part,) = Staged.from_dict(outcome.staged[0]).version.parts
    status = (Path(address.location) / part.name).stat()
    assert (status.st_uid, status.st_mode & 0o777, status.st_size) == (0, 0o600, part.bytes)
    assert not list((Path(address.location) / "spill").iterdir())
    if kind == "python":
        assert "> seen 3" in (tmp_path / "node.log").read_text()


def test_rows_are_added_to_parts_of_before(run, make_job, facts, address):
    node = {"writes": (WriteSpec(dataset="flights.raw", mode="append"),)}
    job = make_job(
        "sql", "SELECT DATE '2026-03-09' AS day, 'VIE' AS origin, 9 AS flights", node=node, **facts
    )

    outcome = run(job)

    assert len(rows_of(outcome, address)) == 4
    assert len(Staged.from_dict(outcome.staged[0]).version.parts) == 2


def test_a_source_file_that_all_may_read_is_read(run, make_job, facts, address):
    with tempfile.TemporaryDirectory() as drop:
        Path(drop).chmod(0o755)
        (Path(drop) / "in.csv").write_text("a,b\n1,2\n")
        (Path(drop) / "in.csv").chmod(0o644)
        job = make_job(
            "sql",
            "SELECT * FROM source.given",
            sources={"given": SourceSpec(name="given", location="in.csv")},
            source_roots=(drop,),
            node=writes("flights.clean") | {"sources": ("given",)},
            **facts,
        )
        assert rows_of(run(job), address) == [(1, 2)]


def test_a_node_that_dies_leaves_no_room(run, make_job, facts, address):
    code = "import os\ndef run(context):\n    context.read('flights.raw').fetchall()\n    os.kill(os.getpid(), 9)"
    outcome = run(make_job("python", code, node=writes(), **facts))

    assert outcome.exit_code == -signal.SIGKILL
    assert not list((Path(address.location) / "spill").iterdir())


@pytest.mark.parametrize("text", ["0", "0-64000", "root", "64000-64001", "no-such-user", "4294967295"])
def test_a_setting_that_gives_no_such_user_is_refused_in_a_sentence(text):
    with pytest.raises(users.UserError, match=users.SETTING):
        users.read(text)


def test_the_part_of_an_attempt_is_written_once(address, facts, home):
    root = Path(address.location)
    os.close(rooms.lay(root, "5-5-1", [], 64999, 64999))
    name = f"{rooms.files.attempt_folder('5-5-1')}/a.b-00000000.parquet"
    for folder in (root, rooms.room_of(root, "5-5-1")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(str(folder))

    with pytest.raises(Exception, match="already"):
        rooms.take_over(root, "5-5-1", [name])
    assert (root / name).read_text() == str(root)
