"""The canary: a secret and a password are set, and nodes shout about them in every way they know. Nobody hears it.

Afterwards they are looked for in the database, the logs, git, the data store's names, all pages and the whole API.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from kitchens.actions.connections import save_connection
from kitchens.actions.secrets import set_secret
from kitchens.core.git import MeshRepository
from kitchens.core.roles import THE_HUB
from recipes.models import OrderRun
from tests import factories
from tests.small_mesh import SmallMesh

pytestmark = pytest.mark.django_db(transaction=True)
SHOUT = """
import base64, html, json, os, shlex, sys, urllib.parse

def run(context):
    secret = context.secret("API_KEY")
    key = context.secret("PEM")
    print("plain", secret)
    print("twice", secret, secret, file=sys.stderr)
    sys.stdout.write(secret[:5]); sys.stdout.flush(); sys.stdout.write(secret[5:] + chr(10))
    os.write(1, b"bytes " + secret.encode() + b" end" + bytes([10]))
    os.system("echo shell " + shlex.quote(secret))
    context.log("log", secret)
    context.log("base64", base64.b64encode(secret.encode()).decode())
    for before in ("u:", "us:", "use:"):
        print("basic", base64.b64encode((before + secret + "@x").encode()).decode())
    print("urlsafe", base64.urlsafe_b64encode(secret.encode()).decode())
    print("url", urllib.parse.quote(secret), urllib.parse.quote_plus(secret), urllib.parse.quote(secret, safe=""))
    print("json", json.dumps({"a": secret}), repr(secret), repr(secret.encode()), html.escape(secret))
    print("hex", secret.encode().hex(), secret.encode().hex().upper())
    print("pem", key)
    for line in key.splitlines():
        print("line", line)
    print("end of it")
    sys.stderr.write("no newline " + secret)
    HOW_IT_ENDS
"""
ENDS = {
    "raise": "raise RuntimeError('cannot reach https://user:' + secret + '@example.org')",
    "chain": "try:\n        raise KeyError(secret)\n    except KeyError as error:\n"
    "        raise ValueError(secret) from error",
    "note": "error = ValueError('x'); error.add_note(secret); raise error",
    "exit": "sys.exit(secret)",
    "measure": "context.measure('key', 1); context.measure('rows_' + secret, 2)",
    "dataset": "context.write('flights.' + secret, [{'a': 1}])",
    "column": "context.write('flights.loud', [{secret: 1}])",
    "sql": 'context.query("SELECT * FROM flights.loud WHERE a = \'" + secret + "\' +").fetchall()',
    "file": "open(secret, 'w').write(secret); raise FileNotFoundError(2, 'gone', '/x/' + secret)",
    "group": "raise ExceptionGroup(secret, [ValueError(secret)])",
    "class": "raise type('E' + secret.replace('-', '_').replace('/', '_').replace('+', '_')[:0], (Exception,), {})(secret)",
    "die": "sys.stdout.flush(); os.abort()",
}
SHELL = """
nodes:
  only:
    kind: shell
    command: "echo $HUB_SECRET_API_KEY; echo $HUB_SECRET_API_KEY >&2; printf '%s' $HUB_SECRET_API_KEY | base64; \
      echo $HUB_SECRET_API_KEY=1 >> $HUB_MEASURES; echo last words $HUB_SECRET_API_KEY >&2; exit 3"
variations: {production: {}}
"""
SOURCE = """
sources:
  far: {connection: far, table: public.t}
nodes:
  only: {kind: python, file: only.py, reads: [source.far], writes: flights.far}
variations: {production: {}}
"""


@pytest.fixture
def mesh(hub_home, tmp_path: Path) -> SmallMesh:
    return SmallMesh(tmp_path)


@pytest.fixture
def canaries(mesh) -> list[str]:
    """Plant two secrets and the password of a connection; return what must be seen nowhere."""
    plain = f"cn-{secrets.token_urlsafe(12)}-a'b/c+d"
    lines = [f"{secrets.token_hex(20)}" for _ in range(3)]
    password = f"pw-{secrets.token_urlsafe(16)}"
    set_secret(name="API_KEY", value=plain, by=THE_HUB, now=mesh.now)
    set_secret(name="PEM", value="-----BEGIN\n" + "\n".join(lines), by=THE_HUB, now=mesh.now)
    address = {"host": "127.0.0.1", "port": 9, "database": "d", "user": "u", "sslmode": "prefer"}
    save_connection(name="far", settings=address, password=password, by=THE_HUB, now=mesh.now)
    encoded = [base64.b64encode(each.encode()).decode().rstrip("=")[:-1] for each in (plain, password)]
    return [plain, *lines, password, *encoded, plain.encode().hex(), "cn-" + plain[3:15]]


def shout(mesh: SmallMesh, name: str) -> OrderRun:
    recipe = "nodes: {only: {kind: python, file: only.py, reads: [flights.loud], writes: flights.loud}}\n"
    code = SHOUT.replace("HOW_IT_ENDS", ENDS[name]).lstrip()
    mesh.write(f"loud-{name}", {"recipe.yaml": recipe + "variations: {production: {}}\n", "only.py": code})
    return mesh.run(f"loud-{name}")


def kept() -> Iterator[tuple[str, str]]:
    """Yield everything that is kept: all tables, every file below the hub's folder, everything in git."""
    for model in apps.get_models(include_auto_created=True):
        yield model.__name__, str(list(model.objects.values()))
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            yield table, str(cursor.fetchall())
    for file in Path(settings.HUB_HOME).rglob("*"):
        yield "a file's name", str(file)
        if file.is_file() and file.suffix != ".parquet":  # what a node writes into rows is its own affair
            yield str(file), file.read_bytes().decode("latin-1")
    repository = MeshRepository(settings.MESH_REPOSITORY)
    for entry in repository.log(repository.head("main"), limit=50):
        yield "git", str(entry)


def told(runs: list[OrderRun]) -> Iterator[tuple[str, str]]:
    """Yield what every page and address of the API says about the runs, the settings and the kitchen."""
    client = Client()
    client.force_login(factories.make_person("ada", "admin"))
    paths = [reverse(name) for name in ("settings-secrets", "settings-connections", "settings-audit", "home")]
    paths += [f"/kitchens/production/{part}" for part in ("", "secrets/", "values/", "people/")]
    paths += ["/api/v1/connections", "/api/v1/kitchens/production/secrets", "/api/v1/runs"]
    for run in runs:
        paths += [
            f"/runs/{run.pk}/{part}"
            for part in ("", "tests/", "values/", "data/", "nodes/only/", "nodes/only/log/")
        ]
        paths += [
            f"/api/v1/runs/{run.pk}{p}"
            for p in ("", "/nodes", "/nodes/only", "/nodes/only/log", "/tests", "/values")
        ]
    for path in paths:
        answer = client.get(path)
        assert answer.status_code in (200, 404), path
        yield path, answer.content.decode() + str(answer.headers)


def hear(canaries: list[str], said: Iterator[tuple[str, str]]) -> list[str]:
    return [f"{place}: {canary}" for place, text in said for canary in canaries if canary in text]


def test_what_nodes_shout_in_every_way_is_heard_nowhere(mesh, canaries, caplog):
    mesh.write("loud", {"recipe.yaml": SHELL})
    mesh.write(
        "far", {"recipe.yaml": SOURCE, "only.py": "def run(context):\n    list(context.read('source.far'))\n"}
    )

    runs = [shout(mesh, name) for name in ENDS] + [mesh.run("loud"), mesh.run("far")]

    logs = "".join(file.read_text() for file in Path(settings.HUB_HOME).rglob("*.log"))
    assert logs.count("end of it") == len(ENDS)  # they did shout
    assert "last words" in logs
    assert hear(canaries, kept()) == []
    assert hear(canaries, told(runs)) == []
    assert hear(canaries, iter([("logging", caplog.text)])) == []


def test_a_column_named_by_a_secret_fails_the_node(mesh, canaries):
    run = shout(mesh, "column")

    reason = run.node_runs.get().reason
    assert (run.status, reason) == (
        "failed",
        "The node named a column, a partition or a file by a secret. Nothing it wrote is kept.",
    )
