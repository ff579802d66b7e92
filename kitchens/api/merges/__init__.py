"""Merge requests by URL: the same actions as on the pages, and the same gates."""

from ninja import Router

from kitchens.api.merges import acts, kitchens, requests

router = Router(tags=["Merges"])
for module in (requests, acts, kitchens):
    router.add_router("", module.router)
