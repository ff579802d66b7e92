"""The mesh of the kill trial: nodes that write datasets, and a line each into a ledger outside the hub."""

from __future__ import annotations

import random
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from kitchens.actions.kitchens import create_production
from kitchens.core.git import MeshRepository
from kitchens.core.roles import THE_HUB
from kitchens.models import Kitchen
from recipes.actions.files import save_files
from recipes.actions.orders import place_order
from recipes.models import OrderRun

RECIPES = ("alpha", "beta", "gamma", "delta")
RECIPE = """
description: Appends one row, sums all rows, and tells the ledger outside of each node
values:
  ledger: {{type: text, default: "{ledger}"}}
  pause: {{type: number, default: 0.02}}
nodes:
  load: {{kind: python, file: load.py, writes: {{trial.{name}: append}}, retries: 50, backoff: 0.05}}
  left: {{kind: python, file: tell.py, needs: [load], retries: 50, backoff: 0.05}}
  right: {{kind: shell, command: "sleep $HUB_VALUE_PAUSE; echo $HUB_VALUE_RUN right >> $HUB_VALUE_LEDGER", needs: [load],
          retries: 50, backoff: 0.05}}
  join: {{kind: synchronise, needs: [left, right]}}
  sum: {{kind: sql, file: sum.sql, needs: [join], writes: trial.{name}_sum, retries: 50, backoff: 0.05}}
tests:
  some rows: {{node: load, check: row_count, dataset: trial.{name}, min: 1}}
  no run twice: {{node: load, check: unique, dataset: trial.{name}, columns: [run]}}
variations:
  production: {{}}
"""
TELL = """
import time

def tell(context, node):
    time.sleep(context.values["pause"])
    with open(context.values["ledger"], "a") as ledger:
        ledger.write(f"{context.values['run']} " + node + "\\n")
"""
LOAD = (
    TELL
    + """
def run(context):
    tell(context, "load")
    context.write("trial.%s", [{"run": int(context.values["run"])}])
"""
)
LEFT = (
    TELL
    + """
def run(context):
    tell(context, "left")
"""
)
TOLD = ("load", "left", "right")  # the nodes that write into the ledger


def build(ledger: Path) -> Kitchen:
    """Make production with the recipes of the trial."""
    now = timezone.now()
    kitchen = create_production(by=THE_HUB, now=now)
    changes = {"domains/trial/domain.yaml": b"title: Trial\n"}
    for name in RECIPES:
        base = f"domains/trial/recipes/{name}"
        files = {
            "recipe.yaml": RECIPE.format(name=name, ledger=ledger),
            "load.py": LOAD % name,
            "tell.py": LEFT,
            "sum.sql": f"SELECT count(*) AS runs FROM trial.{name}",  # noqa: S608 - a name of ours
        }
        changes |= {f"{base}/{file}": text.encode() for file, text in files.items()}
    head = MeshRepository(settings.MESH_REPOSITORY).head(kitchen.branch)
    save_files(kitchen, changes, message="The kill trial", by=THE_HUB, now=now, expected_commit=head)
    return Kitchen.objects.get(pk=kitchen.pk)


def place(kitchen: Kitchen, dice: random.Random) -> OrderRun:
    """Order one run of a random recipe."""
    return place_order(
        kitchen=kitchen,
        domain="trial",
        recipe=dice.choice(RECIPES),
        variation="production",
        by=THE_HUB,
        now=timezone.now(),
        values={"pause": round(dice.uniform(0.0, 0.08), 3)},
    )
