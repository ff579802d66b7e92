"""Which of a kitchen's changed recipes ran green on exactly what it would merge."""

from __future__ import annotations

from django.conf import settings

from kitchens.core.git import MeshRepository
from kitchens.core.git.merging import common_base
from kitchens.core.git.rough import recipe_folders, tree_of
from kitchens.core.impact import RecipeRun, RunsVerdict
from kitchens.models import Kitchen, Revision
from kitchens.queries.data import newest
from recipes.core.status import RED, Status
from recipes.models import OrderRun

STATES = {Status.SUCCEEDED: "green"} | dict.fromkeys((*RED, Status.CANCELLED), "red")


def tests_of(kitchen_id: int, revision: int) -> RunsVerdict:
    """Return how each recipe that the kitchen changed stands at a revision (its id): the newest whole run of a variation.

    A run counts if it was made with exactly the revision's commit and overrides, and ran all nodes of its variation.
    Three queries, and one for each changed recipe.
    """
    at = Revision.objects.select_related("parent_revision").get(pk=revision, kitchen=kitchen_id)
    kitchen = Kitchen.objects.select_related("parent").get(pk=kitchen_id)
    return RunsVerdict(tuple(run for recipe in changed_recipes(kitchen, at) for run in _runs(at, recipe)))


def changed_recipes(kitchen: Kitchen, at: Revision) -> list[str]:
    """Return the recipes that are others than where the kitchen and its parent parted, and that are still there."""
    if kitchen.parent is None:
        return []
    above = newest(kitchen.parent)
    base = common_base(MeshRepository(settings.MESH_REPOSITORY), above.commit, at.commit)
    before = recipe_folders(settings.MESH_REPOSITORY, tree_of(settings.MESH_REPOSITORY, base)) if base else {}
    now = recipe_folders(settings.MESH_REPOSITORY, tree_of(settings.MESH_REPOSITORY, at.commit))
    return [recipe for recipe, tree in now.items() if before.get(recipe) != tree]


def _runs(at: Revision, recipe: str) -> list[RecipeRun]:
    """Return the newest run of each variation of a recipe at the revision, red ones first; one "missing" without any."""
    domain, _, name = recipe.partition("/")
    runs = OrderRun.objects.filter(
        kitchen=at.kitchen_id, domain=domain, recipe=name, commit=at.commit, fixtures=""
    )
    newest_of: dict[str, OrderRun] = {}
    for run in runs.select_related("order", "revision").defer("plan").order_by("-id")[:100]:
        same = run.revision is None or run.revision.overrides == at.overrides
        if same and not run.order.nodes:
            newest_of.setdefault(run.variation, run)
    if not newest_of:
        sentence = f"{recipe} has not been run on this commit."
        return [RecipeRun(recipe, "", "missing", sentence)]
    return [_stands(recipe, run) for run in newest_of.values()]


def _stands(recipe: str, run: OrderRun) -> RecipeRun:
    state = STATES.get(Status(run.status), "running")
    words = {"green": "green", "red": "red", "running": "still running"}[state]
    what = f": {run.reason.rstrip('.')}" if state == "red" and run.reason else ""
    sentence = f"{recipe} {run.variation} is {words} in run {run.pk}{what}."
    return RecipeRun(recipe, run.variation, state, sentence, run.pk)
