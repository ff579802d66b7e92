"""Making a kitchen: planned, reserved, done step by step, undone where it cannot be."""

from kitchens.actions.provision.making import cancel, clean, create, drain, look, retry
from kitchens.actions.provision.planning import agreed_plan, plan_kitchen

__all__ = ["agreed_plan", "cancel", "clean", "create", "drain", "look", "plan_kitchen", "retry"]
