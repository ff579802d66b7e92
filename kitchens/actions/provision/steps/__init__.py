"""The steps that kitchens are made of, by kind."""

from kitchens.actions.provision.steps.base import Step, Waiting, Work
from kitchens.actions.provision.steps.copies import CopyStep, EmptyStep, PlaceStep
from kitchens.actions.provision.steps.ingredients import IngredientStep
from kitchens.actions.provision.steps.ledger import BranchStep, ForkStep, LeftStep, ReadyStep
from kitchens.actions.provision.steps.people import MembersStep, SecretsStep

STEPS: dict[str, Step] = {
    "branch": BranchStep(),
    "fork": ForkStep(),
    "left": LeftStep(),
    "members": MembersStep(),
    "secrets": SecretsStep(),
    "copy": CopyStep(),
    "empty": EmptyStep(),
    "place": PlaceStep(),
    "ingredient": IngredientStep(),
    "ready": ReadyStep(),
}

__all__ = ["STEPS", "Step", "Waiting", "Work"]
