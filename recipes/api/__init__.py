"""The part of the API that is about recipes, orders and runs; `hub.api` puts the parts together."""

from recipes.api import files, nodes, orders, recipes, runs, schedules, schemas, workers

ROUTERS = tuple(
    ("", module.router) for module in (recipes, files, orders, runs, nodes, schedules, schemas, workers)
)
