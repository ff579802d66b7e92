"""The part of the API that is about people, domains, kitchens and data; `hub.api` puts the parts together."""

from kitchens.api import connections, datadiff, datasets, domains, kitchens, people, retention, tokens

ROUTERS = tuple(
    ("", module.router)
    for module in (domains, kitchens, datadiff, datasets, connections, people, retention, tokens)
)
