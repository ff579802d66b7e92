"""What every step of the journal can do: make something, and take it away again; each twice without harm."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kitchens.core.roles import Actor
from kitchens.models import Kitchen, Provision, ProvisionStep


class Waiting(Exception):  # noqa: N818 - says what happens, as people say it
    """The step waits for something outside; it is looked at again later."""


@dataclass(frozen=True)
class Work:
    """A step at hand: the kitchen, who asked for it, the time, and a question whether to go on (renews the lease)."""

    kitchen: Kitchen
    provision: Provision
    step: ProvisionStep
    by: Actor
    now: datetime
    clock: Callable[[], datetime]
    go_on: Callable[[], bool]

    @property
    def choices(self) -> dict[str, Any]:
        """The choices as the plan froze them; secrets by name."""
        return dict(self.provision.plan["choices"])


class Step(ABC):
    """A step that makes nothing. `slow` ones are done by a worker, never in a request."""

    slow = False

    def what_undoes(self, work: Work) -> dict[str, Any]:
        """Return what has to be removed again; kept in the journal before anything is made."""
        return {}

    def prepare(self, work: Work) -> Any:
        """Do what takes long, outside of any transaction, and return what `do` needs."""
        return None

    @abstractmethod
    def do(self, work: Work, prepared: Any) -> str:
        """Make it, in the transaction that marks the step as done; return what was made, in a sentence."""

    def undo(self, work: Work) -> str:
        """Remove what the journal says was to be made, also where it was made in part or not at all."""
        return "There was nothing to remove."
