"""A node in whose place the tables of a fixture stand: it writes them as what they stand in for."""

from __future__ import annotations

from kitchens.core.stores.base import WriteMode
from recipes.core.fixtures import FixtureError, read_table
from recipes.core.nodes.work import RecipeError, Work


def run(work: Work) -> None:
    """Stage each table as the dataset it is named after; RecipeError where one cannot be read."""
    for write in work.job.node.writes:
        path = f"{work.job.node.file}/{write.dataset}.csv"
        try:
            table = read_table(work.file_text(path))
        except FixtureError as fault:
            raise RecipeError(f"{path} line {fault.line}: {fault}") from fault
        staged = work.data().stage_rows(write.dataset, table.dictionaries(), WriteMode(), list(table.columns))
        work.staged.append(staged)
        work.log(f"{len(table.rows)} rows of {path} stand in for {write.dataset}.")
