"""How a kitchen is made, as plain facts: what was chosen, what will be made of it, what the rules say."""

from kitchens.core.provision.choices import Choices
from kitchens.core.provision.plan import Copy, Plan, PlannedStep, Verdict
from kitchens.core.provision.recipes import IngredientFacts, RecipeFacts, ValueFacts
from kitchens.core.provision.templates import TEMPLATES, Template

__all__ = [
    "TEMPLATES",
    "Choices",
    "Copy",
    "IngredientFacts",
    "Plan",
    "PlannedStep",
    "RecipeFacts",
    "Template",
    "ValueFacts",
    "Verdict",
]
