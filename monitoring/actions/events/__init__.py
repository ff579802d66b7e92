"""Events of other tools: taken, stored once, and turned into runs, results and episodes."""

from monitoring.actions.events.take import Answer, Taken, take

__all__ = ["Answer", "Taken", "take"]
