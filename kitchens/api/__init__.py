"""The part of the API that is about people, domains, kitchens and data; `hub.api` puts the parts together."""

from kitchens.api import (
    connections,
    datadiff,
    datasets,
    domains,
    kitchens,
    members,
    merges,
    overrides,
    people,
    provision,
    retention,
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
        datadiff,
        datasets,
        connections,
        people,
        retention,
        tokens,
    )
)
