"""The section `tests`: each is judged by the definition of its check (recipes.core.checks)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recipes.core.spec.code import check_python
from recipes.core.spec.faults import did_you_mean
from recipes.core.spec.graph import find_cycle
from recipes.core.spec.keys import TEST
from recipes.core.spec.model import AUTOMATIC, NodeSpec, Place, TestSpec
from recipes.core.spec.node_specs import in_order, with_needs
from recipes.core.spec.reading import TITLE, Reading
from recipes.core.spec.section import Section
from recipes.core.sql import (
    SqlFault,
    check_condition,
    check_for_store,
    check_select,
    check_translation,
    condition_values,
    reads,
)


def read_tests(reading: Reading, top: Section, nodes: Mapping[str, NodeSpec]) -> dict[str, TestSpec]:
    """Return the tests of the recipe by name."""
    found: dict[str, TestSpec] = {}
    for name, section in reading.sections(top, "tests", TEST, TITLE, "test"):
        if name.startswith(AUTOMATIC):
            message = f"{section.what}: names that begin with {AUTOMATIC} are those of monitors."
            reading.faults.add("bad-name", message, "Give the test another name.", section.place)
        if spec := _test(reading, name, section, nodes):
            found[name] = spec
            _check(reading, section, spec)
    return found


def needs_of_tests(
    reading: Reading, top: Section, nodes: dict[str, NodeSpec], tests: Mapping[str, TestSpec]
) -> dict[str, NodeSpec]:
    """Return the nodes in order, each also waiting for what its tests read; a fault where that cannot be."""
    from recipes.core.checks import datasets_read  # as above

    if find_cycle(_needs(nodes)):
        return nodes  # the nodes themselves have a circle, which is reported already
    places = {name: place for name, (_, place) in top.inside("tests").items()}
    for name, test in tests.items():
        wider = with_needs(nodes, {test.node: sorted(datasets_read(test))})
        if cycle := find_cycle(_needs(wider)):
            message = f"Test {name} reads what is written only after its node: {' → '.join(cycle)}."
            reading.faults.add("cycle", message, "Put the test at the later node.", places[name])
        else:
            nodes = wider
    return in_order(nodes)


def _needs(nodes: Mapping[str, NodeSpec]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(need for need in spec.needs if need != name) for name, spec in nodes.items()}


def _test(reading: Reading, name: str, section: Section, nodes: Mapping[str, NodeSpec]) -> TestSpec | None:
    node, check = section.get("node"), section.get("check")
    if node is None or check is None or not _known_check(reading, section, check):
        return None
    dataset = _dataset(reading, section, nodes)
    if dataset is None:
        return None
    params = {key: entry.plain() for key, entry in section.entries.items() if key not in section.keys}
    read = _take_statements(reading, section, check, params)
    _take_document(reading, section, check, params)
    _keep_order(check, params)
    return TestSpec(
        name=name,
        node=node,
        check=check,
        dataset=dataset,
        severity=section.get("severity"),
        where=section.get("where") or "",
        warn=_threshold(section.get("warn")),
        fail=_threshold(section.get("fail")),
        nulls=section.get("nulls") or "",
        on_empty=section.get("on_empty") or "",
        params=params,
        reads=read,
        description=section.get("description") or "",
        line=section.place.line,
    )


def _dataset(reading: Reading, section: Section, nodes: Mapping[str, NodeSpec]) -> str | None:
    """Return the dataset a test is about, its node's only one where it names none; None where it is misspelt."""
    node = section.get("node")
    known = reading.known("node", node, nodes, section.what, section.at("node"))
    if written := section.get("dataset"):
        right = reading.dataset(written, section.what, section.at("dataset"))
        return str(written) if right else None
    if not known or node in reading.unsure:
        return f"{reading.domain}.unknown"  # a fault is kept already; the rest of the test is checked all the same
    writes = nodes[node].writes
    return writes[0].dataset if len(writes) == 1 else ""


def _threshold(raw: Any) -> str:
    return "" if raw is None else str(raw)


def _known_check(reading: Reading, section: Section, check: str) -> bool:
    from recipes.core.checks import CHECKS  # heavy: the checks are loaded where a recipe has tests

    if check in CHECKS:
        return True
    message = f"{section.what}: there is no check {check!r}."
    reading.faults.add("unknown-check", message, did_you_mean(check, sorted(CHECKS)), section.at("check"))
    return False


def _check(reading: Reading, section: Section, spec: TestSpec) -> None:
    from recipes.core.checks import CHECKS, check_test  # as above

    definition = CHECKS[spec.check]
    for sentence in check_test(spec):
        key = sentence.partition(":")[0]
        threshold = key in {"warn", "fail"}
        at = section.at(key) if threshold else section.at(_parameter(sentence, section, definition.document))
        code = "bad-threshold" if threshold else "bad-test"
        reading.faults.add(
            code, f"{section.what}: {sentence}", "See docs/tests.md for what each check takes.", at
        )
    _check_sql(reading, section, "where")
    for key in definition.conditions:
        _check_sql(reading, section, key)
    for key in definition.programs:
        _check_program(reading, section, key)
    as_written = {"where", *definition.conditions, *definition.statements, definition.document}
    for key in section.entries.keys() - as_written:
        reading.check_templates(section.entries[key], section.what)


def _check_program(reading: Reading, section: Section, key: str) -> None:
    """Check that a parameter names a Python file with `def check(context)`."""
    entry = section.entries.get(key)
    if entry is None or not isinstance(path := entry.value, str):
        return
    text = reading.text(path, section.what, entry.place)
    if text is not None:
        check_python(reading, path, text, "check")


def _parameter(sentence: str, section: Section, document: str) -> str:
    """Return the key a sentence about a parameter names, so that the fault stands at its line."""
    words = sentence.replace(":", " ").replace(".", " ").split()
    if words[1:4] == ["has", "no", "parameter"] and words[4] in section.entries:
        return words[4]
    in_file = document in words and "file" in section.entries
    usual = "file" if in_file else "check"
    return next((word for word in words if word in section.entries and word not in ("check", "file")), usual)


def _check_sql(reading: Reading, section: Section, key: str) -> None:
    """Check a condition: one expression without a SELECT, its values defined."""
    if key not in section.entries or not isinstance(text := section.entries[key].value, str):
        return
    place = section.entries[key].place
    if not reading.take_sql(
        check_condition(text, reading.dialect), lambda _: place, f"{section.what}, {key}"
    ):
        reading.defined(condition_values(text, reading.dialect), section.what, place)
        lacks = check_for_store(text, reading.dialect, reading.store, condition=True)
        reading.take_sql(lacks, lambda _: place, f"{section.what}, {key}")


def _take_statements(
    reading: Reading, section: Section, check: str, params: dict[str, Any]
) -> tuple[str, ...]:
    """Check the SELECTs of a test and return the datasets they read; `file:` is replaced by what the file holds."""
    from recipes.core.checks import CHECKS  # as above

    read: set[str] = set()
    definition = CHECKS[check]
    takes_file = "file" in definition.parameters.model_fields
    for key in definition.statements:
        if takes_file and isinstance(params.get("file"), str) and key not in params:
            path = params["file"]
            text = reading.text(path, section.what, section.entries["file"].place)
            if text is not None:
                del params["file"]
                params[key] = text
                read |= _statement(reading, section, text, Place(file=path))
        elif isinstance(params.get(key), str):
            read |= _statement(reading, section, params[key], section.entries[key].place)
    return tuple(sorted(read))


def _take_document(reading: Reading, section: Section, check: str, params: dict[str, Any]) -> None:
    """Replace `file:` by the JSON document the file holds, for a check that takes one."""
    from recipes.core.checks import CHECKS  # as above
    from recipes.core.checks.formats import read_json

    key = CHECKS[check].document
    if not key or not isinstance(path := params.get("file"), str) or key in params:
        return
    text = reading.text(path, section.what, section.entries["file"].place)
    if text is None:
        return
    try:
        document = read_json(text)
    except ValueError as wrong:
        place = Place(file=path, line=getattr(wrong, "lineno", 1), column=getattr(wrong, "colno", 1))
        message = f"{section.what}: {path} is not JSON: {getattr(wrong, 'msg', wrong)}."
        reading.faults.add("bad-test", message, "Write a JSON document into it.", place)
        return
    del params["file"]
    params[key] = document


def _keep_order(check: str, params: dict[str, Any]) -> None:
    """Name the order of a mapping where it counts: recipes and plans are kept as JSON, which may lose it (PostgreSQL)."""
    from recipes.core.checks import CHECKS  # as above

    if ordered := CHECKS[check].ordered:
        key, of = ordered
        if params.get(key) is True and isinstance(params.get(of), dict):
            params[key] = list(params[of])


def _statement(reading: Reading, section: Section, text: str, start: Place) -> frozenset[str]:
    """Check one SELECT and return the datasets it reads; `start` is its place in recipe.yaml, or its file."""
    in_file = start.file != "recipe.yaml"

    def place(fault: SqlFault) -> Place:
        return Place(file=start.file, line=fault.line, column=fault.column) if in_file else start

    if reading.take_sql(check_select(text, reading.dialect), place, section.what):
        return frozenset()
    if not reading.take_sql(check_translation(text, reading.dialect), place, section.what):
        reading.take_sql(check_for_store(text, reading.dialect, reading.store), place, section.what)
    found = reads(text, reading.dialect)
    reading.defined(found.values, section.what, start)
    for name in found.sources:
        message = f"{section.what} reads source.{name}; a test reads datasets only."
        reading.faults.add("bad-test", message, "Load the source by a node, then test the dataset.", start)
    return frozenset(found.datasets)
