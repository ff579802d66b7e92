"""From SQL text with `{{ values }}` to a checked tree, in which each of them is one placeholder. Kept by text.

Every `{{ … }}` is parsed as a column of a name that nobody can write. What comes out as anything else than a lone
column stood where a value cannot stand: in quotes, or for a name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError

from recipes.core.sql.dialects import dialect_of
from recipes.core.sql.faults import SqlFault
from recipes.core.sql.rules import condition_faults, postgresql_faults, select_faults, source_query_faults
from recipes.core.templates import TemplateError, names

SQL_LIMIT = 256 * 1024
DEPTH_LIMIT = 200
TOKEN_LIMIT = 30_000  # of longer ones some take minutes to read
VALUES_LIMIT = 500
MARK = "hub__value__"
MARKED = re.compile(rf"{MARK}(\d+)__", re.IGNORECASE)
PLACEHOLDER = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
Rules = Callable[[Any], Iterable[Any]]
AS_TEXT = "Write {{ name }} without quotes: the hub puts the value in as a literal of its type."


@dataclass(frozen=True)
class Parsed:
    """A tree whose placeholders are `exp.Placeholder` with the template in `this`; not to be changed, only copied."""

    tree: Any
    values: frozenset[str]
    faults: tuple[SqlFault, ...]


@lru_cache(maxsize=1024)
def parse_select(sql: str, dialect: str) -> Parsed:
    """Return the tree of a single SELECT with all its faults; with faults of reading it, the tree is None."""
    return _Parser(sql, dialect_of(dialect)).select(select_faults)


@lru_cache(maxsize=256)
def parse_source_query(sql: str, dialect: str) -> Parsed:
    """Return the tree of a SELECT that a connection runs: it names tables of the other side."""
    return _Parser(sql, dialect_of(dialect)).select(source_query_faults)


@lru_cache(maxsize=1024)
def parse_condition(sql: str, dialect: str) -> Parsed:
    """Return the tree of one condition, as it stands after WHERE."""
    return _Parser(sql, dialect_of(dialect)).condition()


@lru_cache(maxsize=1024)
def parse_for_postgresql(sql: str, dialect: str, *, condition: bool = False) -> Parsed:
    """Return the tree of a SELECT, or a condition, with what a PostgreSQL store cannot run of it as its faults."""
    parser = _Parser(sql, dialect_of(dialect))
    return parser.condition(postgresql_faults) if condition else parser.select(postgresql_faults)


class _Parser:
    def __init__(self, sql: str, dialect: str) -> None:
        self.sql, self.dialect = sql, dialect
        self.faults: list[SqlFault] = []
        self.templates: list[tuple[str, int]] = []  # text between the braces, offset in the file
        self.shifts: list[
            tuple[int, int]
        ] = []  # offset of the end of a mark, by how much text was then longer

    def select(self, rules: Rules) -> Parsed:
        statements = self._statements(self._marked())
        if not self.faults and (len(statements) != 1 or statements[0] is None):
            self._fault(
                "not-one-statement", "An SQL file holds exactly one SELECT.", "Use one node per SELECT."
            )
        if self.faults:
            return Parsed(None, frozenset(), tuple(self.faults))
        values = self._place(statements[0])
        return self._checked(statements[0], values, rules)

    def condition(self, rules: Rules = condition_faults) -> Parsed:
        statements = self._statements(f"SELECT 1 WHERE {self._marked()}\n")
        where: Any = statements[0].args.get("where") if len(statements) == 1 and statements[0] else None
        if not self.faults and (where is None or _has_more(statements[0])):
            self._fault(
                "not-a-condition", "This is not one SQL condition.", "Write it as it would stand after WHERE."
            )
        if self.faults:
            return Parsed(None, frozenset(), tuple(self.faults))
        values = self._place(where)
        return self._checked(where.this, values, rules)

    def _checked(self, tree: Any, values: frozenset[str], rules: Rules) -> Parsed:
        for node, code, message, remedy in rules(tree):
            self._fault(code, message, remedy, *self._position(node))
        return Parsed(tree, values, tuple(self.faults))

    def _marked(self) -> str:
        """Return the text with a mark for every `{{ … }}`; lines stay lines."""
        if len(self.sql) > SQL_LIMIT:
            self._fault(
                "too-large", f"The SQL is longer than {SQL_LIMIT // 1024} KB.", "Split it over nodes."
            )
            return ""
        if MARK in self.sql.lower() or "\x00" in self.sql:
            self._fault("bad-name", f"The SQL holds a name with {MARK} or a null character.", "Remove it.")
        if "{%" in self.sql or "{#" in self.sql:
            self._fault("template-statement", "SQL takes {{ values }}, no statements of a template.", AS_TEXT)
        if _depth(self.sql) > DEPTH_LIMIT:
            self._fault("too-deep", f"The SQL is nested deeper than {DEPTH_LIMIT} levels.", "Use WITH.")
            return ""
        if self.sql.count("{{") > VALUES_LIMIT:
            self._fault(
                "too-much",
                f"The SQL uses values more than {VALUES_LIMIT} times.",
                "Give a list as one value.",
            )
            return ""
        return PLACEHOLDER.sub(self._mark, self.sql)

    def _mark(self, match: re.Match[str]) -> str:
        self.templates.append((match.group(1).strip(), match.start()))
        mark = f" {MARK}{len(self.templates) - 1}__ " + "\n" * match.group(0).count("\n")
        longer = (self.shifts[-1][1] if self.shifts else 0) + len(mark) - len(match.group(0))
        self.shifts.append((match.end() + longer, longer))
        return mark

    def _statements(self, text: str) -> list[Any]:
        if self.faults:
            return []
        try:
            tokens = sqlglot.tokenize(text, dialect=self.dialect)
            if len(tokens) > TOKEN_LIMIT:
                self._fault(
                    "too-large", f"The SQL holds more than {TOKEN_LIMIT:,} words.", "Split it over nodes."
                )
                return []
            found = sqlglot.Dialect.get_or_raise(self.dialect).parser().parse(tokens, text)
            return [statement for statement in found if not isinstance(statement, exp.Semicolon)]
        except ParseError as error:
            self._parse_faults(error)
        except RecursionError:
            self._fault("too-deep", "The SQL is nested too deeply.", "Split it with WITH or over nodes.")
        except SqlglotError as error:
            reason = " ".join(str(error).split())[:200]
            self._fault("sql-syntax", f"The SQL cannot be read: {reason}.", "Check quotes and brackets.")
        return []

    def _parse_faults(self, error: ParseError) -> None:
        for entry in error.errors[:10]:
            near = PLACEHOLDER.sub("{{ }}", MARKED.sub("{{ }}", str(entry.get("highlight") or "")))[:60]
            message = _plain_words(str(entry.get("description") or "It cannot be read"))
            where = f" near {near!r}" if near else ""
            line = max(int(entry.get("line") or 1), 1)
            self._fault(
                "sql-syntax",
                f"The SQL cannot be read{where}: {message}.",
                f"Check line {line}: commas, brackets and keywords.",
                line,
                max(int(entry.get("col") or 1), 1),
            )

    def _place(self, tree: Any) -> frozenset[str]:
        """Put a placeholder where a mark stands as a lone column; return the names of all values that are used."""
        used: set[str] = set()
        for column in list(tree.find_all(exp.Column)):
            if (number := _number(column)) is None:
                continue
            template, offset = self.templates[number]
            used |= self._names(template, offset)
            place = exp.Placeholder()
            place.meta["value"] = template
            column.replace(place)
        for number, quoted in _left_marks(tree):
            template, offset = self.templates[number]
            used |= self._names(template, offset)
            code = "quoted-placeholder" if quoted else "value-as-name"
            what = "stands in quotes" if quoted else "stands where a name is needed"
            remedy = (
                AS_TEXT
                if quoted
                else "Values cannot be names of columns, tables or types; write the name itself."
            )
            self._fault(code, f"{{{{ {template} }}}} {what}.", remedy, *_line_column(self.sql, offset))
        return frozenset(used)

    def _names(self, template: str, offset: int) -> frozenset[str]:
        try:
            return names(f"{{{{ {template} }}}}")
        except TemplateError as error:
            self._fault("template", str(error), "", *_line_column(self.sql, offset))
            return frozenset()

    def _position(self, node: Any) -> tuple[int, int]:
        """Return line and column of the first word of a node that the parser kept the place of."""
        starts = (
            [part.meta["start"] for part in node.walk() if "start" in part.meta] if node is not None else []
        )
        if not starts:
            return 1, 1
        offset = int(min(starts))
        longer = [longer for end, longer in self.shifts if end <= offset]
        return _line_column(self.sql, offset - (longer[-1] if longer else 0))

    def _fault(self, code: str, message: str, remedy: str, line: int = 1, column: int = 1) -> None:
        self.faults.append(SqlFault(code, message, remedy, line, column))


def _plain_words(description: str) -> str:
    """Return the parser's message without its own class names."""
    missing = re.match(r"Required keyword: '(\w+)' missing for <class '[\w.]+\.(\w+)'>", description)
    return f"something is missing after {missing.group(2).upper()}" if missing else description.rstrip(".")


def _has_more(select: Any) -> bool:
    """Say whether anything but a condition followed SELECT 1 WHERE: UNION, ORDER BY, LIMIT …"""
    plain = isinstance(select, exp.Select) and len(select.expressions) == 1
    filled = {key for key, value in select.args.items() if value} - {"kind"}
    return not plain or filled != {"expressions", "where"}


def _number(column: Any) -> int | None:
    name = column.this
    if len([part for part in column.args.values() if part]) != 1 or not isinstance(name, exp.Identifier):
        return None
    match = None if name.args.get("quoted") else MARKED.fullmatch(str(name.this))
    return int(match.group(1)) if match else None


def _left_marks(tree: Any) -> Iterator[tuple[int, bool]]:
    """Yield the number of every mark that is still in the tree, and whether it stands in quotes."""
    for node in tree.walk():
        for value in node.args.values():
            if isinstance(value, str):
                quoted = isinstance(node, exp.Literal) or bool(node.args.get("quoted"))
                quoted = quoted or isinstance(node, exp.RawString | exp.National | exp.UnicodeString)
                yield from ((int(match.group(1)), quoted) for match in MARKED.finditer(value))


def _depth(sql: str) -> int:
    depth = most = 0
    for character in sql:
        if character in "([{":
            depth += 1
            most = max(most, depth)
        elif character in ")]}":
            depth = max(depth - 1, 0)
    return most


def _line_column(text: str, offset: int) -> tuple[int, int]:
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1
