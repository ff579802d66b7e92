"""An SQL node: one SELECT in a file; the hub writes its rows to the one dataset the node writes."""

from __future__ import annotations

from recipes.core.nodes.work import RecipeError, Work, mode_of
from recipes.core.sql import SqlError, bind, reads


def run(work: Work) -> None:
    """Stage the rows of the SELECT. Values are bound as typed literals; the store carries the dialect."""
    job = work.job
    if len(job.node.writes) != 1:
        names = ", ".join(write.dataset for write in job.node.writes) or "none"
        raise RecipeError(f"An SQL node writes exactly one dataset; node {job.node.name!r} writes {names}.")
    text = work.file_text(job.node.file)
    try:
        named = reads(text, job.dialect)
        select = bind(text, job.values, job.dialect)
    except SqlError as error:
        raise RecipeError(f"The SQL in {job.node.file} is not allowed: {error}") from error
    work.reads.update(named.datasets, (f"source.{name}" for name in named.sources))
    write = work.write_of(job.node.writes[0].dataset)
    staged = work.data().stage_sql(write.dataset, select, mode_of(write), dialect=job.dialect)
    work.staged.append(staged)
    work.measure("rows", staged.rows_written)
    work.log(f"{staged.rows_written} rows written to {write.dataset}.")
