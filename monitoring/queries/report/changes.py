"""What changed between two runs: code, test, values, data and people, all from what each run pinned."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings

from hub.common.errors import HubError
from kitchens.core.git import MeshRepository
from kitchens.core.git.history import Change
from kitchens.core.git.merging import brought
from kitchens.models import Revision, Snapshot
from monitoring.core.causes import Changes, CodeChange, DataChange, Person, TestChange, ValueChange
from monitoring.queries.report.loaded_anew import compared
from monitoring.queries.report.sides import Moved, Side
from recipes.core.changes.judged import changed_test
from recipes.core.changes.meaning import means_the_same
from recipes.core.changes.sections import shown
from recipes.core.checks import datasets_read
from recipes.core.fixtures import FOLDER
from recipes.core.spec.model import NodeSpec, TestSpec
from recipes.core.templates import has_template

NO_MATTER = {"description", "line"}
BROUGHT_BY = ("merge", "rollback", "restore", "override")
MOST_PEOPLE = 12


def changes_between(green: Side, red: Side, node: str, test: str) -> Changes:
    """Return all that differs on the way to a node. About eight queries, and a difference of two commits."""
    path = red.path(node) if node in red.nodes else list(red.nodes)
    own = red.test(test)
    values = list(_values(green, red, path, own, green.test(test)))
    code = list(_code(green, red, node, path))
    return Changes(
        against=green.run.pk,
        against_kitchen="" if green.run.kitchen_id == red.run.kitchen_id else str(green.run.kitchen),
        commit_before=green.run.commit,
        commit=red.run.commit,
        code=tuple(code),
        tests=tuple(_tests(green, red, own, values)),
        values=tuple(values),
        data=tuple(compared(red.run.kitchen, list(_data(green, red, path, own)))),
        people=tuple(_people(green, red)),
    )


def recipe_folder(side: Side) -> str:
    return f"domains/{side.plan.domain}/recipes/{side.plan.recipe}"


def file_changes(before: str, now: str, folder: str) -> tuple[Change, ...]:
    """Return the files of a folder that differ between two commits, with their lines; none where one is gone."""
    if before == now:
        return ()
    try:
        return MeshRepository(settings.MESH_REPOSITORY).diff(before, now, folder)
    except HubError:
        return ()


def _code(green: Side, red: Side, node: str, path: Sequence[str]) -> Iterator[CodeChange]:
    folder = recipe_folder(red)
    if green.plan.tree == red.plan.tree and green.run.commit == red.run.commit:
        return
    for change in file_changes(green.run.commit, red.run.commit, folder):
        name = change.path.removeprefix(f"{folder}/")
        if name != "recipe.yaml" and not name.startswith(f"{FOLDER}/"):
            nodes = _nodes_of(name, red, path)
            same = change.status == "changed" and _means_the_same(change.path, green, red)
            said = f"{change.path}: only comments or layout differ." if same else ""
            facts = (change.path, change.status, change.added, change.removed, nodes, _place(nodes, node))
            yield CodeChange(*facts, said, same)
    for name in path:
        before, now = green.spec(name), red.spec(name)
        if now is not None and (before is None or _told(before) != _told(now)):
            said = (
                f"The node {name} is new." if before is None else f"The node {name} is declared differently."
            )
            where = f"{folder}/recipe.yaml"
            yield CodeChange(where, "changed", 0, 0, (name,), "here" if name == node else "upstream", said)
    for name, source in red.plan.sources.items():
        old = green.plan.sources.get(name)
        users = tuple(one for one in path if (spec := red.spec(one)) and name in spec.sources)
        if users and old is not None and _file(old) != _file(source):
            said = f"The source {name} is declared differently."
            yield CodeChange(f"{folder}/recipe.yaml", "changed", 0, 0, users, _place(users, node), said)


def _means_the_same(path: str, green: Side, red: Side) -> bool:
    """Say whether a file does in both commits what it did; False where one of them cannot be read."""
    repository = MeshRepository(settings.MESH_REPOSITORY)
    try:
        before, now = (repository.read_file(side.run.commit, path).decode() for side in (green, red))
    except (HubError, UnicodeDecodeError):
        return False
    return means_the_same(path, before, now, red.plan.dialect)


def _file(source: Any) -> dict[str, Any]:
    """Return a source without its place: that may name a day, which differs from run to run."""
    return dict(source.model_dump(exclude={"line", "location", "query"}))


def _told(node: NodeSpec) -> dict[str, Any]:
    return node.model_dump(exclude=NO_MATTER)


def _nodes_of(name: str, side: Side, path: Sequence[str]) -> tuple[str, ...]:
    """Return the nodes of the path a file belongs to: those that name it, else every one that may import it."""
    named = tuple(one for one in path if (spec := side.spec(one)) and spec.file == name)
    if named or any(spec.file == name for spec in side.nodes.values()) or name.endswith(".sql"):
        return named
    return tuple(one for one in path if (spec := side.spec(one)) and spec.kind in ("python", "shell"))


def _place(nodes: Sequence[str], node: str) -> Any:
    return "here" if node in nodes else "upstream" if nodes else "elsewhere"


def _tests(
    green: Side, red: Side, own: TestSpec | None, values: Sequence[ValueChange]
) -> Iterator[TestChange]:
    """Say how the red test differs, unless a value that it names explains it."""
    if own is None:
        return
    before = green.test(own.name)
    if before is None:
        yield TestChange(f"The test “{own.name}” is new since run {green.run.pk}.", new=True)
        return
    if green.plan.tree == red.plan.tree or any(value.by_test for value in values):
        return  # the same as written: it differs by the values of the runs, which are told
    altered = changed_test(_moved_on(before, green, red), own, {}, {})
    if altered is not None:
        yield TestChange(altered.sentence)


def _moved_on(before: TestSpec, green: Side, red: Side) -> TestSpec:
    """Return a test with the times of its run, which tests of a plan hold, moved on to those of a later run."""
    later: dict[str, str] = {}
    for name, value in red.plan.values.items():
        old = green.plan.values.get(name)
        if old is not None and value.type in ("date", "datetime") and old.value != value.value:
            later.setdefault(str(old.value), str(value.value))
    if not later:
        return before
    # All at once: the day that came after one value may be the day before another.
    longest_first = "|".join(map(re.escape, sorted(later, key=len, reverse=True)))
    moved = re.sub(longest_first, lambda found: later[found[0]], before.model_dump_json())
    return TestSpec.model_validate_json(moved)


def _values(
    green: Side, red: Side, path: Sequence[str], own: TestSpec | None, before: TestSpec | None
) -> Iterator[ValueChange]:
    moved = _moved_parameters(before, own)
    for name, value in red.plan.values.items():
        old = green.plan.values.get(name)
        if value.origin == "system" or (old is not None and old.value == value.value):
            continue
        nodes = [spec for one in path if (spec := red.spec(one))]
        used = any(name in spec.values or (spec.kind == "python" and not spec.values) for spec in nodes)
        was = old.value if old is not None else None
        yield ValueChange(
            name=name,
            before=shown(was),
            now=shown(value.value),
            origin=value.origin,
            kitchen=value.kitchen,
            used=used,
            by_test=value.type not in ("date", "datetime") and (str(was), str(value.value)) in moved,
            of_time=value.type in ("date", "datetime"),
            overridden=value.origin == "kitchen" and (old is None or old.origin != "kitchen"),
        )


def _moved_parameters(before: TestSpec | None, own: TestSpec | None) -> set[tuple[str, str]]:
    """Return (then, now) of every setting of a test that differs: a value it names is told by that."""
    if before is None or own is None:
        return set()
    old = {**before.params, "warn": before.warn, "fail": before.fail}
    new = {**own.params, "warn": own.warn, "fail": own.fail}
    return {
        (_plain(old[name]), _plain(new[name]))
        for name in new.keys() & old.keys()
        if old[name] != new[name] and not has_template(str(new[name]))
    }


def _plain(value: Any) -> str:
    """Return a setting as the value it may come from is written: 3.0 as 3, "> 5" as 5."""
    text = str(value).lstrip("<>=! ").removesuffix("%").strip()
    return text.removesuffix(".0")


def _data(green: Side, red: Side, path: Sequence[str], own: TestSpec | None) -> Iterator[DataChange]:
    then = {(one.dataset, one.writes): one for one in green.moved}
    wrote = set(red.plan.writes())
    reading = {one.node for one in red.moved if not one.writes}
    for one in red.moved:
        if one.node in path and (one.writes or one.dataset not in wrote):
            behind = red.path(one.node) if one.writes else ()
            change = _change(
                one, then.get((one.dataset, one.writes)), "made" if one.writes else "input", behind
            )
            yield replace(change, loaded=one.writes and one.node not in reading)
    known = {one.dataset for one in red.moved} | wrote
    if own is not None and (names := datasets_read(own) - ({own.dataset} | known)):
        before, now = green.resolved(names), red.resolved(names)
        for name in sorted(names):
            yield _reference(name, own.node, before.get(name), now.get(name))
    elif own is not None:
        named = datasets_read(own) - {own.dataset}
        for one in red.moved:
            if one.dataset in named and not one.writes:
                yield _change(one, then.get((one.dataset, False)), "reference")


def _change(now: Moved, then: Moved | None, role: Any, behind: Sequence[str] = ()) -> DataChange:
    old, new = (then.snapshot if then else None), now.snapshot
    return DataChange(
        dataset=now.dataset,
        node=now.node,
        role=role,
        rows_before=then.rows if then else None,
        rows=now.rows,
        snapshot_before=old.pk if old else None,
        snapshot=new.pk if new else None,
        behind=tuple(behind),
        **_schema(old, new),
    )


def _reference(name: str, node: str, old: Snapshot | None, new: Snapshot | None) -> DataChange:
    return DataChange(
        dataset=name,
        node=node,
        role="reference",
        rows_before=old.rows if old else None,
        rows=new.rows if new else None,
        snapshot_before=old.pk if old else None,
        snapshot=new.pk if new else None,
        **_schema(old, new),
    )


def _schema(old: Snapshot | None, new: Snapshot | None) -> dict[str, tuple[str, ...]]:
    if old is None or new is None or old.pk == new.pk:
        return {}
    before = {column["name"]: column["type"] for column in old.columns}
    now = {column["name"]: column["type"] for column in new.columns}
    return {
        "added": tuple(name for name in now if name not in before),
        "removed": tuple(name for name in before if name not in now),
        "retyped": tuple(
            f"{name} {before[name]} → {kind}" for name, kind in now.items() if before.get(name, kind) != kind
        ),
    }


def _people(green: Side, red: Side) -> Iterator[Person]:
    """Name who committed to the recipe between the two, and who merged, rolled back or set an override."""
    old, new = green.run.commit, red.run.commit
    if old != new:
        repository = MeshRepository(settings.MESH_REPOSITORY)
        try:
            ids = {entry.commit for entry in brought(repository, source=new, target=old)}
            entries = repository.log(new, limit=MOST_PEOPLE, path=recipe_folder(red))
        except HubError:
            ids, entries = set(), ()
        for entry in entries:
            if entry.commit in ids:
                said = f"committed “{entry.title[:100]}”"
                yield Person(entry.author, said, entry.at.isoformat(), entry.commit)
    first, last = green.run.revision, red.run.revision
    if first is None or last is None or first.kitchen_id != last.kitchen_id:
        return
    revisions = Revision.objects.filter(
        kitchen=last.kitchen_id, number__gt=first.number, number__lte=last.number, cause__in=BROUGHT_BY
    ).select_related("by")
    done = {
        "merge": "merged",
        "rollback": "rolled back",
        "restore": "restored data",
        "override": "set an override",
    }
    for revision in revisions.order_by("-number")[:MOST_PEOPLE]:
        note = f": {revision.note}" if revision.note else ""
        who = str(revision.by) if revision.by else "The hub"
        yield Person(who, f"{done[revision.cause]}{note}", revision.at.isoformat())
