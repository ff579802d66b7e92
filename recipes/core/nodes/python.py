"""A Python node: a file of the recipe with `def run(context)`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from recipes.core.nodes.context import Context
from recipes.core.nodes.source import entry_of, load_module
from recipes.core.nodes.traces import sentence, user_trace
from recipes.core.nodes.work import NodeError, RecipeError, Work


def run(work: Work) -> None:
    """Call the file's `run(context)`; NodeError with the author's own frames where it raises."""
    try:
        _load(work)(Context(work))
    except NodeError as error:
        error.reason = work.quoting_no_value(error.reason)
        error.detail = error.detail or _trace(error, work)
        raise
    except SystemExit as error:
        reason = (
            f"The node called sys.exit({error.code!r}). Return from run(context) to succeed, raise to fail."
        )
        raise RecipeError(work.quoting_no_value(reason), detail=_trace(error, work)) from error
    except SyntaxError as error:
        raise RecipeError(sentence(error, work.folder, work.said), detail=_trace(error, work)) from error
    except MemoryError as error:
        reason = f"The node needed more memory than its limit of {work.job.limits.memory_mb} MB."
        raise NodeError(reason, detail=_trace(error, work)) from error
    except Exception as error:  # the author's code may raise anything; it becomes the node's reason
        raise NodeError(sentence(error, work.folder, work.said), detail=_trace(error, work)) from error
    _demand_writes(work)


def _trace(error: BaseException, work: Work) -> str:
    return user_trace(error, work.folder, work.said)


def _demand_writes(work: Work) -> None:
    written = {staged.dataset for staged in work.staged}
    missing = [write.dataset for write in work.job.node.writes if write.dataset not in written]
    if missing:
        raise RecipeError(
            f"The node declares to write {', '.join(missing)} but did not. Call context.write for it "
            f"(an empty list of rows is fine), or take it from `writes:` in recipe.yaml."
        )


def _load(work: Work) -> Callable[[Context], Any]:
    """Execute the file and return its `run`."""
    file = work.job.node.file
    entry: Callable[[Context], Any] | None = entry_of(
        load_module(file, work.file_text(file), work.folder), "run"
    )
    if entry is None:
        raise RecipeError(f"The file {file} has no function run(context).")
    return entry
