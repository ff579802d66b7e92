"""What is done with incidents: by the hub, which groups episodes and sees them end, and by people."""

from monitoring.actions.incidents.moves import acknowledge, assign, reopen, resolve, snooze, watch
from monitoring.actions.incidents.sweep import sweep
from monitoring.actions.incidents.talk import comment, link

__all__ = ["acknowledge", "assign", "comment", "link", "reopen", "resolve", "snooze", "sweep", "watch"]
