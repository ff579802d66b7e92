"""Tables of what is watched: episodes of failure, incidents that group them, and how people are told."""

from monitoring.models.alerts import Channel, Notice, Route
from monitoring.models.episode import Episode
from monitoring.models.incident import Incident, IncidentEvent

__all__ = ["Channel", "Episode", "Incident", "IncidentEvent", "Notice", "Route"]
