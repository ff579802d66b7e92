"""The mesh of the trial of changes: two domains, one of which reads the other's data and has personal columns."""

from __future__ import annotations

from django.utils import timezone

from kitchens.actions.kitchens import create_production
from kitchens.actions.people import create_person
from kitchens.actions.policy import set_policy
from kitchens.core.roles import THE_HUB
from kitchens.models import Kitchen
from kitchens.queries.data import newest
from recipes.actions.files import save_files
from recipes.actions.orders import place_order
from recipes.models import OrderRun

PEOPLE = ("ann", "ben", "cleo")
RECIPES = ("shop/daily", "sales/report")
FILES = {
    "domains/shop/domain.yaml": "title: Shop\npersonal:\n  customers: {email: hash}\n",
    "domains/shop/recipes/daily/recipe.yaml": """
description: Orders and who ordered them
nodes:
  orders: {kind: sql, file: orders.sql, writes: shop.orders}
  customers: {kind: sql, file: customers.sql, writes: shop.customers}
tests:
  some orders: {node: orders, check: row_count, dataset: shop.orders, min: 1}
variations: {production: {}}
""",
    "domains/shop/recipes/daily/orders.sql": "SELECT 1 AS id, 10 AS price UNION ALL SELECT 2, 20",
    "domains/shop/recipes/daily/customers.sql": "SELECT 1 AS id, 'ann@example.org' AS email",
    "domains/sales/domain.yaml": "title: Sales\n",
    "domains/sales/recipes/report/recipe.yaml": """
description: What was earned
nodes: {takings: {kind: sql, file: takings.sql, writes: sales.takings}}
variations: {production: {}}
""",
    "domains/sales/recipes/report/takings.sql": "SELECT sum(price) AS total FROM shop.orders",
}


def build() -> Kitchen:
    """Make production, whose policy asks for somebody else's approval, with the recipes and people of the trial."""
    now = timezone.now()
    for name in PEOPLE:
        create_person(username=name, password=None, role="admin", by=THE_HUB, now=now)
    production = create_production(by=THE_HUB, now=now)
    files = {path: text.encode() for path, text in FILES.items()}
    head = newest(production).commit
    save_files(production, files, message="The mesh", by=THE_HUB, now=now, expected_commit=head)
    asked = {"approvals": 1, "runs_green": False, "tests_removed": "allow", "breaking": "allow"}
    return set_policy(production, protected=True, policy=asked, by=THE_HUB, now=now)


def place(kitchen: Kitchen, recipe: str) -> OrderRun:
    """Order one run of a recipe."""
    domain, name = recipe.split("/")
    return place_order(
        kitchen=kitchen, domain=domain, recipe=name, variation="production", by=THE_HUB, now=timezone.now()
    )
