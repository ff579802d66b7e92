"""Whether two versions of a file mean the same: they differ in comments and layout only."""

from __future__ import annotations

import ast
import re

from sqlglot import parse_one
from sqlglot.errors import SqlglotError

VALUE = re.compile(r"\{\{\s*(.*?)\s*\}\}", re.DOTALL)


def means_the_same(path: str, before: str, now: str, dialect: str = "duckdb") -> bool:
    """Say whether two texts of a file do the same work. False where that cannot be told: neither Python nor SQL, or a fault.

    Python is compared as it is parsed, without the texts that only document; SQL as it is written out again without
    comments, with a name in the place of each `{{ value }}`.
    """
    try:
        if path.endswith(".py"):
            return _python(before) == _python(now)
        if path.endswith(".sql"):
            return _sql(before, dialect) == _sql(now, dialect)
    except (SyntaxError, ValueError, RecursionError, SqlglotError):
        return False
    return False


def _python(text: str) -> str:
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(
            node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
        ) and _documents(node):
            node.body = node.body[1:] or [ast.Pass()]
    return ast.dump(tree)


def _documents(node: ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    return ast.get_docstring(node, clean=False) is not None


def _sql(text: str, dialect: str) -> str:
    named = VALUE.sub(lambda found: f"value_{found[1].encode().hex()}", text)
    return parse_one(named, dialect=dialect).sql(dialect=dialect, comments=False)
