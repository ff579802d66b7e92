"""Processes in which many people merge at once, and in which merges are killed half-way; started by test_crowd."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from datetime import timedelta

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connections  # noqa: E402

from hub.common.errors import ConflictError  # noqa: E402
from hub.common.tables import bring_tables_up_to_date  # noqa: E402
from kitchens.actions import merges  # noqa: E402
from kitchens.actions.merges.leftovers import recover  # noqa: E402
from kitchens.actions.rollbacks import roll_back  # noqa: E402
from kitchens.core.branches import kitchen_branches  # noqa: E402
from kitchens.core.git import MeshRepository  # noqa: E402
from kitchens.core.roles import THE_HUB, Actor  # noqa: E402
from kitchens.models import Kitchen, MergeRequest, Person, Pointer, Revision  # noqa: E402
from kitchens.queries.data import newest  # noqa: E402
from tests import crash_points  # noqa: E402
from tests.changing import NOW, commit, green, kitchen_of, mesh, person, publish, request_of  # noqa: E402


def production() -> Kitchen:
    return Kitchen.objects.get(tier="production")


def prepare(people: int) -> None:
    """Make the mesh, and for each person a kitchen with a change, a request, and a green candidate of the same state."""
    bring_tables_up_to_date()
    root = mesh()
    for number in range(people):
        who = person(f"p{number}").actor()
        kitchen = kitchen_of(root, f"kitchen-{number}", by=who)
        commit(kitchen, {f"domains/sales/{number}.md": b"%d\n" % number}, by=who)
        green(request_of(kitchen, by=who, title=f"Change {number}"), by=who)


def merge_all(first: int, last: int) -> None:
    """Let the people from `first` to before `last` merge at the same moment, each in a thread; print what each was told."""
    print("ready", flush=True)
    sys.stdin.readline()
    told: dict[int, str] = {}
    start = threading.Barrier(last - first)

    def one(number: int) -> None:
        request = MergeRequest.objects.select_related("source", "target").get(title=f"Change {number}")
        who: Actor = Person.objects.get(username=f"p{number}").actor()
        start.wait()
        try:
            told[number] = f"merged {merges.merge(request, by=who, now=NOW).number}"
        except ConflictError as fault:
            told[number] = fault.message
            merges.merge_when_green(request, True, by=who, now=NOW)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(first, last)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps(told), flush=True)


def upkeep() -> None:
    """Do what the hub does every second, until every request is merged."""
    for second in range(1000):
        now = NOW + timedelta(seconds=second)
        merges.go_on(now)
        for pk in MergeRequest.objects.filter(candidate_state="building").values_list("pk", flat=True):
            merges.candidate_settled(pk, green=True, note="", now=now)
        if not MergeRequest.objects.filter(state="open").exists():
            return


def check() -> None:
    """Print what is wrong with ledger and git, which is nothing."""
    print(json.dumps(faults()), flush=True)


def faults() -> list[str]:
    """Return what is wrong: in the ledger, between ledger and git, or lost of what was merged."""
    repository = MeshRepository(settings.MESH_REPOSITORY)
    found = []
    for kitchen in Kitchen.objects.filter(state="ready"):
        numbers = list(kitchen.revisions.order_by("number").values_list("number", flat=True))
        if numbers != list(range(1, kitchen.head + 1)):
            found.append(f"{kitchen.slug} has the revisions {numbers} and the head {kitchen.head}")
        if repository.head(kitchen.branch) != newest(kitchen).commit:
            found.append(f"{kitchen.slug}: branch and ledger differ")
    tip = newest(production()).commit
    for request in MergeRequest.objects.filter(state="merged").select_related("source", "merged_revision"):
        if not repository.contains(tip, request.candidate_commit):
            found.append(f"{request.title}: its commit is not in the history of production")
        if request.merged_revision.commit != request.candidate_commit:
            found.append(f"{request.title}: the revision is of another commit")
    gone = Kitchen.objects.filter(tier="candidate", state="gone").values_list("slug", flat=True)
    if left := set(gone) & set(kitchen_branches(settings.MESH_REPOSITORY)):
        found.append(f"branches are left of {sorted(left)}")
    if half := Pointer.objects.exclude(revision__in=Revision.objects.all()).count():
        found.append(f"{half} pointers have no revision")
    return found


def files() -> None:
    """Print how many files of people production has, and its number of merges."""
    repository = MeshRepository(settings.MESH_REPOSITORY)
    commit_ = repository.commit_object(newest(production()).commit)
    there = [entry.name for entry in commit_.tree["domains/sales"] if entry.name[0].isdigit()]
    merged = production().revisions.filter(cause="merge").count()
    print(json.dumps([len(there), merged]), flush=True)


def killed(point: str, act: Callable[[], object]) -> bool:
    """Do it in a child that dies at the crash point, and say whether it died there."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        os.environ["HUB_CRASH_POINT"] = point
        try:
            act()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def kill_merges() -> None:
    """Kill a build, a merge, a merge down and a roll-back at each of their points; print what is wrong afterwards."""
    bring_tables_up_to_date()
    root = mesh()
    publish(root, "sales.orders", "old")
    told: dict[str, list[str]] = {}
    for point in crash_points.BUILD:
        told[f"build {point}"] = _build(root, point)
    for point in crash_points.MERGE:
        told[f"merge {point}"] = _merge(root, point, _is_done(point))
    for point in crash_points.MERGE_DOWN:
        told[f"down {point}"] = _down(root, point, _is_done(point))
    for point in crash_points.ROLLBACK:
        told[f"rollback {point}"] = _roll_back(root, point, _is_done(point))
    print(json.dumps(told), flush=True)


def _is_done(point: str) -> bool:
    """Say whether the ledger has it once a process dies there."""
    return point.rpartition(".")[2] in ("ledger", "ref", "after")


def _changed(root: Kitchen, name: str) -> Kitchen:
    kitchen = kitchen_of(root, name.replace(".", "-"))
    commit(kitchen, {f"domains/sales/{name}.md": b"new\n"})
    return kitchen


def _build(root: Kitchen, point: str) -> list[str]:
    request = request_of(_changed(root, f"b-{point}"))
    said = (
        [] if killed(point, lambda: merges.start_candidate(request, by=THE_HUB, now=NOW)) else ["not killed"]
    )
    recover(NOW)
    said += faults()
    request.refresh_from_db()
    if request.candidate_state == "building":
        merges.candidate_settled(request.pk, green=True, note="", now=NOW)
    else:
        green(request)
    merges.merge(MergeRequest.objects.get(pk=request.pk), by=THE_HUB, now=NOW)
    return said + faults()


def _merge(root: Kitchen, point: str, done: bool) -> list[str]:
    request = merges.start_candidate(request_of(_changed(root, f"m-{point}")), by=THE_HUB, now=NOW)
    publish(request.candidate, "sales.orders", point)
    merges.candidate_settled(request.pk, green=True, note="", now=NOW)
    before = newest(root)
    said = [] if killed(point, lambda: merges.merge(request, by=THE_HUB, now=NOW)) else ["not killed"]
    recover(NOW)
    request.refresh_from_db()
    moved = newest(root) != before
    if (request.state == "merged", moved) != (done, done):
        said.append(f"merged: {request.state}, revision moved: {moved}, expected {done}")
    if moved and newest(root).pointers.count() != 1:
        said.append("files came without their data")
    said += faults()
    merges.merge(MergeRequest.objects.get(pk=request.pk), by=THE_HUB, now=NOW)
    return said + faults()


def _down(root: Kitchen, point: str, done: bool) -> list[str]:
    kitchen = _changed(root, f"d-{point}")
    commit(root, {"README.md": point.encode()})
    said = [] if killed(point, lambda: merges.merge_down(kitchen, by=THE_HUB, now=NOW)) else ["not killed"]
    recover(NOW)
    if (newest(kitchen).parent_revision == newest(root)) != done:
        said.append(f"taken in: {not done}, expected {done}")
    return said + faults()


def _roll_back(root: Kitchen, point: str, done: bool) -> list[str]:
    then = newest(root)
    commit(root, {"README.md": b"worse " + point.encode()})
    said = [] if killed(point, lambda: roll_back(root, then, by=THE_HUB, now=NOW)) else ["not killed"]
    recover(NOW)
    if (newest(root).cause == "rollback") != done:
        said.append(f"rolled back: {not done}, expected {done}")
    return said + faults()


if __name__ == "__main__":
    what, *numbers = sys.argv[1:]
    names = {"prepare": prepare, "merge": merge_all, "upkeep": upkeep, "check": check, "files": files}
    (names | {"kill": kill_merges})[what](*map(int, numbers))
