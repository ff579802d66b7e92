"""The part of the API that reads the facts of all others, and takes those of other tools; `hub.api` puts it together."""

from monitoring.api import events, gates, incidents, lineage, reports

ROUTERS = (
    ("", lineage.router),
    ("", reports.router),
    ("", incidents.router),
    ("", events.router),
    ("", gates.router),
)
