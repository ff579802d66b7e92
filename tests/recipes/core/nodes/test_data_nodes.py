"""SQL and Python nodes on a real embedded store, tests in the same process."""

from __future__ import annotations

import datetime
import os
from dataclasses import asdict
from pathlib import Path

import pytest

from kitchens.core.stores import open_store
from kitchens.core.stores.base import Staged, StoreAddress, WriteMode
from recipes.core.nodes.base import JobLimits
from recipes.core.spec.model import SourceSpec, TestSpec, WriteSpec

ROWS = [
    {"day": datetime.date(2026, 3, 1), "origin": "BUD", "flights": 12},
    {"day": datetime.date(2026, 3, 1), "origin": "VIE", "flights": 30},
    {"day": datetime.date(2026, 3, 2), "origin": "BUD", "flights": None},
]


@pytest.fixture
def address(tmp_path) -> StoreAddress:
    return StoreAddress("embedded", str(tmp_path / "snapshots"))


@pytest.fixture
def facts(address) -> dict:
    """What a job needs to read `flights.raw` and write `flights.clean`."""
    with open_store(address).session({}, "1-1-1") as session:
        raw = session.stage_rows("flights.raw", ROWS, WriteMode()).version
    return {"store": asdict(address), "manifest": {"flights.raw": raw.as_dict()}}


def written(outcome, address) -> list[tuple]:
    (staged,) = map(Staged.from_dict, outcome.staged)
    return sorted(open_store(address).sample(staged.version).rows, key=repr)


def writes(*names: str) -> dict:
    return {"writes": tuple(WriteSpec(dataset=name) for name in names)}


def test_sql_binds_values_writes_and_says_what_it_read(run, make_job, facts, address):
    sql = "SELECT origin, flights FROM flights.raw WHERE day = {{ day }} AND flights > {{ least }}"
    job = make_job(
        "sql",
        sql,
        values={"day": {"type": "date", "value": "2026-03-01"}, "least": {"type": "integer", "value": 20}},
        node=writes("flights.clean"),
        **facts,
    )
    outcome = run(job)

    assert outcome.reason == ""
    assert outcome.ok
    assert written(outcome, address) == [("VIE", 30)]
    assert outcome.reads == ("flights.raw",)
    assert outcome.measures["rows"] == 1
    assert "DATE" in outcome.sql[0]


def test_sql_that_writes_more_than_its_node_may_fails_and_leaves_nothing(
    run, make_job, facts, address, tmp_path
):
    before = open_store(address).collect(set(), 0, dry_run=True).names
    sql = "SELECT md5(CAST(i AS VARCHAR)) AS m FROM range(1000000) r(i)"
    outcome = run(
        make_job("sql", sql, node=writes("flights.clean"), values={}, limits=JobLimits(disk_mb=4), **facts)
    )

    assert outcome.reason.startswith("The work takes more disk than the 4 MB this node may fill.")
    assert outcome.staged == ()
    assert open_store(address).collect(set(), 0, dry_run=True).names == before
    assert not list((tmp_path / "snapshots" / "spill").glob("*"))


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("DELETE FROM flights.raw", "is not allowed"),
        ("SELECT * FROM flights.secret", "flights.secret"),
        ("SELECT nothing FROM flights.raw", "nothing"),
        ("SELECT * FROM read_csv('/etc/passwd')", "is not allowed"),
        ("SELECT '{{ day }}' AS day FROM flights.raw", "is not allowed"),
    ],
)
def test_sql_that_may_not_run_fails_with_a_sentence(run, make_job, facts, sql, words):
    outcome = run(make_job("sql", sql, node=writes("flights.clean"), values={}, **facts))

    assert not outcome.ok
    assert words in outcome.reason
    assert outcome.staged == ()


PYTHON = """
import helper
def run(context):
    rows = list(context.read("flights.raw"))
    context.log("rows", len(rows), context.values["day"].isoformat(), context.as_of.year)
    context.measure("attempt", context.attempt)
    assert context.read("flights.raw").columns == ["day", "origin", "flights"]
    big = context.query("SELECT count(*) AS n FROM flights.raw WHERE day = {{ day }}").fetchone()[0]
    context.measure("on_day", big)
    context.write("flights.clean", [row | {"flights": helper.known(row["flights"])} for row in rows])
"""


def test_python_reads_and_writes_rows_with_its_own_modules(run, make_job, facts, address):
    job = make_job(
        "python",
        PYTHON,
        files={"helper.py": "def known(number):\n    return number or 0\n"},
        node={"reads": ("flights.raw",), **writes("flights.clean")},
        values={"day": {"type": "date", "value": "2026-03-01"}},
        **facts,
    )
    outcome = run(job)

    assert outcome.reason == ""
    assert (datetime.date(2026, 3, 2), "BUD", 0) in written(outcome, address)
    assert outcome.measures == {"attempt": 2, "on_day": 2}
    assert "> rows 3 2026-03-01 2026" in Path(job.log).read_text()


@pytest.mark.parametrize(
    "call",
    [
        'context.query("SELECT origin FROM flights.raw WHERE flights > 20")',
        '__import__("duckdb").sql("SELECT \'VIE\' AS origin")',
        '_file(context, "origin\\nVIE\\n")',
        'iter([{"origin": "VIE"}])',
    ],
)
def test_python_writes_queries_relations_and_files(run, make_job, facts, address, call):
    code = f"""
def _file(context, text):
    (context.folder / "out.csv").write_text(text)
    return "out.csv"
def run(context):
    context.write("flights.clean", {call})
"""
    node = {"reads": ("flights.raw",), **writes("flights.clean")}
    outcome = run(make_job("python", code, node=node, **facts))

    assert outcome.reason == ""
    assert written(outcome, address) == [("VIE",)]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ('context.read("flights.raw")', "Add `reads: [flights.raw]` to that node in recipe.yaml"),
        ('context.query("SELECT 1 FROM source.web")', "Add `sources: [web]`"),
        ('context.write("flights.other", [])', "Add it under `writes:`"),
        ('context.write("flights.clean", 7)', "takes rows"),
        ('context.write("flights.clean", [1])', "Row 0"),
        ("pass", "declares to write flights.clean but did not"),
        ('context.secret("token")', "no secret 'token'"),
        ('context.measure("x", float("nan"))', "not a finite number"),
    ],
)
def test_python_is_told_what_to_declare(run, make_job, facts, call, words):
    outcome = run(make_job("python", f"def run(context):\n    {call}", node=writes("flights.clean"), **facts))

    assert words in outcome.reason
    assert not outcome.retryable


def test_a_traceback_shows_the_recipes_lines_only(run, make_job, facts):
    code = "from helper import half\n\ndef run(context):\n    half('x')\n"
    helper = "def half(number):\n    return number / 2\n"
    outcome = run(make_job("python", code, files={"helper.py": helper}))

    assert outcome.reason.startswith("TypeError: ")
    assert outcome.reason.endswith("(helper.py, line 2).")
    assert 'File "load.py", line 4, in run' in outcome.detail
    assert "recipes/core" not in outcome.detail


def test_a_source_is_read_below_its_folders_only(run, make_job, facts, address, tmp_path):
    drop = tmp_path / "drop"
    drop.mkdir()
    (drop / "planes.csv").write_text("tail,seats\nHA-1,180\n")
    sources = {"planes": SourceSpec(name="planes", location="planes.csv", format="csv")}
    node = {"sources": ("planes",), **writes("flights.planes")}
    job = make_job("sql", "SELECT tail, seats FROM source.planes", node=node, sources=sources, **facts)

    refused = run(job.model_copy(update={"source_roots": (str(tmp_path / "other"),)}))
    outcome = run(job.model_copy(update={"source_roots": (str(drop),)}))

    assert "planes.csv" in refused.reason
    assert outcome.reason == ""
    assert outcome.reads == ("source.planes",)
    assert written(outcome, address) == [("HA-1", 180)]


def test_the_nodes_tests_judge_what_it_staged(run, make_job, facts):
    tests = (
        TestSpec(name="enough", node="load", check="row_count", dataset="flights.clean", params={"min": 10}),
        TestSpec(
            name="known", node="load", check="not_null", dataset="flights.clean", params={"column": "flights"}
        ),
    )
    sql = "SELECT * FROM flights.raw WHERE flights IS NOT NULL"
    outcome = run(make_job("sql", sql, node=writes("flights.clean"), tests=tests, **facts))

    assert outcome.ok
    assert [(test.test, test.verdict) for test in outcome.tests] == [("enough", "fail"), ("known", "pass")]


def test_a_shell_node_gets_values_and_writes_a_file(run, make_job, facts, address):
    script = 'printf "origin\\n%s\\n" "$HUB_VALUE_PLACE" > "$HUB_OUTPUTS/flights.clean.csv"; echo "n=2.5" >> $HUB_MEASURES'
    value = {"type": "text", "value": "BUD $(touch never)"}
    outcome = run(make_job("shell", script, node=writes("flights.clean"), values={"place": value}, **facts))

    assert outcome.reason == ""
    assert written(outcome, address) == [("BUD $(touch never)",)]
    assert outcome.measures == {"n": 2.5}


def test_secrets_are_masked_everywhere(run, make_job):
    code = """
import os, sys
def run(context):
    secret = context.secret("api")
    print("printed", secret)
    os.write(1, secret[:5].encode()); sys.stdout.flush(); os.write(1, secret[5:].encode() + b"\\n")
    context.log("logged", secret)
    sys.stderr.write("in a url http://x/?k=p%40ss%20word%2F1\\n")
    context.measure("m", 1)
    raise ValueError("raised " + secret + " and " + "db-passw0rd")
"""
    job = make_job(
        "python",
        code,
        secrets={"api": "p@ss word/1"},
        connections={"db": {"kind": "postgresql", "host": "db.internal", "password": "db-passw0rd"}},
    )
    outcome = run(job)
    log = Path(job.log).read_text()

    assert "printed •••" in log
    for text in (log, outcome.model_dump_json()):
        assert "p@ss" not in text
        assert "ss word/1" not in text
        assert "p%40ss" not in text
        assert "db-passw0rd" not in text
    assert "db.internal" not in outcome.reason


TRIES_THE_LOCKS = """
import os
def run(context):
    engine = context._work.data().bench.connection
    context.read("flights.raw").fetchall()
    for number, sql in enumerate((
        "SELECT * FROM read_csv('/etc/passwd')",
        "COPY (SELECT 1) TO '/tmp/anywhere.parquet'",
        "SET enable_external_access = true",
        "SET allowed_paths = ['/etc/passwd']",
        "SET threads = 1",
        "ATTACH '/tmp/anywhere.db' AS other",
        "INSTALL httpfs",
    )):
        try:
            engine.execute(sql)
        except Exception as fault:
            context.log(number, fault)
        else:
            context.measure(f"allowed_{number}", 1)
    asked = "SELECT current_setting('threads'), current_setting('memory_limit'), current_setting('TimeZone')"
    context.log("has", *engine.execute(asked).fetchone(), os.cpu_count())
"""


def test_the_engine_that_was_open_before_the_job_came_is_locked_and_has_the_nodes_limits(
    run, make_job, facts
):
    job = make_job(
        "python",
        TRIES_THE_LOCKS,
        node={"reads": ("flights.raw",)},
        limits=JobLimits(memory_mb=300),
        **facts,
    )
    outcome = run(job)

    assert outcome.reason == ""
    assert outcome.measures == {}
    assert f"has {os.cpu_count()} 286.1 MiB UTC" in Path(job.log).read_text()


def test_no_two_nodes_draw_the_same_random_numbers(run, make_job, facts, address):
    sql = "SELECT random() AS number, CAST(uuid() AS VARCHAR) AS name"
    drawn = [written(run(make_job("sql", sql, node=writes("flights.clean"), **facts)), address) for _ in "ab"]
    code = (
        "import duckdb, random\ndef run(context):\n"
        "    context.measure('engine', duckdb.sql('SELECT random()').fetchone()[0])\n"
        "    context.measure('python', random.random())"
    )
    one, other = (run(make_job("python", code)).measures for _ in "ab")

    assert drawn[0][0][0] != drawn[1][0][0]
    assert drawn[0][0][1] != drawn[1][0][1]
    assert one["engine"] != other["engine"]
    assert one["python"] != other["python"]


def test_the_fork_server_has_one_thread_for_a_fork_copies_no_other(node_server, run, make_job):
    run(make_job("synchronise"))

    assert len(list(Path(f"/proc/{node_server.pid}/task").iterdir())) == 1


def test_a_test_in_python_runs_in_the_nodes_process_and_says_no_secret(run, make_job, facts, tmp_path):
    text = (
        "import helper\n"
        "def check(context):\n"
        "    print('printed hunter2-hunter2')\n"
        "    context.log('logged hunter2-hunter2')\n"
        "    rows = [row for row in context.read() if row['flights'] is None]\n"
        "    return context.failing(len(rows), of=len(context.read()), rows=rows, said=helper.said('hunter2-hunter2'))\n"
    )
    files = {"check.py": text, "helper.py": "def said(word):\n    return f'said {word}'\n"}
    test = TestSpec(
        name="t", node="load", check="python_check", dataset="flights.raw", params={"file": "check.py"}
    )

    outcome = run(
        make_job("synchronise", files=files, tests=(test,), secrets={"password": "hunter2-hunter2"}, **facts)
    )

    (result,) = outcome.tests
    assert (result.verdict, result.n_scope, result.n_fail) == ("fail", 3, 1), result.sentence
    assert result.sentence == "said ••• (33.3 %)."
    assert [row["day"] for row in result.evidence] == ["2026-03-02"]
    log = (tmp_path / "node.log").read_text()
    assert "printed •••" in log
    assert "logged •••" in log
    assert "hunter2" not in log
