"""Checking the code of nodes without running it: SQL by its tree, Python by its syntax."""

from __future__ import annotations

import ast
import re
import warnings

from recipes.core.spec.model import Place
from recipes.core.spec.reading import Reading
from recipes.core.sql import (
    SqlError,
    SqlFault,
    SqlReads,
    check_for_store,
    check_select,
    check_translation,
    reads,
)


def read_sql(reading: Reading, path: str, text: str) -> SqlReads:
    """Return what a SELECT reads; what is wrong with it goes to the faults."""

    def place(fault: SqlFault) -> Place:
        return Place(file=path, line=fault.line, column=fault.column)

    broken = reading.take_sql(check_select(text, reading.dialect), place)
    if not broken and not reading.take_sql(check_translation(text, reading.dialect), place):
        reading.take_sql(check_for_store(text, reading.dialect, reading.store), place)
    try:
        found = reads(text, reading.dialect)
    except SqlError:
        return SqlReads((), (), ())
    for name in found.values:
        reading.defined([name], path, _place_of(path, text, name))
    return found


def _place_of(path: str, text: str, value: str) -> Place:
    """Return where a value is used first."""
    found = re.search(rf"\{{\{{[^}}]*\b{value}\b", text)
    offset = found.start() if found else 0
    return Place(file=path, line=text.count("\n", 0, offset) + 1, column=offset - text.rfind("\n", 0, offset))


def check_python(reading: Reading, path: str, text: str, entry: str = "run") -> None:
    """Check that the file compiles and has `def run(context)`, or another entry; it is parsed, never executed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text, path)
    except SyntaxError as error:
        place = Place(file=path, line=max(error.lineno or 1, 1), column=max(error.offset or 1, 1))
        reading.faults.add("python-syntax", f"{path} is not Python: {error.msg}.", "Mend the line.", place)
        return
    except (ValueError, RecursionError, MemoryError) as error:
        message = f"{path} cannot be read as Python: {error or 'it is nested too deeply'}."
        reading.faults.add(
            "python-syntax", message, "Remove null characters and deep nesting.", Place(file=path)
        )
        return
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    found = next((function for function in functions if function.name == entry), None)
    how = f"Write def {entry}(context): … at the left margin."
    if found is None:
        reading.faults.add(f"no-{entry}", f"{path} has no function {entry}.", how, Place(file=path))
    elif isinstance(found, ast.AsyncFunctionDef) or not _takes_one(found.args):
        message = f"{entry} in {path} must be a plain function of one argument."
        reading.faults.add(f"no-{entry}", message, how, Place(file=path, line=found.lineno))


def _takes_one(arguments: ast.arguments) -> bool:
    """Say whether a function can be called with exactly one argument by place."""
    by_place = len(arguments.posonlyargs) + len(arguments.args)
    must_have = by_place - len(arguments.defaults)
    named = [default for default in arguments.kw_defaults if default is None]
    return must_have <= 1 and (by_place >= 1 or arguments.vararg is not None) and not named
