"""The part of the API that reads the facts of all others; `hub.api` puts the parts together."""

from monitoring.api import incidents, lineage

ROUTERS = (("", lineage.router), ("", incidents.router))
