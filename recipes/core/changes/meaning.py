"""Whether two versions of a file mean the same: they differ in comments and layout only."""

from __future__ import annotations

import ast

from sqlglot import parse_one
from sqlglot.errors import SqlglotError

from recipes.core.templates import has_template


def means_the_same(path: str, before: str, now: str, dialect: str = "duckdb") -> bool:
    """Say whether two texts of a file do the same work. False where that cannot be told: neither Python nor SQL, or a fault.

    Python is compared as it is parsed, without the texts that only document; SQL as it is written out again without
    comments. Values in `{{ }}` are texts to neither, so SQL that has some is compared word for word.
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
    if has_template(text):
        return " ".join(text.split())
    return parse_one(text, dialect=dialect).sql(dialect=dialect, comments=False)
