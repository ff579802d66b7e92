"""The part of the API that is about recipes, orders and runs; `hub.api` puts the parts together."""

from recipes.api import files, merges, nodes, orders, recipes, runs, schedules, schemas, values, workers

ROUTERS = tuple(
    ("", module.router)
    for module in (recipes, values, files, orders, runs, nodes, schedules, schemas, workers, merges)
)
