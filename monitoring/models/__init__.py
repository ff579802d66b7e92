"""Tables of what is watched: episodes of failure, and incidents that group them."""

from monitoring.models.episode import Episode
from monitoring.models.incident import Incident

__all__ = ["Episode", "Incident"]
