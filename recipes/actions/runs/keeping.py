"""Keep what a node counted in parts, so that nobody counts it again."""

from __future__ import annotations

import logging

from kitchens.core.stores import open_store
from kitchens.core.stores.base import Staged, StoreError
from recipes.actions.runs.jobs import Prepared
from recipes.core.nodes.base import Outcome
from recipes.core.nodes.keeping import may_keep

logger = logging.getLogger(__name__)


def keep_numbers(prepared: Prepared, outcome: Outcome) -> Outcome:
    """Keep the numbers of parts the node saw or staged, and return the outcome without them.

    Nothing is kept of nodes that run code of an author, whatever they hand back, nor of closed kitchens, whose
    numbers would lie beside parts that others read. No query to the hub's database; what cannot be kept is no fault.
    """
    if not outcome.kept:
        return outcome
    bare = outcome.model_copy(update={"kept": {}})
    if prepared.job is None or not may_keep(prepared.job) or prepared.context.kitchen.closed:
        return bare
    try:
        versions = [*prepared.manifest.values(), *(Staged.from_dict(raw).version for raw in outcome.staged)]
        seen = {part.name for version in versions for part in version.parts}
        store = open_store(prepared.context.address)
        store.keep({name: numbers for name, numbers in outcome.kept.items() if name in seen})
    except StoreError as fault:
        logger.warning("What %s counted is not kept: %s", prepared.claim.name, fault)
    return bare
