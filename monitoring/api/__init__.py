"""The part of the API that reads the facts of all others; `hub.api` puts the parts together."""

from monitoring.api import lineage, reports

ROUTERS = (("", lineage.router), ("", reports.router))
