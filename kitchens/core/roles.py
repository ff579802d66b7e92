"""Who may do what: roles, the things that can be done, and the actor that every action is given as `by`."""

from __future__ import annotations

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
    "recipe.change": "developer",
    "order.place": "developer",
    "order.place.production": "operator",
    "run.cancel": "developer",
    "run.resume": "developer",
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
    "settings.see": "viewer",
    "worker.see": "viewer",
    "token.create": "viewer",
    "person.change": "admin",
    "domain.change": "admin",
    "audit.see": "operator",
}

# Scopes of an API token -> the things it may be used for. A token never does more than its person may.
SCOPES: Mapping[str, frozenset[str]] = {
    "read": frozenset({"mesh.see", "data.sample", "settings.see", "worker.see"}),
    "run": frozenset(
        {"order.place", "order.place.production", "run.cancel", "run.resume", "schedule.change"}
    ),
    "change": frozenset(
        {"kitchen.create", "kitchen.change", "kitchen.retire", "recipe.change", "data.restore"}
        | {"merge.open", "merge.comment", "merge.approve", "merge.publish", "kitchen.rollback"}
    ),
    "admin": frozenset(MAY),
}


@dataclass(frozen=True)
class Actor:
    """Someone who acts: a signed-in person, a token of theirs, or the hub itself.

    `scopes` is None for a signed-in person and for the hub (no narrowing), else the token's scopes.
    `kitchen_roles` gives a role in single kitchens, above or below the hub-wide one.
    """

    person_id: int | None
    name: str
    role: str
    scopes: frozenset[str] | None = None
    kitchen_roles: Mapping[str, str] = field(default_factory=dict)
    via: str = "page"

    def has_role(self, role: str, kitchen: str = "") -> bool:
        """Say whether this actor has the role or one above it, in the named kitchen if one is given."""
        own = self.kitchen_roles.get(kitchen, self.role)
        return own in ROLES and ROLES.index(own) >= ROLES.index(role)

    def may(self, what: str, kitchen: str = "") -> bool:
        """Say whether this actor may do `what` (a key of MAY), in the named kitchen if one is given."""
        role = self.kitchen_roles.get(kitchen, self.role)
        if role not in ROLES or ROLES.index(role) < ROLES.index(MAY[what]):
            return False
        return self.scopes is None or any(what in SCOPES.get(scope, ()) for scope in self.scopes)

    def require(self, what: str, kitchen: str = "") -> None:
        """Raise NotAllowedError, in words, unless this actor may do `what`."""
        if self.may(what, kitchen):
            return
        role = self.kitchen_roles.get(kitchen, self.role)
        if role not in ROLES or ROLES.index(role) < ROLES.index(MAY[what]):
            raise NotAllowedError(
                f"{self.name} has the role {role}; this needs the role {MAY[what]} or above.",
                remedy="Ask an admin of the hub for the role (Settings, People).",
            )
        raise NotAllowedError(
            f"This token has the scopes {', '.join(sorted(self.scopes or ()))}; none of them covers this.",
            remedy="Create a token with a wider scope (Settings, Tokens).",
        )


THE_HUB = Actor(person_id=None, name="the hub", role="admin", via="hub")
