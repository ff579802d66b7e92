"""The crash points at which trials kill a process, by what is done there; the house rules hold them against the code."""

from __future__ import annotations

DONE = ("before", "after", "done")
UNDONE = ("undoing", "undone")
KINDS = ("branch", "fork", "left", "members", "secrets", "copy", "empty", "place", "ready")

# tests/kitchens/actions/test_provision_crashes.py
PROVISION = [f"provision.{kind}.{when}" for kind in KINDS for when in DONE]
BETWEEN = ["provision.reserved", "provision.copy.prepared"]
UNDOING = [f"provision.{kind}.{when}" for kind in KINDS for when in UNDONE]

# tests/recipes/actions/test_ingredient_crashes.py
INGREDIENT = [f"provision.ingredient.{when}" for when in ("before", "prepared", "after", "done")]
INGREDIENT_UNDOING = [f"provision.ingredient.{when}" for when in UNDONE]
INGREDIENT_PURGED = [f"purge.ingredient.{when}" for when in ("before", "after")]

# tests/kitchens/actions/test_end_by_kill.py
RETIRE = [
    "retire.begun",
    "retire.runs.before",
    "retire.runs.after",
    "retire.branch.before",
    "retire.branch.copied",
    "retire.branch.after",
    "retire.closing",
    "retire.closed",
]
PURGE = ["purge.begun", "purge.closing", "purge.closed"] + [
    f"purge.{step}.{when}" for step in ("secrets", "data", "archive") for when in ("before", "after")
]
RESTORE = ["restore.opened"]

# tests/kitchens/actions/merges/crowd.py, started by test_crowd.py
BUILD = ["merge.prepared", "merge.candidate"]
MERGE = ["merge.before", "merge.written", "merge.ledger", "merge.ref", "merge.after"]
MERGE_DOWN = MERGE[:-1]
ROLLBACK = ["rollback.before", "rollback.written", "rollback.ledger", "rollback.ref"]

# tests/recipes/git/test_real_server.py; point -> whether the push is taken
COMMIT = {"commit.ledger.before": False, "commit.ledger.after": True, "commit.ref.after": True}

# tests/recipes/actions/test_crashes.py; point -> how often the first node is tried
PLACED = "placed"
RUN = {"admitted": 1, "claimed": 1, "executed": 2, "finishing": 2, "finished": 1, "publishing": 1}

# tests/recipes/actions/test_detection_by_button.py
DETECTION = "detection.taken"

# tests/monitoring/actions/alerts/test_sending.py
ALERT = "alert.delivered"

TRIED = {
    *PROVISION, *BETWEEN, *UNDOING, *INGREDIENT, *INGREDIENT_UNDOING, *INGREDIENT_PURGED, *RETIRE, *PURGE, *RESTORE,
    *BUILD, *MERGE, *ROLLBACK, *COMMIT, PLACED, *RUN, DETECTION, ALERT,
}  # fmt: skip
