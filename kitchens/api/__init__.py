"""The part of the API that is about people, domains, kitchens and data; `hub.api` puts the parts together."""

from kitchens.api import (
    connections,
    datasets,
    domains,
    kitchens,
    members,
    merges,
    overrides,
    people,
    provision,
    secrets,
    tokens,
)

ROUTERS = tuple(
    ("", module.router)
    for module in (
        domains,
        provision,
        kitchens,
        merges,
        members,
        overrides,
        secrets,
        datasets,
        connections,
        people,
        tokens,
    )
)
