"""The steps in the ledger: branch, first revision, what a run left, and the moment it opens."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import ProtectedError

from hub.common.errors import InvalidError
from kitchens.actions import audit, changes, revisions
from kitchens.actions.provision.steps.base import Step, Work
from kitchens.core import words
from kitchens.core.branches import drop_branch, put_branch
from kitchens.models import Kitchen, Pointer, Revision, Snapshot


class BranchStep(Step):
    """The branch of the kitchen, at the commit of the pinned revision. Its name is held by the kitchen's row."""

    def what_undoes(self, work: Work) -> dict[str, Any]:
        return {"branch": work.kitchen.branch}

    def do(self, work: Work, prepared: Any) -> str:
        commit = work.provision.plan["commit"]
        put_branch(settings.MESH_REPOSITORY, work.kitchen.branch, commit)
        return f"The branch {work.kitchen.branch} stands at {commit[:8]}."

    def undo(self, work: Work) -> str:
        drop_branch(settings.MESH_REPOSITORY, work.step.undo["branch"])
        return f"The branch {work.step.undo['branch']} is removed."


class ForkStep(Step):
    """Revision 1: the parent's commit and data by number, and the overrides."""

    def what_undoes(self, work: Work) -> dict[str, Any]:
        return {"revisions": True}

    def do(self, work: Work, prepared: Any) -> str:
        plan = work.provision.plan
        pinned = Revision.objects.get(kitchen=work.kitchen.parent, number=plan["parent_revision"])
        if not Revision.objects.filter(kitchen=work.kitchen).exists():
            revisions.append(
                work.kitchen,
                cause="created",
                by=work.by,
                at=work.now,
                commit=plan["commit"],
                parent_revision=pinned,
                overrides=work.choices["overrides"],
                note=f"Made from {work.kitchen.parent.slug} at revision {pinned.number}.",
            )
        return f"It reads {work.kitchen.parent.slug} at revision {pinned.number}; 0 bytes were copied."

    def undo(self, work: Work) -> str:
        """Remove the revisions; where a run of an ingredient names them they stay as facts, and do no harm."""
        try:
            Pointer.objects.filter(kitchen=work.kitchen).delete()
            Revision.objects.filter(kitchen=work.kitchen).delete()
        except ProtectedError:
            return "Its revisions stay: runs refer to them."
        Kitchen.objects.filter(pk=work.kitchen.pk).update(head=0)
        return "Its revisions are removed."


class LeftStep(Step):
    """One revision from which on the kitchen reads what a run of its parent wrote, also what was never published."""

    def do(self, work: Work, prepared: Any) -> str:
        wanted = set(work.step.details["snapshots"].values())
        snapshots = Snapshot.objects.select_for_update().filter(pk__in=wanted, collected_at=None)
        pointers = {snapshot.dataset_id: snapshot.pk for snapshot in snapshots}
        if len(pointers) < len(wanted):
            raise InvalidError("What the run wrote is no longer kept.", remedy="Plan the kitchen again.")
        run = work.choices["run"]
        if not Pointer.objects.filter(kitchen=work.kitchen, snapshot__in=wanted).exists():
            note = f"{words.count(len(pointers), 'dataset')} as run {run} left {'it' if len(pointers) == 1 else 'them'}"
            revisions.append(
                work.kitchen, cause="provision", by=work.by, at=work.now, pointers=pointers, note=note
            )
        return f"It reads {words.count(len(pointers), 'dataset')} of run {run}; 0 bytes were copied."


class ReadyStep(Step):
    """The kitchen opens: from here on it is one like any other, and is retired instead of undone."""

    def do(self, work: Work, prepared: Any) -> str:
        being_made = Kitchen.objects.filter(pk=work.kitchen.pk, state="provisioning")
        if being_made.update(state="ready", ready_at=work.now, state_note=""):
            changes.note(work.kitchen.pk, "kitchen_asked_at", work.kitchen.created_at)
            changes.note(work.kitchen.pk, "kitchen_ready_at", work.now)
            facts = {"parent": work.kitchen.parent.slug, "tier": work.kitchen.tier}
            ends_on = str(work.kitchen.ends_on or "")
            audit.record(work.by, "kitchen.created", work.kitchen.slug, work.now, **facts, ends_on=ends_on)
        return f"{work.kitchen} is open."
