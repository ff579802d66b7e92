"""Where a person stands in single kitchens: their role there, and the kitchens that are closed to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

Facts = tuple[str, str, str]  # "slug:role,…" of memberships, "slug,…" owned, "id:slug,…" closed
OWNER_ROLE = "operator"
KITCHEN_ROLES = ("viewer", "developer", "operator")  # what somebody can be in one kitchen


class Standing(Mapping[str, str]):
    """Kitchen -> the person's role there, where it is not the one of the whole hub; read at the first question.

    Who owns a kitchen is an operator in it, whatever else is written. An admin of the hub is that everywhere, and no
    kitchen is closed to one.
    """

    def __init__(self, role: str, read: Callable[[], Facts]) -> None:
        self._role = role
        self._read = read

    @cached_property
    def _facts(self) -> Facts:
        return ("", "", "") if self._role == "admin" else self._read()

    @cached_property
    def _roles(self) -> dict[str, str]:
        members, owned, _ = self._facts
        found = dict(pair.rsplit(":", 1) for pair in members.split(",") if pair)
        return {slug: role for slug, role in found.items()} | {
            slug: OWNER_ROLE for slug in owned.split(",") if slug
        }

    @cached_property
    def closed(self) -> dict[str, int]:
        """Return the kitchens of which the person sees no more than name and owner: name -> id."""
        pairs = (pair.split(":", 1) for pair in self._facts[2].split(",") if pair)
        return {slug: int(pk) for pk, slug in pairs}

    def __getitem__(self, kitchen: str) -> str:
        return self._roles[kitchen]

    def __iter__(self) -> Iterator[str]:
        return iter(self._roles)

    def __len__(self) -> int:
        return len(self._roles)
