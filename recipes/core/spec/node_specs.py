"""The section `nodes`: what each does, reads and writes, and what follows from that for their order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from recipes.core.spec.code import check_python, read_sql
from recipes.core.spec.graph import find_cycle, topological
from recipes.core.spec.keys import NODE
from recipes.core.spec.model import NodeSpec, Place
from recipes.core.spec.reading import SLUG, Reading
from recipes.core.spec.section import Section
from recipes.core.spec.writes import read_writes
from recipes.core.sql import SqlReads

# kind -> (keys it must have, keys that have no meaning for it)
WANTED: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "sql": (("file", "writes"), ("command", "reads")),
    "python": (("file",), ("command",)),
    "shell": ((), ()),
    "synchronise": ((), ("file", "command", "reads", "writes", "connection", "retries", "backoff")),
}
CONNECTION = re.compile(r"[A-Za-z0-9_-]{1,60}")
NOTHING = SqlReads((), (), ())


def read_nodes(reading: Reading, top: Section) -> dict[str, NodeSpec]:
    """Return the nodes of the recipe in topological order, with what reading implies added to their needs."""
    sections = dict(reading.sections(top, "nodes", NODE, SLUG, "node"))
    if "nodes" in top.found and not top.inside("nodes"):
        reading.faults.add("missing-key", "The recipe has no nodes.", "Add at least one.", top.at("nodes"))
    found = {name: spec for name, section in sections.items() if (spec := _node(reading, name, section))}
    for name, spec in found.items():
        _check_needs(reading, spec, sections, sections[name].at("needs"))
    implied = {name: spec.reads for name, spec in found.items()}
    linked = with_needs(found, implied)
    needs = {name: [need for need in spec.needs if need != name] for name, spec in linked.items()}
    if cycle := find_cycle(needs):
        place = sections[cycle[0]].at("needs")
        remedy = "Take one of the needs away, or let one node read another dataset."
        reading.faults.add("cycle", f"Nodes wait for each other: {' → '.join(cycle)}.", remedy, place)
    return in_order(linked)


def in_order(nodes: dict[str, NodeSpec]) -> dict[str, NodeSpec]:
    """Return the nodes in topological order, otherwise as they were written."""
    return {name: nodes[name] for name in topological({name: spec.needs for name, spec in nodes.items()})}


def with_needs(nodes: dict[str, NodeSpec], reads: Mapping[str, Iterable[str]]) -> dict[str, NodeSpec]:
    """Return the nodes with the needs that reading implies: of what another node writes, it is waited for."""
    writers: dict[str, list[str]] = {}
    for name, spec in nodes.items():
        for write in spec.writes:
            writers.setdefault(write.dataset, []).append(name)
    return {
        name: spec.model_copy(update={"needs": (*spec.needs, *_implied(spec, reads.get(name, ()), writers))})
        for name, spec in nodes.items()
    }


def _implied(spec: NodeSpec, reads: Iterable[str], writers: dict[str, list[str]]) -> list[str]:
    found = [writer for dataset in reads for writer in writers.get(dataset, [])]
    return [name for name in dict.fromkeys(found) if name != spec.name and name not in spec.needs]


def _node(reading: Reading, name: str, section: Section) -> NodeSpec | None:
    section.unknown()
    kind = section.get("kind")
    if kind is None:
        return None
    _check_keys(reading, kind, section)
    read = _content(reading, kind, section)
    return NodeSpec(
        name=name,
        kind=kind,
        reads=read.datasets,
        sources=read.sources,
        values=read.values,
        writes=read_writes(reading, name, section),
        file=section.get("file") or "",
        command=section.get("command") or "",
        description=section.get("description") or "",
        needs=section.get("needs") or (),
        connection=section.get("connection") or "",
        **{
            key: section.get(key)
            for key in ("effects", "retries", "backoff", "timeout", "memory_mb", "disk_mb", "cpu_seconds")
        },
        line=section.place.line,
    )


def _check_keys(reading: Reading, kind: str, section: Section) -> None:
    wanted, without = WANTED[kind]
    for key in wanted:
        if key not in section.entries:
            message = f"{section.what} is of kind {kind} and has no {key}."
            reading.faults.add("missing-key", message, f"{section.keys[key].about}.", section.place)
    for key in without:
        if key in section.found:
            message = f"{section.what} is of kind {kind}, which takes no {key}."
            reading.faults.add("unknown-key", message, f"Remove {key}.", section.at(key))
    if kind == "shell" and ("file" in section.entries) == ("command" in section.entries):
        message = f"{section.what} needs either a file or a command."
        reading.faults.add("missing-key", message, "Name the script, or write the command.", section.place)
    connection = section.get("connection")
    if connection is not None and not CONNECTION.fullmatch(connection):
        message = f"{section.what}: {connection[:60]!r} cannot be the name of a connection."
        reading.faults.add("bad-name", message, "Use letters, digits, _ and -.", section.at("connection"))
    if "{{" in (section.get("command") or ""):
        message = f"{section.what}: a command is no template."
        remedy = "Values reach it as variables: $HUB_VALUE_DAY for the value day."
        reading.faults.add("template", message, remedy, section.at("command"))


def _content(reading: Reading, kind: str, section: Section) -> SqlReads:
    """Return what the node reads: known from SQL, declared for others, which may use every value of the recipe."""
    path = section.get("file")
    text = reading.text(path, section.what, section.at("file")) if path else None
    if kind == "sql":
        found = read_sql(reading, path, text) if path and text is not None else NOTHING
        _check_sources(reading, section, found.sources, Place(file=path) if path else section.place)
        return found
    if kind == "python" and path and text is not None:
        check_python(reading, path, text)
    return _declared(reading, section)


def _declared(reading: Reading, section: Section) -> SqlReads:
    names = section.get("reads") or ()
    sources = tuple(sorted(name.removeprefix("source.") for name in names if name.startswith("source.")))
    datasets = tuple(sorted(name for name in names if not name.startswith("source.")))
    _check_sources(reading, section, sources, section.at("reads"))
    right = [reading.dataset(name, section.what, section.at("reads")) for name in datasets]
    return SqlReads(datasets if all(right) else (), sources, tuple(sorted(reading.value_names)))


def _check_sources(reading: Reading, section: Section, names: tuple[str, ...], at: Place) -> None:
    for name in names:
        reading.known("source", name, sorted(reading.source_names), section.what, at)


def _check_needs(reading: Reading, spec: NodeSpec, there: dict[str, Section], at: Place) -> None:
    for need in spec.needs:
        if need == spec.name:
            message = f"Node {spec.name} needs itself."
            reading.faults.add("self-need", message, "Remove it from its needs.", at)
        else:
            reading.known("node", need, there, f"Node {spec.name}", at)
