"""What a domain needs in a kitchen, made by a recipe of its own and taken away by another."""

from __future__ import annotations

from typing import Any

from hub.common.errors import ConflictError
from kitchens.actions.provision.steps.base import Step, Waiting, Work
from kitchens.core.roles import THE_HUB
from kitchens.ports import ports
from kitchens.queries.provision import recipes_of


class IngredientStep(Step):
    """An order run in the kitchen that is being made; its rollback is another one."""

    slow = True

    def what_undoes(self, work: Work) -> dict[str, Any]:
        key = work.step.details["ingredient"]
        offered = [one for recipe in recipes_of(work.provision.plan["commit"]) for one in recipe.ingredients]
        partner = next((one.rollback for one in offered if one.key == key), "")
        recipe = key.rsplit("/", 1)[0]
        return {"ingredient": f"{recipe}/{partner}", "values": work.step.details["values"]}

    def prepare(self, work: Work) -> None:
        details = work.step.details
        tried = details.get("tries", 0)
        if work.step.run_id is None:
            work.step.run_id = self._place(work, details["ingredient"], details["values"], f"do-{tried}")
            work.step.save(update_fields=["run_id"])
        self._await(work.step.run_id)

    def do(self, work: Work, prepared: Any) -> str:
        return f"Run {work.step.run_id} ended green."

    def undo(self, work: Work) -> str:
        details = work.step.details
        if "undo_run" not in details:
            # All that runs in a kitchen that is not open is this; it may have been placed just before a crash.
            ports.stop_runs(work.kitchen.pk, by=THE_HUB, now=work.now)
            if work.step.run_id and not ports.state_of_run(work.step.run_id):
                raise Waiting
            key = f"undo-{details.get('tries', 0)}"
            details["undo_run"] = self._place(
                work, work.step.undo["ingredient"], work.step.undo["values"], key
            )
            work.step.save(update_fields=["details"])
        self._await(details["undo_run"])
        return f"Run {details['undo_run']} has taken it away."

    def _place(self, work: Work, ingredient: str, values: dict[str, Any], what: str) -> int:
        key = f"provision-{work.step.pk}-{what}"
        return ports.place_ingredient(work.kitchen.pk, ingredient, values, key=key, by=THE_HUB, now=work.now)

    def _await(self, run_id: int) -> None:
        """Return where the run is green; Waiting while it is open, ConflictError where it went wrong."""
        state = ports.state_of_run(run_id)
        if not state:
            raise Waiting
        if state != "green":
            raise ConflictError(
                f"Run {run_id} of the ingredient went wrong: {state}", remedy=f"Look at run {run_id}."
            )
