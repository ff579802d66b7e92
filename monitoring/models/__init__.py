"""Tables of what is watched: episodes, incidents that group them, how people are told, and what other tools tell."""

from monitoring.models.alerts import Channel, Notice, Route
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
from monitoring.models.incident import Incident, IncidentEvent

__all__ = [
    "Channel",
    "Episode",
    "EventRate",
    "EventSource",
    "ExternalComponent",
    "ExternalResult",
    "ExternalRun",
    "ExternalTest",
    "Incident",
    "IncidentEvent",
    "Notice",
    "ReceivedEvent",
    "RefusedEvent",
    "Route",
]
