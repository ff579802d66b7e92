"""What must hold after the kills: nothing lost, no success recorded twice, nothing published twice."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from django.db.models import Count

from hub.trials.mesh import RECIPES, TOLD
from kitchens.models import Kitchen, Revision
from kitchens.queries.data import open_kitchen_store, resolve
from recipes.models import Attempt, NodeRun, OrderRun, RunLock, TestResult


@dataclass(frozen=True)
class Proof:
    """Counts for people, and every violation as a sentence."""

    counts: dict[str, int]
    violations: list[str]


def prove(kitchen: Kitchen, ledger: Path) -> Proof:
    """Compare hub, data and the ledger outside with one another."""
    told = (
        Counter(tuple(line.split()) for line in ledger.read_text().splitlines())
        if ledger.exists()
        else Counter()
    )
    counts = {
        "runs": OrderRun.objects.count(),
        "nodes": NodeRun.objects.count(),
        "attempts": Attempt.objects.count(),
        "attempts lost": Attempt.objects.filter(status="lost").count(),
        "attempts failed": Attempt.objects.filter(status="failed").count(),
        "effects repeated": sum(count - 1 for count in told.values()),
    }
    violations = [
        *_lost(),
        *_twice(),
        *_effects(told),
        *_published(kitchen),
    ]
    return Proof(counts, violations)


def _lost() -> list[str]:
    runs = OrderRun.objects.exclude(status="succeeded").values_list("pk", "status", "reason")
    found = [f"Run {pk} ended {status}: {reason}" for pk, status, reason in runs]
    nodes = NodeRun.objects.exclude(status="succeeded").values_list("run_id", "node", "status")
    found += [f"Node {node} of run {run} ended {status}." for run, node, status in nodes]
    if left := RunLock.objects.count():
        found.append(f"{left} tickets to write were never given back.")
    return found


def _twice() -> list[str]:
    doubled = (
        Attempt.objects.filter(status="succeeded").values("node_run").annotate(n=Count("id")).filter(n__gt=1)
    )
    found = [f"Node run {row['node_run']} has {row['n']} successful attempts." for row in doubled]
    once = NodeRun.objects.filter(in_hub=False).count()
    if Attempt.objects.filter(status="succeeded").count() != once:
        found.append("There are not as many successful attempts as nodes.")
    judged = (
        TestResult.objects.filter(verdict="pass")
        .values("node_run", "attempt", "test")
        .annotate(n=Count("id"))
    )
    found += [f"A test of node run {row['node_run']} is on record twice." for row in judged.filter(n__gt=1)]
    wrong = OrderRun.objects.exclude(done=5).count()
    return [*found, *([f"{wrong} runs miscounted their nodes."] if wrong else [])]


def _effects(told: Counter[tuple[str, ...]]) -> list[str]:
    """Every node told the ledger at least once, and no more often than it was tried."""
    found = []
    for run, node, attempts in NodeRun.objects.filter(node__in=TOLD).values_list("run_id", "node", "attempt"):
        times = told.pop((str(run), node), 0)
        if not 1 <= times <= attempts:
            found.append(f"Node {node} of run {run} told the ledger {times} times in {attempts} attempts.")
    return found + [f"The ledger holds a line of nobody: {' '.join(line)}." for line in told]


def _published(kitchen: Kitchen) -> list[str]:
    revisions = Counter(Revision.objects.exclude(made_by_run=None).values_list("made_by_run", flat=True))
    found = [f"Run {run} published {count} times." for run, count in revisions.items() if count > 1]
    runs = OrderRun.objects.values_list("pk", "recipe", "published__made_by_run")
    found += [f"Run {pk} does not name its own revision." for pk, _, made_by in runs if made_by != pk]
    versions = resolve(kitchen)
    store = open_kitchen_store(kitchen)
    for name in RECIPES:
        expected = sorted(pk for pk, recipe, _ in runs if recipe == name)
        dataset = versions.get(f"trial.{name}")
        rows = sorted(row[0] for row in store.sample(dataset, limit=10**6).rows) if dataset else []
        if rows != expected:
            found.append(f"trial.{name} holds the rows of other runs than those that succeeded.")
    return found
