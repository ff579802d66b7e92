"""Rows as the hub makes them, for tests of pages and queries: a mesh of two domains and runs in every state."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from kitchens.models import Change, Dataset, Domain, Kitchen, Person, Revision, Snapshot
from recipes.core.plan import Plan, Value
from recipes.core.spec.model import NodeSpec, TestSpec, WriteSpec
from recipes.core.status import SETTLED
from recipes.models import Attempt, DatasetAccess, NodeRun, Order, OrderRun, TestResult

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
COMMIT = "4b1f0c9d2e3a4b5c6d7e8f901234567890abcdef"
_numbers = itertools.count(1)


def make_person(username: str = "ann", role: str = "operator", **facts: Any) -> Person:
    names = {"first_name": username.capitalize(), "last_name": "Okafor"}
    return Person.objects.create_user(username, password="calm control room", role=role, **names | facts)


def make_production(**facts: Any) -> Kitchen:
    kitchen = Kitchen.objects.filter(tier="production").first() or Kitchen.objects.create(
        **{
            "slug": "production",
            "title": "Production",
            "tier": "production",
            "branch": "main",
            "store": "embedded",
        }
        | {"created_at": NOW - timedelta(days=90)}
        | facts
    )
    if not kitchen.revisions.exists():
        make_revision(kitchen)
    return kitchen


def make_kitchen(slug: str = "faster-joins", **facts: Any) -> Kitchen:
    kitchen = Kitchen.objects.create(
        **{
            "slug": slug,
            "title": slug,
            "parent": make_production(),
            "tier": "development",
            "store": "embedded",
        }
        | {"branch": f"kitchens/{slug}", "created_at": NOW - timedelta(days=3)}
        | {"ends_on": (NOW + timedelta(days=12)).date()}
        | facts
    )
    make_revision(kitchen)
    return kitchen


def make_revision(kitchen: Kitchen, cause: str = "created", **facts: Any) -> Revision:
    before = kitchen.revisions.order_by("-number").values_list("commit", flat=True).first()
    kitchen.head += 1
    kitchen.save(update_fields=["head"])
    numbered = {"number": kitchen.head, "commit": before or COMMIT, "cause": cause, "at": NOW}
    return Revision.objects.create(kitchen=kitchen, **numbered | facts)


def make_change(
    kitchen: Kitchen, number: int = 1, hours: Sequence[float] = (0, 2, 3, 8, 9, 20), **facts: Any
) -> Change:
    """A change that went live: hours of first commit, green run, request, approval, merge and production after a start."""
    start = facts.pop("start", NOW - timedelta(days=5))
    names = (
        *("first_commit_at", "first_green_run_at", "requested_at", "approved_at", "merged_at"),
        "first_green_target_run_at",
    )
    moments = {name: start + timedelta(hours=hour) for name, hour in zip(names, hours, strict=False)}
    made = {"target": kitchen.parent, "state": "merged", "domains": ["flights"], "commits": 2}
    made |= {"kitchen_asked_at": start, "kitchen_ready_at": start + timedelta(seconds=1)}
    return Change.objects.create(kitchen=kitchen, number=number, **made | moments | facts)


def make_domain(slug: str = "flights", **facts: Any) -> Domain:
    made = {"title": slug.capitalize(), "created_at": NOW - timedelta(days=90)} | facts
    return Domain.objects.get_or_create(slug=slug, defaults=made)[0]


def make_dataset(name: str = "flights.clean", **facts: Any) -> Dataset:
    made = {"domain": make_domain(name.split(".")[0]), "created_at": NOW - timedelta(days=90)} | facts
    return Dataset.objects.get_or_create(name=name, defaults=made)[0]


def make_snapshot(dataset: Dataset, rows: int = 224, **facts: Any) -> Snapshot:
    columns = [{"name": "day", "type": "DATE", "nullable": False}, {"name": "origin", "type": "VARCHAR"}]
    made = {
        "store": "embedded",
        "parts": [],
        "columns": columns,
        "bytes": rows * 61,
        "digest": f"{next(_numbers):064x}",
    }
    made |= {"made_by_attempt": "1-1-1", "created_at": NOW}
    return Snapshot.objects.create(dataset=dataset, rows=rows, **made | facts)


def make_spec(
    name: str, needs: Sequence[str] = (), kind: str = "sql", writes: Sequence[str] = ()
) -> NodeSpec:
    written = tuple(WriteSpec(dataset=dataset) for dataset in writes)
    suffix = {"sql": "sql", "python": "py", "shell": "sh"}.get(kind, "")
    file = f"{name}.{suffix}" if suffix else ""
    return NodeSpec(name=name, kind=kind, file=file, needs=tuple(needs), writes=written)


def make_test(name: str, node: str, check: str = "row_count", **facts: Any) -> TestSpec:
    return TestSpec(name=name, node=node, check=check, **facts)


FLIGHTS = (
    make_spec("load", kind="python", writes=["flights.raw"]),
    make_spec("calendar", kind="shell"),
    make_spec("clean", ["load", "calendar"], writes=["flights.clean"]),
    make_spec("daily", ["clean"], writes=["flights.daily"]),
    make_spec("routes", ["clean"], writes=["flights.routes"]),
    make_spec("done", ["daily", "routes"], kind="synchronise"),
)
FLIGHT_TESTS = (
    make_test("enough flights", "load"),
    make_test("no flight twice", "load", "unique"),
    make_test("airports exist", "clean", "foreign_key", dataset="flights.clean"),
    make_test("delay is plausible", "clean", "range", severity="warn"),
    make_test("carriers are known", "clean", "in_set", severity="log"),
    make_test("no flight is lost", "daily", "aggregate_balance"),
    make_test("every route has a distance", "routes", "not_null"),
)


def make_plan(
    nodes: Sequence[NodeSpec] = FLIGHTS, tests: Sequence[TestSpec] = FLIGHT_TESTS, **facts: Any
) -> Plan:
    of_node = {node.name: tuple(test for test in tests if test.node == node.name) for node in nodes}
    values = {
        "day": Value(name="day", type="date", value="2026-11-21", origin="order"),
        "min_flights": Value(name="min_flights", type="integer", value=150, origin="recipe"),
        "as_of": Value(name="as_of", type="datetime", value="2026-11-22T10:00:00+00:00", origin="system"),
    }
    named = {
        "domain": "flights",
        "recipe": "daily",
        "variation": "production",
        "commit": COMMIT,
        "tree": COMMIT,
    }
    return Plan(nodes=tuple(nodes), tests=of_node, values=values, **named | facts)


def make_run(plan: Plan | None = None, status: str = "succeeded", **facts: Any) -> OrderRun:
    """Make a run without node runs; `make_node_run` adds them."""
    plan = plan or make_plan()
    kitchen = facts.pop("kitchen", None) or make_production()
    named = {"domain": plan.domain, "recipe": plan.recipe, "variation": plan.variation, "kitchen": kitchen}
    order = facts.pop("order", None) or Order.objects.create(placed_at=NOW, **named)
    make_domain(plan.domain)
    begun = status not in ("queued", "pending")
    times = {"placed_at": NOW, "turn_at": NOW, "started_at": NOW if begun else None}
    times["ended_at"] = NOW + timedelta(seconds=134) if status in SETTLED else None
    counts = {"total": len(plan.nodes), "tests_total": sum(map(len, plan.tests.values()))}
    made = named | times | counts | {"commit": plan.commit, "plan": plan.model_dump(mode="json")} | facts
    run = OrderRun.objects.create(order=order, status=status, **made)
    OrderRun.objects.filter(pk=run.pk).update(chain=run.chain or run.pk)
    return run


def make_node_run(
    run: OrderRun, node: NodeSpec, status: str = "succeeded", *, at: float = 0, took: float = 4, **facts: Any
) -> NodeRun:
    """Make a node run with its attempt, begun `at` seconds after its run; the node's datasets where it succeeded."""
    place = run.node_runs.count()
    begun = status not in ("queued", "pending", "waiting", "skipped")
    start = run.started_at + timedelta(seconds=at) if begun else None
    end = start + timedelta(seconds=took) if start and status in SETTLED else None
    made = {
        "kitchen_id": run.kitchen_id,
        "kind": node.kind,
        "place": place,
        "attempt": int(begun),
        "started_at": start,
        "ended_at": end,
    } | facts
    node_run = NodeRun.objects.create(run=run, node=node.name, status=status, **made)
    if begun:
        tried = {
            "number": node_run.attempt,
            "owner": "host:4711",
            "status": status,
            "reason": node_run.reason,
        }
        Attempt.objects.create(
            node_run=node_run, started_at=start, ended_at=end, exit_code=0 if end else None, **tried
        )
    for write in node.writes if status == "succeeded" else ():
        snapshot = make_snapshot(make_dataset(write.dataset), made_by_node_run=node_run.pk)
        moved = {
            "dataset": snapshot.dataset,
            "snapshot": snapshot,
            "writes": True,
            "mode": write.mode,
            "at": end,
        }
        DatasetAccess.objects.create(run=run, node_run=node_run, **moved)
    return node_run


def make_result(node_run: NodeRun, test: TestSpec, verdict: str = "pass", **facts: Any) -> TestResult:
    run = node_run.run
    named = {"domain": run.domain, "recipe": run.recipe, "kitchen_id": run.kitchen_id, "test": test.name}
    named |= {
        "check_name": test.check,
        "dataset": test.dataset,
        "severity": test.severity,
        "attempt": node_run.attempt,
    }
    counted = {"n_scope": 224, "n_applicable": 224, "n_fail": 0 if verdict == "pass" else 31}
    said = {"sentence": "224 rows, all as expected", "expected": "", "at": NOW}
    return TestResult.objects.create(
        run=run, node_run=node_run, verdict=verdict, **named | counted | said | facts
    )


def make_finished_run(**facts: Any) -> OrderRun:
    """A green run with a warning, published."""
    run = make_run(done=len(FLIGHTS), tests_warned=1, **facts)
    for place, node in enumerate(FLIGHTS):
        node_run = make_node_run(run, node, at=place * 20, took=18)
        for test in (t for t in FLIGHT_TESTS if t.node == node.name):
            found = {
                "sentence": "3 of 224 delays are above 900 minutes",
                "n_fail": 3,
                "expected": "at most 0",
            }
            warned = test.severity == "warn"
            make_result(node_run, test, "warn" if warned else "pass", **(found if warned else {}))
    run.published = make_revision(run.kitchen, "publish", made_by_run=run.pk)
    run.revision = run.revision or run.kitchen.revisions.first()
    run.save()
    return run


def make_failed_run(**facts: Any) -> OrderRun:
    """A run whose stop test `airports exist` failed at `clean`, with evidence; what needs it was skipped."""
    run = make_run(status="failed", done=len(FLIGHTS), tests_failed=1, **facts)
    load, calendar, clean, *after = FLIGHTS
    for node, at, took in ((load, 0, 42.3), (calendar, 0.4, 3.1)):
        node_run = make_node_run(run, node, at=at, took=took)
        for test in (t for t in FLIGHT_TESTS if t.node == node.name):
            make_result(node_run, test)
    failed = make_node_run(run, clean, "failed", at=43, took=91, reason="Test airports exist failed.")
    Attempt.objects.filter(node_run=failed).update(cpu_seconds=61.2, peak_memory=412_000_000)
    evidence = [
        {"day": "2026-11-21", "flight": 1000 + n, "origin": f"X{n:02}", "dest": "ORD"} for n in range(8)
    ]
    found = {"sentence": "31 of 224 flights name an unknown airport", "n_fail": 31, "evidence": evidence}
    found |= {
        "expected": "at most 1 %",
        "measure": 13.84,
        "unit": "%",
        "sql": "SELECT *\nFROM flights.clean\nWHERE …",
        "details": {"columns": ["origin"]},
    }
    make_result(failed, FLIGHT_TESTS[2], "fail", **found)
    make_result(failed, FLIGHT_TESTS[3], "pass")
    make_result(
        failed, FLIGHT_TESTS[4], "error", sentence="The column carrier does not exist any more", n_fail=None
    )
    for node in after:
        make_node_run(run, node, "skipped", reason="clean failed, and this needs it.")
    return run


def make_running_run(**facts: Any) -> OrderRun:
    """A run with one node done, one at work and the rest to come."""
    run = make_run(status="running", done=1, **facts)
    load, calendar, *after = FLIGHTS
    make_node_run(run, load, "running", at=0.2)
    make_node_run(run, calendar, at=0.4, took=3.1)
    for node in after:
        make_node_run(run, node, "pending", reason="Waits for other nodes.")
    return run
