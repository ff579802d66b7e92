"""Tables of what is watched: episodes of failure, incidents that group them, and what other tools tell."""

from monitoring.models.episode import Episode
from monitoring.models.external import (
    EventRate,
    EventSource,
    ExternalComponent,
    ExternalResult,
    ExternalRun,
    ExternalTest,
    ReceivedEvent,
    RefusedEvent,
)
from monitoring.models.incident import Incident

__all__ = [
    "Episode",
    "EventRate",
    "EventSource",
    "ExternalComponent",
    "ExternalResult",
    "ExternalRun",
    "ExternalTest",
    "Incident",
    "ReceivedEvent",
    "RefusedEvent",
]
