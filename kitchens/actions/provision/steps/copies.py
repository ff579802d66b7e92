"""Datasets that a kitchen has of its own from the start: masked, a sample, or without rows."""

from __future__ import annotations

import base64
import secrets
from dataclasses import asdict
from typing import Any

from django.utils import timezone

from hub.common.errors import InvalidError
from kitchens.actions import data, revisions
from kitchens.actions.provision.steps.base import Step, Waiting, Work
from kitchens.core import words
from kitchens.core.provision.copying import StoppedError, copy_in_process
from kitchens.core.provision.masking import copy_sql
from kitchens.core.secrets import place_of
from kitchens.core.stores.base import Staged, StoreError, Version, WriteMode
from kitchens.models import Pointer, Provision, ProvisionStep, Snapshot
from kitchens.queries.data import store_address, version_of
from kitchens.queries.secrets import open_vault

_SALT = "salt of masks"


class CopyStep(Step):
    """A copy, staged by a process of its own and recorded as a snapshot that nothing points to yet.

    What was staged is kept for a later try; what no revision names is collected like all staging.
    """

    slow = True

    def what_undoes(self, work: Work) -> dict[str, Any]:
        return {"dataset": work.step.details["dataset"], "attempt": _attempt(work)}

    def prepare(self, work: Work) -> Staged | None:
        if _staged_before(work):
            return None
        details = work.step.details
        source = _source(details["source"])
        sql = copy_sql(
            source.dataset,
            source.columns,
            personal=details["masks"],
            salt=_salt(work.provision) if details["masks"] else "",
            rows=details["rows"] if details["choice"] == "sample" else None,
        )
        address = store_address(work.kitchen)
        job = asdict(address) | {"source": source.as_dict(), "sql": sql, "attempt": _attempt(work)}
        try:
            return copy_in_process(job, work.go_on)
        except StoppedError as stopped:
            raise Waiting from stopped
        except StoreError as fault:
            raise InvalidError(f"{source.dataset} could not be copied: {fault}") from fault

    def do(self, work: Work, prepared: Staged | None) -> str:
        if prepared is not None:
            _record(work, prepared)
        snapshot = Snapshot.objects.get(pk=work.step.details["snapshot"])
        return f"{words.count(snapshot.rows, 'row')}, {words.size(snapshot.bytes)}."

    def undo(self, work: Work) -> str:
        return "What was copied is not pointed to by anything, and is collected like all staging."


class EmptyStep(CopyStep):
    """A dataset with the columns of the parent's and no row: nothing is written."""

    slow = False

    def prepare(self, work: Work) -> Staged | None:
        if _staged_before(work):
            return None
        source = _source(work.step.details["source"])
        version = Version(source.dataset, source.store, source.columns, ())
        return Staged(source.dataset, WriteMode(), version, "", (), attempt=_attempt(work))


class PlaceStep(Step):
    """One revision from which on the kitchen reads its copies."""

    def do(self, work: Work, prepared: Any) -> str:
        steps = ProvisionStep.objects.filter(provision=work.provision, kind__in=("copy", "empty"))
        snapshots = Snapshot.objects.in_bulk(
            [details["snapshot"] for details in steps.values_list("details", flat=True)]
        )
        pointers = {snapshot.dataset_id: pk for pk, snapshot in snapshots.items()}
        there = Pointer.objects.filter(kitchen=work.kitchen, snapshot__in=snapshots).count()
        if there < len(snapshots):
            revisions.append(
                work.kitchen,
                cause="provision",
                by=work.by,
                at=work.now,
                pointers=pointers,
                note=f"{words.count(len(pointers), 'dataset')} of its own",
            )
        return f"{words.count(len(snapshots), 'dataset')} of its own."


def _attempt(work: Work) -> str:
    """Return the name of a try: of all parts it writes. Another try has another name."""
    return f"k{work.kitchen.pk}-{work.step.place}-{secrets.token_hex(4)}"


def _staged_before(work: Work) -> bool:
    """Say whether an earlier try has staged it and it is still kept."""
    snapshot = work.step.details.get("snapshot")
    return bool(snapshot) and Snapshot.objects.filter(pk=snapshot, collected_at=None).exists()


def _source(snapshot: int) -> Version:
    found = Snapshot.objects.select_related("dataset").get(pk=snapshot)
    if found.collected_at:
        raise InvalidError(
            f"The version of {found.dataset.name} to copy is no longer kept.", remedy="Plan it again."
        )
    return version_of(found)


def _record(work: Work, staged: Staged) -> None:
    # Real time: it says how long the parts are kept for at least.
    found = data.record([staged], node_run=None, attempt=staged.attempt, at=timezone.now())
    work.step.details["snapshot"] = found[staged.dataset].pk
    work.step.save(update_fields=["details"])


def _salt(provision: Provision) -> str:
    """Return what the hashes of this kitchen are salted with; made at first use, kept sealed."""
    place = place_of(_SALT, str(provision.pk))
    sealed = Provision.objects.values_list("plan__salt", flat=True).get(pk=provision.pk)
    if not sealed:
        salt = secrets.token_hex(24)
        provision.plan["salt"] = base64.b64encode(open_vault().seal(salt, place)).decode()
        provision.save(update_fields=["plan"])
        return salt
    return open_vault().open(base64.b64decode(sealed), place)
