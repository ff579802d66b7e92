"""Everything a hub can tell of its data: revision by revision, dataset by dataset. Compared before and after a restore."""

from __future__ import annotations

import hashlib
import json
import sys

import django

django.setup()

from django.conf import settings  # noqa: E402

from kitchens.core.git import MeshRepository  # noqa: E402
from kitchens.models import Kitchen, Revision, Secret, Snapshot  # noqa: E402
from kitchens.queries.data import open_kitchen_store, resolve  # noqa: E402


def told() -> dict[str, object]:
    repository = MeshRepository(settings.MESH_REPOSITORY)
    read: dict[str, str] = {}
    revisions = {}
    for revision in Revision.objects.select_related("kitchen").order_by("id"):
        found = resolve(revision.kitchen, at=revision)
        store = open_kitchen_store(revision.kitchen)
        for version in found.values():
            if version.digest not in read:
                rows = sorted(map(str, store.sample(version, limit=100_000).rows))
                read[version.digest] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
        repository.log(revision.commit, limit=3)
        data = {name: [version.digest, read[version.digest]] for name, version in found.items()}
        revisions[str(revision)] = {"commit": revision.commit, "data": data}
    branches = {
        kitchen.branch: repository.head(kitchen.branch) for kitchen in Kitchen.objects.filter(state="ready")
    }
    newest = {k.branch: k.revisions.latest("number").commit for k in Kitchen.objects.filter(state="ready")}
    return {
        "revisions": revisions,
        "branches": branches == newest,
        "snapshots": Snapshot.objects.count(),
        "secrets": Secret.objects.count(),
    }


if __name__ == "__main__":
    json.dump(told(), sys.stdout)
