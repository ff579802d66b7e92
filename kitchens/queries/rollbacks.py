"""What rolling a kitchen back would do, before it is done."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet

from hub.common.errors import InvalidError, MissingError
from kitchens.core.git import Change, MeshRepository
from kitchens.core.words import count, listed
from kitchens.models import Kitchen, MergeRequest, RequestEvent, Revision
from kitchens.queries.data import newest, resolve_ids

SHOWN = 500  # datasets that are named


@dataclass(frozen=True)
class RollbackPreview:
    """What would be other than it is now; sentences for people in `cannot`, as not everything comes back."""

    kitchen: Kitchen
    to: Revision
    now: Revision
    files: tuple[Change, ...]
    datasets: tuple[str, ...]  # whose rows would be those of then, by name; at most 500
    dataset_count: int
    removed: tuple[str, ...]  # datasets that would be no more, of those named
    values: tuple[str, ...]  # overrides that differ; they stay unless asked for
    merges: tuple[MergeRequest, ...]  # that would be out again, newest first
    domains: tuple[str, ...]
    cannot: tuple[str, ...]

    @property
    def nothing(self) -> bool:
        return (
            not self.files
            and not self.dataset_count
            and self.to.parent_revision_id == self.now.parent_revision_id
        )


def get_revision(kitchen: Kitchen, number: int) -> Revision:
    """Return a revision of a kitchen by its number; MissingError where there is none. One query."""
    found = (
        Revision.objects.filter(kitchen=kitchen, number=number)
        .select_related("parent_revision", "by")
        .first()
    )
    if found is None:
        raise MissingError(
            f"The kitchen {kitchen.slug} has no revision {number}.", remedy="Its history lists all there are."
        )
    return found


def preview_rollback(kitchen: Kitchen, to: Revision) -> RollbackPreview:
    """Return what rolling back to a revision would do: files, datasets, values, and what it cannot undo. Eight queries."""
    if to.kitchen_id != kitchen.pk:
        raise InvalidError(f"{to} is not a revision of the kitchen {kitchen.slug}.")
    now = newest(kitchen)
    files = MeshRepository(settings.MESH_REPOSITORY).diff(now.commit, to.commit)
    then, current = resolve_ids(kitchen, at=to), resolve_ids(kitchen, at=now)
    moved = sorted(name for name in {**then, **current} if then.get(name) != current.get(name))
    removed = [name for name in moved if then.get(name) is None]
    values = sorted(
        name
        for name in {**to.overrides, **now.overrides}
        if to.overrides.get(name) != now.overrides.get(name)
    )
    out = merges_since(kitchen, to).select_related("source", "merged_revision", "opened_by")
    domains = {name.partition(".")[0] for name in moved}
    domains |= {p[1] for change in files if len(p := change.path.split("/")) > 2 and p[0] == "domains"}
    return RollbackPreview(
        kitchen=kitchen,
        to=to,
        now=now,
        files=files,
        datasets=tuple(moved[:SHOWN]),
        dataset_count=len(moved),
        removed=tuple(removed[:SHOWN]),
        values=tuple(values),
        merges=tuple(out),
        domains=tuple(sorted(domains)),
        cannot=tuple(_cannot(kitchen, to, now, values)),
    )


def merges_since(kitchen: Kitchen, to: Revision) -> QuerySet[MergeRequest]:
    """Return the requests merged into a kitchen after a revision and not rolled back since, newest first. One query."""
    merged = MergeRequest.objects.filter(
        target=kitchen, merged_revision__kitchen=kitchen, merged_revision__number__gt=to.number
    )
    out = merged.exclude(pk__in=RequestEvent.objects.filter(what="rolled_back").values("request"))
    return out.order_by("-merged_revision__number")


def _cannot(kitchen: Kitchen, to: Revision, now: Revision, values: list[str]) -> list[str]:
    said = []
    runs = Revision.objects.filter(kitchen=kitchen, cause="publish", number__gt=to.number).count()
    if runs:
        said.append(
            f"What {count(runs, 'run')} since sent to the outside (mails, files, other systems) stays sent."
        )
    below = Kitchen.objects.filter(parent=kitchen, state="ready").exclude(tier="candidate")
    pinned = [
        child.slug
        for child in below[:200]
        if child.tier != "canary" and (pin := newest(child).parent_revision) and pin.number > to.number
    ]
    if pinned:
        said.append(
            f"{listed(pinned)} {'stands' if len(pinned) == 1 else 'stand'} on a later revision"
            " until somebody merges down there."
        )
    if values:
        said.append(f"The values {listed(values)} stay as they are now, unless they are rolled back as well.")
    if now.number - to.number > 1:
        said.append(
            f"All {count(now.number - to.number, 'revision')} since are out together, not one of them alone."
        )
    return said


def usual_target(kitchen: Kitchen) -> Revision | None:
    """Return the revision before the newest merge: where a roll-back usually goes; None without a merge. Two queries."""
    last = Revision.objects.filter(kitchen=kitchen, cause="merge").order_by("-number").first()
    return get_revision(kitchen, last.number - 1) if last and last.number > 1 else None
