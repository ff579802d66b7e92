"""Kitchens that change: commits, data and merge requests through the real actions, for tests of merges."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from kitchens.actions import data, merges
from kitchens.actions.kitchens import create_kitchen, create_production
from kitchens.core.roles import THE_HUB, Actor
from kitchens.core.stores.base import Column, Part, Staged, Version, WriteMode
from kitchens.models import Kitchen, MergeRequest, Person, Revision
from kitchens.queries.data import heads, newest, resolve
from recipes.actions.files import save_files

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ENDS = date(2026, 3, 20)
FILES = {
    "domains/sales/domain.yaml": b"title: Sales\n",
    "domains/sales/notes.md": b"one\ntwo\nthree\nfour\nfive\nsix\nseven\n",
}


def later(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def person(username: str, role: str = "developer") -> Person:
    return Person.objects.create_user(username, f"{username}@example.org", role=role)


def mesh(files: Mapping[str, bytes] = FILES, **policy: object) -> Kitchen:
    """Make production with some files; its policy asks for nothing but what is given."""
    production = create_production(by=THE_HUB, now=NOW)
    asked = {"approvals": 0, "runs_green": False, "tests_removed": "allow", "breaking": "allow"} | policy
    Kitchen.objects.filter(pk=production.pk).update(policy=asked)
    commit(production, files, by=THE_HUB)
    return Kitchen.objects.get(pk=production.pk)


def kitchen_of(parent: Kitchen, name: str = "late-flights", by: Actor = THE_HUB) -> Kitchen:
    return create_kitchen(name=name, parent=parent, ends_on=ENDS, by=by, now=NOW)


def commit(
    kitchen: Kitchen, files: Mapping[str, bytes | None], *, by: Actor = THE_HUB, now: datetime = NOW
) -> Revision:
    expected = newest(kitchen).commit
    return save_files(kitchen, files, message="Change", by=by, now=now, expected_commit=expected)


def publish(kitchen: Kitchen, dataset: str, name: str, rows: int = 10) -> Revision:
    """Publish a snapshot of a dataset in a kitchen; nothing is on the disk."""
    parts = (Part(f"parts/00/{dataset}/{name}.parquet", rows, 10),)
    version = Version(dataset, "embedded", (Column("id", "BIGINT"),), parts)
    staged = data.record(
        [Staged(dataset, WriteMode(), version, "", parts)], node_run=None, attempt=name, at=NOW
    )
    expected = heads(resolve(kitchen, [dataset]), [dataset])
    return data.publish(kitchen, staged, expected=expected, by=THE_HUB, at=NOW, run=None)


def request_of(kitchen: Kitchen, by: Actor = THE_HUB, title: str = "Better joins") -> MergeRequest:
    assert kitchen.parent is not None
    return merges.open_request(kitchen, kitchen.parent, title=title, by=by, now=NOW)


def green(request: MergeRequest, by: Actor = THE_HUB, now: datetime = NOW) -> MergeRequest:
    """Build the candidate of the request and let it be green."""
    request = merges.start_candidate(request, by=by, now=now)
    merges.candidate_settled(request.pk, green=True, note="", now=now)
    request.refresh_from_db()
    return request


def read(kitchen: Kitchen, dataset: str) -> str:
    """Return the name of the part a dataset has in a kitchen, "" where it is not there."""
    found = resolve(kitchen, [dataset]).get(dataset)
    return found.parts[0].name.rpartition("/")[2].removesuffix(".parquet") if found else ""
