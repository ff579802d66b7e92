"""SELECTs of authors: one statement that reads, and answers the same on the same data."""

from __future__ import annotations

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from recipes.core.checks.base import CannotMeasureError, Subject
from recipes.core.checks.conditions import unsteady
from recipes.core.checks.words import cut, near


def select_of(subject: Subject, name: str, text: str, file: str = "") -> exp.Select:
    """Return an author's SELECT as a tree in the hub's dialect; CannotMeasureError where it may not be used.

    `name` is the parameter that holds it; with `file` it is read from that file of the recipe.
    """
    files = subject.context.files
    if file and file not in files:
        raise CannotMeasureError(f"The recipe has no file {file}.{near(file, files)}")
    try:
        trees = sqlglot.parse(files[file] if file else text, dialect=subject.context.dialect)
    except SqlglotError as wrong:
        raise CannotMeasureError(f"{name} cannot be read: {cut(str(wrong).splitlines()[0], 200)}") from wrong
    trees = [tree for tree in trees if tree is not None]
    if len(trees) != 1 or not isinstance(trees[0], exp.Query):
        raise CannotMeasureError(f"{name} must be one SELECT.")
    for fault in unsteady(trees[0]):
        raise CannotMeasureError(f"{name} {fault}")
    return trees[0]  # type: ignore[return-value]
