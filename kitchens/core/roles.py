"""Who may do what: roles, the things that can be done, and the actor that every action is given as `by`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.common.errors import NotAllowedError

ROLES = ("viewer", "developer", "operator", "admin")  # each may do what the ones before it may

# What may be done -> the least role that may do it. Page, API and command all ask this table through `Actor.require`.
MAY: Mapping[str, str] = {
    "mesh.see": "viewer",
    "data.sample": "viewer",
    "production.create": "admin",
    "kitchen.create": "developer",
    "kitchen.change": "developer",
    "kitchen.retire": "developer",
    "override.change": "developer",
    "override.change.production": "operator",
    "override.protected": "operator",  # of the whole hub: a role in one kitchen is not enough
    "member.change": "operator",
    "recipe.change": "developer",
    "order.place": "developer",
    "order.place.production": "operator",
    "run.cancel": "developer",
    "run.resume": "developer",
    "result.mark": "operator",  # what control charts learn from
    "schedule.change": "operator",
    "data.restore": "operator",
    "merge.open": "developer",
    "merge.comment": "viewer",
    "merge.approve": "developer",  # the target's policy may ask for a higher role
    "merge.publish": "developer",  # only once every gate is open; nothing goes round those
    "kitchen.rollback": "operator",
    "policy.change": "operator",
    "retention.change": "admin",
    "connection.change": "operator",
    "secret.change": "operator",
    "incident.comment": "viewer",
    "incident.change": "developer",  # acknowledge, assign, snooze, resolve, link, open again
    "alert.change": "operator",  # channels and routes
    "settings.see": "viewer",
    "worker.see": "viewer",
    "token.create": "viewer",
    "person.change": "admin",
    "domain.change": "admin",
    "audit.see": "operator",
    "event.send": "developer",  # results of other tools, into a kitchen
    "source.change": "operator",  # claim what other tools run, and say what is taken from them
}

# In these tiers runs and values ask for the role they ask for in production: what is in them came by promotion.
GUARDED_TIERS = frozenset({"production", "canary"})
# How the names of kitchens begin that the hub makes for a merge request; nobody may name another kitchen so.
OF_REQUESTS = re.compile(r"(candidate)-|(canary)-\d+-")
# What people may do in such a kitchen beside looking: a merge publishes what is in its candidate, and its canary opens
# a gate, so the hub alone writes there.
IN_THOSE_OF_REQUESTS = frozenset({"run.cancel"})

# Scopes of an API token -> the things it may be used for. A token never does more than its person may.
SCOPES: Mapping[str, frozenset[str]] = {
    "read": frozenset({"mesh.see", "data.sample", "settings.see", "worker.see"}),
    "run": frozenset(
        {
            "order.place",
            "order.place.production",
            "run.cancel",
            "run.resume",
            "result.mark",
            "schedule.change",
        }
    ),
    "change": frozenset(
        {"kitchen.create", "kitchen.change", "kitchen.retire", "recipe.change", "data.restore"}
        | {"override.change", "override.change.production", "override.protected"}
        | {"merge.open", "merge.comment", "merge.approve", "merge.publish", "kitchen.rollback"}
        | {"incident.comment", "incident.change"}
    ),
    "events": frozenset({"event.send"}),  # for other tools: they write, and read nothing
    "admin": frozenset(MAY),
}


@dataclass(frozen=True)
class Actor:
    """Someone who acts: a signed-in person, a token of theirs, or the hub itself.

    `scopes` is None for a signed-in person and for the hub (no narrowing), else the token's scopes.
    `kitchen_roles` gives a role in single kitchens, above or below the hub-wide one (kitchens.core.standing); in a
    kitchen that is closed to the actor nothing may be done.
    """

    person_id: int | None
    name: str
    role: str
    scopes: frozenset[str] | None = None
    kitchen_roles: Mapping[str, str] = field(default_factory=dict)
    via: str = "page"
    of_hub: bool = False  # the hub itself, also where it acts in somebody's name

    def has_role(self, role: str, kitchen: str = "") -> bool:
        """Say whether this actor has the role or one above it, in the named kitchen if one is given."""
        own = self.kitchen_roles.get(kitchen, self.role)
        return own in ROLES and ROLES.index(own) >= ROLES.index(role)

    @property
    def closed(self) -> Mapping[str, int]:
        """Return the kitchens that are closed to this actor: name -> id."""
        found: Mapping[str, int] = getattr(self.kitchen_roles, "closed", {})
        return found

    def may(self, what: str, kitchen: str = "") -> bool:
        """Say whether this actor may do `what` (a key of MAY), in the named kitchen if one is given."""
        if kitchen and kitchen in self.closed:
            return False
        return self._has_role(what, kitchen) and self._has_scope(what) and not self._hands_off(what, kitchen)

    def refusal(self, what: str, kitchen: str = "") -> str:
        """Return why this actor may not do `what`, with whom to ask, for a page that shows it; "" where they may."""
        try:
            self.require(what, kitchen)
        except NotAllowedError as refused:
            return f"{refused.message} {refused.remedy}".strip()
        return ""

    def require(self, what: str, kitchen: str = "") -> None:
        """Raise NotAllowedError, in words, unless this actor may do `what`."""
        if self.may(what, kitchen):
            return
        if kitchen and kitchen in self.closed:
            raise NotAllowedError(
                f"The kitchen {kitchen} is closed: only its people see it and work in it.",
                remedy="Ask its owner to add you (Kitchens says who that is).",
            )
        if self._hands_off(what, kitchen):
            raise NotAllowedError(
                _HANDS_OFF[kind_of_request(kitchen)].format(kitchen),
                remedy="Change the kitchen it comes from, and build the candidate once more.",
            )
        if not self._has_role(what, kitchen):
            there = f" in the kitchen {kitchen}" if kitchen and kitchen in self.kitchen_roles else ""
            raise NotAllowedError(
                f"{self.name} has the role {self.role_in(kitchen)}{there};"
                f" this needs the role {MAY[what]} or above.",
                remedy="Ask an admin of the hub for the role (Settings, People)."
                if not there
                else "Ask the owner of the kitchen for the role (its page, People).",
            )
        raise NotAllowedError(
            f"This token has the scopes {', '.join(sorted(self.scopes or ()))}; none of them covers this.",
            remedy="Create a token with a wider scope (Settings, Tokens).",
        )

    def role_in(self, kitchen: str = "") -> str:
        """Return the role that counts in the kitchen; without one, in the whole hub."""
        return self.kitchen_roles.get(kitchen, self.role) if kitchen else self.role

    def _hands_off(self, what: str, kitchen: str) -> bool:
        """Say whether it is for the hub alone to do this in that kitchen."""
        if self.of_hub or not kind_of_request(kitchen):
            return False
        return MAY[what] != "viewer" and what not in IN_THOSE_OF_REQUESTS

    def _has_role(self, what: str, kitchen: str) -> bool:
        role = self.role_in(kitchen)
        return role in ROLES and ROLES.index(role) >= ROLES.index(MAY[what])

    def _has_scope(self, what: str) -> bool:
        return self.scopes is None or any(what in SCOPES.get(scope, ()) for scope in self.scopes)


_HANDS_OFF = {
    "candidate": "{} is a candidate: the hub builds it, and what is in it is what will be merged.",
    "canary": "{} is the canary of a merge request: the hub runs it, and its green runs let the request be merged.",
}


def kind_of_request(kitchen: str) -> str:
    """Return what a kitchen is to a merge request by its name: candidate, canary, or "" where it is no such kitchen."""
    found = OF_REQUESTS.match(kitchen)
    return (found[1] or found[2]) if found else ""


def right_in(what: str, tier: str) -> str:
    """Return the key of MAY that counts for `what` in a kitchen of this tier: production and canaries ask for more."""
    guarded = f"{what}.production"
    return guarded if tier in GUARDED_TIERS and guarded in MAY else what


NOBODY = Actor(person_id=None, name="Nobody", role="")  # who is not signed in
THE_HUB = Actor(person_id=None, name="the hub", role="admin", via="hub", of_hub=True)
