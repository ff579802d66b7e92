"""Overrides of a kitchen: several set and unset at once, checked against what the recipes declare."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from hub.common.errors import ConflictError, InvalidError
from kitchens.actions import audit, revisions
from kitchens.core.overrides import DeclaredValue, Key, changed, parse
from kitchens.core.roles import Actor
from kitchens.models import Kitchen, Revision
from kitchens.ports import ports
from kitchens.queries.data import newest

TRIES = 5
MOST = 1000  # overrides of one kitchen


class OverrideFaults(InvalidError):  # noqa: N818 - it is the faults that callers look at
    """Overrides that are not right; `faults` maps each key, as it was given, to its message. Nothing was changed."""

    title = "Some overrides do not fit"

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(" ".join(f"{key}: {message}" for key, message in faults.items()))
        self.faults = dict(faults)


def change_overrides(
    kitchen: Kitchen,
    *,
    by: Actor,
    now: datetime,
    given: Mapping[str, Any] | None = None,
    unset: Iterable[str] = (),
    expected_head: int | None = None,
) -> Revision:
    """Set and unset overrides of a kitchen, all or none, and return the revision that has them.

    OverrideFaults says what is wrong with each key; ConflictError: the kitchen is protected or retired, or is no
    longer at `expected_head`. What changes nothing makes no revision. Overrides stay in their kitchen: no merge takes
    them along, kitchens below see them once they pin this revision.
    """
    by.require(kitchen.right("override.change"), kitchen.slug)
    check_open(kitchen)
    given, unset = dict(given or {}), list(unset)
    for _ in range(TRIES):
        before = newest(kitchen)
        fitting = _checked(before, given, unset, by)
        after = changed(before.overrides, fitting, unset)
        if after == before.overrides:
            return before
        if len(after) > MOST:
            raise InvalidError(f"A kitchen has at most {MOST} overrides.")
        try:
            return _append(kitchen, after, before, by, now, expected_head)
        except ConflictError:
            if expected_head is not None:
                raise
    raise ConflictError(f"The kitchen {kitchen.slug} keeps moving on.", remedy="Try again in a moment.")


def check_open(kitchen: Kitchen) -> None:
    """ConflictError unless overrides of the kitchen may be changed at all."""
    if kitchen.state != "ready":
        raise ConflictError(f"The kitchen {kitchen.slug} is {kitchen.state}.", remedy="Change another one.")
    if kitchen.merges_only:
        raise ConflictError(
            kitchen.merges_only,
            remedy="Propose the value as default in a kitchen made of it, and merge that.",
        )


@transaction.atomic
def _append(
    kitchen: Kitchen,
    after: dict[str, Any],
    before: Revision,
    by: Actor,
    now: datetime,
    expected_head: int | None,
) -> Revision:
    old = before.overrides
    put = sorted(key for key, value in after.items() if key not in old or old[key] != value)
    gone = sorted(old.keys() - after.keys())
    said = [f"set {', '.join(put)}" if put else "", f"unset {', '.join(gone)}" if gone else ""]
    head = before.number if expected_head is None else expected_head
    revision = revisions.append(
        kitchen,
        cause="override",
        by=by,
        at=now,
        overrides=after,
        note="Overrides: " + "; ".join(filter(None, said)),
        expected_head=head,
    )
    audit.record(by, "override.changed", kitchen.slug, now, set=put[:50], unset=gone[:50])
    return revision


def _checked(before: Revision, given: Mapping[str, Any], unset: Iterable[str], by: Actor) -> dict[str, Any]:
    """Return the given values as their types have them; OverrideFaults with all that is wrong. Two queries."""
    faults: dict[str, str] = {}
    fitting: dict[str, Any] = {}
    declared: dict[str, list[DeclaredValue]] = {}
    for value in ports.declared_values(before.commit):
        declared.setdefault(value.name, []).append(value)
    for text, raw in given.items():
        try:
            key = parse(text)
            fitting[str(key)] = _fitting(key, raw, declared, by)
        except InvalidError as error:
            faults[text] = str(error)
    for text in unset:
        if fault := _cannot_go(text, before.overrides, declared, by):
            faults[text] = fault
    if both := {str(parse(text)) for text in unset if text not in faults} & fitting.keys():
        faults |= dict.fromkeys(both, "It is set and unset at once.")
    if faults:
        raise OverrideFaults(faults)
    return fitting


def _fitting(key: Key, raw: Any, declared: Mapping[str, list[DeclaredValue]], by: Actor) -> Any:
    about = [value for value in declared.get(key.name, ()) if key.recipe in ("", value.recipe)]
    if not about:
        near = [] if key.name in declared else difflib.get_close_matches(key.name, declared, n=1)
        none = f"The recipe {key.recipe} has no" if key.recipe else "No recipe of this kitchen has a"
        raise InvalidError(f"{none} value {key.name}.", remedy=f"Did you mean {near[0]}?" if near else "")
    if fault := _locked(about, by):
        raise InvalidError(fault)
    found = {value.recipe: ports.fit_value(value, key.path, raw) for value in about}
    first = next(iter(found.values()))
    if any(repr(one) != repr(first) for one in found.values()):
        kinds = ", ".join(sorted({f"{value.type} in {value.recipe}" for value in about}))
        raise InvalidError(
            f"{key.name} is not the same everywhere: {kinds}.",
            remedy=f"Set it for one recipe: {about[0].recipe}:{key.name}.",
        )
    return first


def _cannot_go(
    text: str, overrides: Mapping[str, Any], declared: Mapping[str, list[DeclaredValue]], by: Actor
) -> str:
    try:
        key = parse(text)
    except InvalidError as error:
        return str(error)
    if str(key) not in overrides:
        return "It is not set in this kitchen."
    return _locked([v for v in declared.get(key.name, ()) if key.recipe in ("", v.recipe)], by)


def _locked(about: Iterable[DeclaredValue], by: Actor) -> str:
    """Say why a protected value is locked for this actor: "" where it is not."""
    locking = next((value for value in about if value.protected), None)
    if locking is None or by.may("override.protected"):
        return ""
    return f"{locking.recipe} protects {locking.name}: only an operator of the hub overrides it."
