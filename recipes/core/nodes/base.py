"""What a node process is given, and what it gives back. Both travel as JSON on a pipe, never on a command line."""

from __future__ import annotations

from typing import Any

from recipes.core.spec.model import Frozen, NodeSpec, SourceSpec, TestSpec


class JobLimits(Frozen):
    """Limits of one node process; zero means none."""

    seconds: float = 0.0
    memory_mb: int = 0
    cpu_seconds: int = 0
    disk_mb: int = 0  # of one file, of all that is staged, and of what spills over


class Job(Frozen):
    """Everything a node process needs; it never opens the hub's database."""

    attempt: str  # "<run id>-<node run id>-<attempt>": names every staged part
    idempotency_key: str  # "<chain>/<node>": the same over attempts, for back-ends that take one
    node: NodeSpec
    dialect: str = "duckdb"
    files: dict[str, str] = {}  # the recipe's files the node may see, by relative path
    values: dict[str, Any] = {}  # name -> {"type": …, "value": …}
    as_of: str  # ISO time of the run's clock
    kitchen: str = ""
    store: dict[str, Any] = {}  # StoreAddress as a dictionary; empty: the node uses no data
    manifest: dict[str, dict[str, Any]] = {}  # dataset -> Version as a dictionary
    sources: dict[str, SourceSpec] = {}  # already rendered
    source_roots: tuple[str, ...] = ()  # folders that file sources may lie in
    connections: dict[str, dict[str, Any]] = {}  # with secrets: never logged, never stored
    secrets: dict[str, str] = {}  # name -> value: never logged, never stored
    tests: tuple[TestSpec, ...] = ()
    slot: str = ""  # ISO time the run is about
    on_demand: bool = False  # no schedule meant the run
    added: dict[
        str, tuple[str, ...]
    ] = {}  # dataset -> parts that an earlier try wrote, which is only judged again
    began: str = ""  # ISO time of the run's clock at which the run began
    clock_shift: float = 0.0  # seconds from real time to the run's clock
    past: dict[str, dict[str, Any]] = {}  # test -> Past as a dictionary, of those that read history
    told: dict[str, dict[str, Any]] = {}  # test -> Told as a dictionary, of those that ask for events
    personal: dict[str, dict[str, str]] = {}  # of the datasets it sees: their personal columns
    limits: JobLimits = JobLimits()
    log: str = ""  # absolute path of the log file


class Measured(Frozen):
    """One evaluated test, with all that recipes.models.TestResult keeps of it."""

    test: str
    check: str
    dataset: str = ""
    severity: str = "stop"
    verdict: str
    sentence: str
    n_scope: int | None = None
    n_applicable: int | None = None
    n_fail: int | None = None
    measure: float | None = None
    unit: str = ""
    expected: str = ""
    details: dict[str, Any] = {}
    evidence: tuple[dict[str, Any], ...] = ()
    sql: str = ""
    duration_ms: float = 0.0
    baselines: tuple[dict[str, Any], ...] = ()  # learnt for this verdict, and kept apart from the result


class Outcome(Frozen):
    """What came of a node process. `ok` is about the node's own work; the tests speak for themselves."""

    ok: bool
    reason: str = ""  # a sentence for people where it is not ok
    detail: str = ""  # traceback or engine message, for the page
    retryable: bool = True
    timed_out: bool = False
    cancelled: bool = False
    lost: bool = False  # the machine lost the process: no fault of the node's, how far it got is unknown
    measures: dict[str, float] = {}
    staged: tuple[dict[str, Any], ...] = ()  # Staged as dictionaries
    reads: tuple[str, ...] = ()  # datasets really read
    tests: tuple[Measured, ...] = ()
    plan: str = ""  # how the tests were answered, in words
    kept: dict[
        str, dict[str, Any]
    ] = {}  # part -> numbers counted in it; a worker judges whether they may be kept
    sql: tuple[str, ...] = ()  # statements that ran
    exit_code: int | None = None
    cpu_seconds: float = 0.0
    peak_memory: int = 0
