"""Load and use once what prepares itself at first use: a node process that does so has 6 to 30 ms less to do."""

from __future__ import annotations

import gc
import importlib
import tempfile
from pathlib import Path

from recipes.core.nodes import outcomes
from recipes.core.nodes.base import Job, Outcome
from recipes.core.nodes.masking import Masker
from recipes.core.spec.model import NodeSpec

# Loaded once here, so that a node process finds it all in its memory.
PRELOADED = (
    "duckdb",
    "sqlglot",
    "sqlglot.dialects.duckdb",
    "sqlglot.dialects.postgres",
    "psycopg",
    "jinja2.sandbox",
    "json",
    "csv",
    "datetime",
    "decimal",
    "kitchens.core.stores.embedded",
    "kitchens.core.stores.postgresql",
    "recipes.core.nodes.python",
    "recipes.core.nodes.shell",
    "recipes.core.nodes.sql",
    "recipes.core.nodes.synchronise",
)
SAMPLE = "SELECT a, count(*) AS n FROM b.c WHERE d = {{ day }} GROUP BY a"


def load() -> None:
    """Load everything into this process, the fork server, so that those forked from it have it in their memory."""
    for name in PRELOADED:
        importlib.import_module(name)
    _engine()
    _job()
    for dialect in ("duckdb", "postgres"):
        _statement(dialect)
    gc.collect()
    gc.freeze()  # forked processes then leave these pages shared


def rehearse() -> None:
    """Get, in a process that waits for its job, hold of the memory that a job will want."""
    _job()


def _engine() -> None:
    """Open the data engine that forked processes find open. Only this thread is left then: a fork copies no other."""
    import duckdb

    from kitchens.core.stores.embedded import bench

    duckdb.execute(
        "SET threads = 1"
    )  # the engine that the module itself opens, for `duckdb.sql` in a Python node
    with tempfile.TemporaryDirectory() as folder:
        bench.open_ahead(Path(folder))


def _job() -> None:
    sample = Job(attempt="0-0-0", idempotency_key="0", node=NodeSpec(name="n", kind="synchronise"), as_of="")
    Job.model_validate_json(sample.model_dump_json())
    outcomes.packed(Outcome(ok=True), Masker())


def _statement(dialect: str) -> None:
    from kitchens.core.stores import guard
    from recipes.core.sql import bind, reads

    reads(SAMPLE, dialect)
    bound = bind(SAMPLE, {"day": {"type": "date", "value": "2026-01-01"}}, dialect)
    guard.check(bound, dialect, {"b.c"}, {}).tree.sql(dialect=dialect)
