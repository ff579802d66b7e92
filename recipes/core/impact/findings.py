"""Who reads what a change takes away: node, file and line, in this domain and in others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kitchens.core.impact import Finding, SchemaChange
from recipes.core.impact.folders import Folder, Reading, Side
from recipes.core.spec.model import NodeSpec, TestSpec
from recipes.core.sql.columns import Schemas, type_name, uses
from recipes.core.sql.parsing import parse_condition

Lost = Mapping[str, SchemaChange]  # column in small letters -> what becomes of it; "" for the whole dataset
COLUMN_KEYS = ("column", "columns", "by", "other", "total", "exclude")


@dataclass(frozen=True)
class _Place:
    folder: Folder
    reading: Reading
    dataset: str

    @property
    def elsewhere(self) -> bool:
        return self.folder.recipe.partition("/")[0] != self.dataset.partition(".")[0]

    @property
    def who(self) -> str:
        if self.reading.test:
            return f"{self.folder.recipe}, test {self.reading.test!r}"
        return f"{self.folder.recipe}, node {self.reading.node}"


def findings(new: Side, lost: Mapping[str, Lost], before: Schemas) -> tuple[Finding, ...]:
    """Return everything that reads a column or dataset which is lost, those in other domains first."""
    found: dict[str, Finding] = {}
    for dataset, columns in lost.items():
        for reading in (*new.readers.get(dataset, ()), *_tests_about(new, dataset)):
            place = _Place(new.folders[reading.recipe], reading, dataset)
            for finding in _of_place(place, columns, before):
                found.setdefault(finding.sentence, finding)
    return tuple(
        sorted(found.values(), key=lambda one: (not one.certain, not one.elsewhere, one.recipe, one.line))
    )


def _tests_about(new: Side, dataset: str) -> list[Reading]:
    """Return the tests about a dataset at the node that writes it."""
    recipe, node = new.writers.get(dataset, ("", ""))
    spec = new.folders[recipe].spec if recipe else None
    tests = spec.tests.values() if spec else ()
    return [
        Reading(recipe, node, test.name) for test in tests if test.dataset == dataset and test.node == node
    ]


def _of_place(place: _Place, lost: Lost, before: Schemas) -> Iterator[Finding]:
    spec = place.folder.spec
    if spec is None:
        return
    if "" in lost:
        file, line = place.folder.line_of(place.reading, place.dataset)
        yield _finding(place, file, line, lost[""], "dataset")
    elif place.reading.test:
        yield from _of_test(place, spec.tests[place.reading.test], spec.dialect, lost, before)
    else:
        node = spec.nodes[place.reading.node]
        if node.kind == "sql":
            yield from _of_sql(place, node, spec.dialect, lost, before)
        else:
            yield from _of_code(place, node, lost)


def _of_sql(place: _Place, node: NodeSpec, dialect: str, lost: Lost, before: Schemas) -> Iterator[Finding]:
    schemas = {name: before[name] for name in node.reads if name in before}
    for use in uses(place.folder.texts.get(node.file, ""), dialect, schemas):
        if use.dataset == place.dataset and (change := lost.get(use.column.lower())):
            yield _finding(place, node.file, use.line, change, certain=not wider(change))


def _of_code(place: _Place, node: NodeSpec, lost: Lost) -> Iterator[Finding]:
    """Code is not run to be read: a column's name in quotes, or after a dot, is a hint and no more."""
    text = place.folder.texts.get(node.file, "") or node.command
    for change in lost.values():
        if found := re.search(rf"(?<=[\"'.])\b{re.escape(change.column)}\b", text, re.IGNORECASE):
            line = text.count("\n", 0, found.start()) + 1
            yield _finding(place, node.file or "recipe.yaml", line, change, certain=False)


def _of_test(place: _Place, test: TestSpec, dialect: str, lost: Lost, before: Schemas) -> Iterator[Finding]:
    named = {name.lower() for name in columns_of_test(test, place.dataset, dialect)}
    for text in (
        text for text in test.params.values() if isinstance(text, str) and text in _statements(test)
    ):
        schemas = {name: before[name] for name in test.reads if name in before}
        named |= {use.column.lower() for use in uses(text, dialect, schemas) if use.dataset == place.dataset}
    for column in sorted(named & lost.keys()):
        yield _finding(place, "recipe.yaml", test.line, lost[column], "test", certain=not wider(lost[column]))


def _statements(test: TestSpec) -> list[str]:
    return [test.params["sql"]] if isinstance(test.params.get("sql"), str) else []


def columns_of_test(test: TestSpec, dataset: str, dialect: str) -> Iterator[str]:
    """Yield the columns of a dataset that a test names by its parameters and conditions, some more than once."""
    params = test.params
    if test.dataset == dataset:
        for key in COLUMN_KEYS:
            yield from _texts(params.get(key))
        for text in (test.where, params.get("expression")):
            yield from _condition_columns(text, dialect)
    for key in ("to", "of"):
        other, _, column = str(params.get(key, "")).rpartition(".")
        if other == dataset:
            yield column
            yield from _condition_columns(params.get(f"{key}_where"), dialect)
    if params.get("to") == dataset:
        yield from _texts(params.get("to_columns"))
        yield from _condition_columns(params.get("to_where"), dialect)
    if params.get("of") == dataset:
        for key in ("of_column", "of_by"):
            yield from _texts(params.get(key) or params.get(key.removeprefix("of_")))
        yield from _condition_columns(params.get("of_where"), dialect)


def _texts(raw: object) -> list[str]:
    return (
        [raw]
        if isinstance(raw, str)
        else [one for one in raw if isinstance(one, str)]
        if isinstance(raw, list)
        else []
    )


def _condition_columns(text: object, dialect: str) -> list[str]:
    if not isinstance(text, str) or not text:
        return []
    from sqlglot import exp

    tree = parse_condition(text, dialect).tree
    return [column.name for column in tree.find_all(exp.Column)] if tree is not None else []


def _finding(
    place: _Place, file: str, line: int, change: SchemaChange, kind: str = "column", certain: bool = True
) -> Finding:
    where = f"{place.who} ({file} line {line})"
    thing = f"{place.dataset}.{change.column}" if change.column else place.dataset
    verb = "reads" if certain or wider(change) else "seems to read"
    return Finding(
        kind=kind,  # type: ignore[arg-type]
        recipe=place.folder.recipe,
        node=place.reading.node,
        file=file,
        line=line,
        sentence=f"{where} {verb} {thing}, which {_fate(change)}.",
        dataset=place.dataset,
        column=change.column,
        elsewhere=place.elsewhere,
        certain=certain,
    )


WIDENING = (
    ("TINYINT", "SMALLINT", "INT", "BIGINT", "INT128"),
    ("FLOAT", "DOUBLE"),
    ("INT", "DOUBLE"),
    ("DATE", "TIMESTAMP"),
)


def wider(change: SchemaChange) -> bool:
    """Say whether a column only takes more than before: most readers do not mind."""
    before, after = (type_name(kind).partition("(")[0] for kind in (change.before, change.after))
    return change.what == "retyped" and any(
        before in line and after in line and line.index(before) < line.index(after) for line in WIDENING
    )


def _fate(change: SchemaChange) -> str:
    if not change.column:
        return "no recipe writes any more after this change"
    if change.what == "renamed":
        return f"this change renames to {change.to}"
    if change.what == "retyped":
        return f"this change turns from {change.before} into {change.after}"
    return "this change removes"
