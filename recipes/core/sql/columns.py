"""Columns of SELECTs, told from their text and the columns of the datasets they read: what comes out, what is used where.

Nothing here guesses: a column whose origin cannot be told (an unknown table, a function that makes rows) is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import Scope, traverse_scope

from recipes.core.sql.dialects import dialect_of
from recipes.core.sql.parsing import parse_select
from recipes.core.sql.rules import dataset_name

Types = Mapping[str, str]  # column -> type as DuckDB writes it, "" where it is not known; in order
Schemas = Mapping[str, Types]  # dataset -> its columns; datasets that are not there are unknown


@dataclass(frozen=True)
class Output:
    """A column that a SELECT makes: its type where that is certain, and the expression it is made of."""

    name: str
    type: str = ""
    made_of: str = ""


@dataclass(frozen=True)
class Use:
    """A column of a dataset that a SELECT names, and the line where it does so."""

    dataset: str
    column: str
    line: int


def outputs(sql: str, dialect: str, schemas: Schemas) -> tuple[Output, ...] | None:
    """Return the columns of a SELECT in order; None where a star stands for columns nobody knows, or for unreadable SQL."""
    root = _scopes(sql, dialect)
    return _Reader(schemas, dialect_of(dialect)).outputs(root[-1]) if root else None


def uses(sql: str, dialect: str, schemas: Schemas) -> tuple[Use, ...]:
    """Return every column of a dataset of `schemas` that the SELECT names, by line; a star alone names none."""
    reader = _Reader(schemas, dialect_of(dialect))
    found = {use for scope in _scopes(sql, dialect) for use in reader.uses(scope)}
    return tuple(sorted(found, key=lambda use: (use.line, use.dataset, use.column)))


def same_type(one: str, other: str) -> bool:
    """Say whether two type names mean the same; an unknown one may be any, and one without a length any length."""
    first, second = _type(one), _type(other)
    if "(" not in first or "(" not in second:
        first, second = first.partition("(")[0], second.partition("(")[0]
    return not one or not other or first == second


def _type(name: str) -> str:
    try:
        return exp.DataType.build(name, dialect="duckdb").sql(dialect="duckdb")
    except (SqlglotError, ValueError):
        return name.upper()


@lru_cache(maxsize=512)
def _scopes(sql: str, dialect: str) -> tuple[Scope, ...]:
    """Return the scopes of a SELECT, the outermost last; none where it cannot be read."""
    tree = parse_select(sql, dialect).tree
    if tree is None:
        return ()
    try:
        return tuple(traverse_scope(tree.copy()))
    except (SqlglotError, RecursionError):
        return ()


class _Reader:
    """Reads scopes with the columns of datasets at hand. Names are compared without regard to case, as engines do."""

    def __init__(self, schemas: Schemas, dialect: str) -> None:
        self._schemas = {
            dataset: {name.lower(): (name, kind) for name, kind in columns.items()}
            for dataset, columns in schemas.items()
        }
        self._dialect = dialect
        self._known: dict[int, tuple[Output, ...] | None] = {}

    def outputs(self, scope: Scope) -> tuple[Output, ...] | None:
        if id(scope) not in self._known:
            self._known[id(scope)] = None  # a scope that reads itself (WITH RECURSIVE) is unknown to itself
            self._known[id(scope)] = self._outputs(scope)
        return self._known[id(scope)]

    def _outputs(self, scope: Scope) -> tuple[Output, ...] | None:
        if isinstance(scope.expression, exp.SetOperation):
            branches = scope.set_operation_scopes
            return self.outputs(branches[0]) if branches else None
        found: list[Output] = []
        for projection in _projections(scope):
            if _is_star(projection):
                inside = self._starred(scope, projection)
                if inside is None:
                    return None
                found += inside
            elif projection.alias_or_name:
                found.append(self._output(scope, projection))
            else:
                found.append(Output(projection.sql(dialect=self._dialect)))
        return tuple(found)

    def _output(self, scope: Scope, projection: Any) -> Output:
        inner = projection.unalias()
        return Output(projection.alias_or_name, self._type(scope, inner), inner.sql(dialect=self._dialect))

    def _type(self, scope: Scope, inner: Any) -> str:
        if isinstance(inner, exp.Paren):
            return self._type(scope, inner.this)
        if isinstance(inner, exp.Cast):
            return str(inner.to.sql(dialect="duckdb"))
        if isinstance(inner, exp.Count):
            return "BIGINT"
        if isinstance(inner, exp.Column) and (source := self._source_of(scope, inner)):
            return self._columns(source).get(inner.name.lower(), ("", ""))[1]
        return ""

    def _starred(self, scope: Scope, star: Any) -> list[Output] | None:
        """Return what a star stands for, without what EXCLUDE takes away and under the names RENAME gives."""
        only = star.table if isinstance(star, exp.Column) else ""
        inner = star.this if isinstance(star, exp.Column) else star
        found: list[Output] = []
        for name, (_, source) in scope.selected_sources.items():
            if only and name != only:
                continue
            columns = self._all_columns(source)
            if columns is None:
                return None
            found += [Output(shown, kind, shown) for shown, kind in columns.values()]
        less = {each.name.lower() for each in inner.args.get("except_") or ()}
        names = {each.this.name.lower(): each.alias for each in inner.args.get("rename") or ()}
        changed = {each.alias.lower() for each in inner.args.get("replace") or ()}
        kept = [one for one in found if one.name.lower() not in less]
        kept = [Output(one.name, "", "") if one.name.lower() in changed else one for one in kept]
        return [Output(names.get(one.name.lower(), one.name), one.type, one.made_of) for one in kept]

    def uses(self, scope: Scope) -> Iterator[Use]:
        """Yield what one scope names of datasets, directly or through stars of what it reads."""
        if isinstance(scope.expression, exp.SetOperation):
            return
        for column in scope.columns:
            line = _line(column.this)
            source = self._source_of(scope, column) if line else None
            if source is not None:
                yield from self._leaves(source, column.name, line)
        for name in _named_everywhere(scope.expression):
            for _, source in scope.selected_sources.values():
                yield from self._leaves(source, name.name, _line(name))

    def _leaves(self, source: Any, column: str, line: int) -> Iterator[Use]:
        """Yield the dataset's column behind a column of a source; what an inner SELECT names itself counts there."""
        if isinstance(source, exp.Table):
            known = self._schemas.get(dataset_name(source), {})
            if column.lower() in known:
                yield Use(dataset_name(source), known[column.lower()][0], line)
            return
        for inner in source.set_operation_scopes or [source]:
            named = [p for p in _projections(inner) if not _is_star(p)]
            if any(p.alias_or_name.lower() == column.lower() for p in named):
                continue
            for star in (p for p in _projections(inner) if _is_star(p)):
                only = star.table if isinstance(star, exp.Column) else ""
                for name, (_, deeper) in inner.selected_sources.items():
                    if not only or name == only:
                        yield from self._leaves(deeper, column, line)

    def _source_of(self, scope: Scope, column: Any) -> Any:
        """Return the table or scope a column belongs to, None where that cannot be told."""
        around: Scope | None = scope
        while around is not None:
            sources = {name: source for name, (_, source) in around.selected_sources.items()}
            if column.table:
                if column.table in sources:
                    return sources[column.table]
            elif holders := [s for s in sources.values() if column.name.lower() in self._columns(s)]:
                return holders[0] if len(holders) == 1 else None
            around = around.parent
        return None

    def _columns(self, source: Any) -> dict[str, tuple[str, str]]:
        return self._all_columns(source) or {}

    def _all_columns(self, source: Any) -> dict[str, tuple[str, str]] | None:
        if isinstance(source, exp.Table):
            return self._schemas.get(dataset_name(source))
        found = self.outputs(source) if isinstance(source, Scope) else None
        return None if found is None else {one.name.lower(): (one.name, one.type) for one in found}


def _projections(scope: Scope) -> list[Any]:
    return list(getattr(scope.expression, "selects", ()))


def _is_star(projection: Any) -> bool:
    return isinstance(projection, exp.Star) or (
        isinstance(projection, exp.Column) and isinstance(projection.this, exp.Star)
    )


def _named_everywhere(select: Any) -> Iterator[Any]:
    """Yield the names that USING and EXCLUDE take from every source that has them."""
    for join in select.args.get("joins") or ():
        for name in join.args.get("using") or ():
            yield name.this if isinstance(name, exp.Column) else name
    for projection in getattr(select, "selects", ()):
        if _is_star(projection):
            star = projection.this if isinstance(projection, exp.Column) else projection
            yield from (
                each.this if isinstance(each, exp.Column) else each for each in star.args.get("except_") or ()
            )


def _line(name: Any) -> int:
    return int(name.meta.get("line") or 0) if isinstance(name, exp.Expression) else 0
