"""The engine: what happens to runs and their nodes, from the placing of an order to the publishing of its data.

An order is placed (ordering, plans, place); a worker works (work): it admits runs (admit), claims nodes (claim),
executes them (execute, jobs, context) and hands in what came of them (finish, facts); the run moves on (advance,
steps) to its end (end, publish, moved). People stop it (stop) or take it up again (again).
"""

from recipes.actions.runs.again import rerun, resume, retry_node
from recipes.actions.runs.stop import cancel
from recipes.actions.runs.work import drain

__all__ = ["cancel", "drain", "rerun", "resume", "retry_node"]
