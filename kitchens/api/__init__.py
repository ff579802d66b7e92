"""The part of the API that is about people, domains, kitchens and data; `hub.api` puts the parts together."""

from kitchens.api import connections, datasets, domains, kitchens, people, provision, tokens

ROUTERS = tuple(
    ("", module.router) for module in (domains, provision, kitchens, datasets, connections, people, tokens)
)
