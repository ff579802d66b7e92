"""What a kitchen asks of merges into it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from hub.common.errors import InvalidError
from kitchens.core.roles import ROLES

RULES = ("approval", "refuse", "allow")


@dataclass(frozen=True)
class Policy:
    """What a kitchen asks of a merge into it."""

    approvals: int = 0  # of people who neither opened it nor wrote any of it
    approver_role: str = "developer"
    runs_green: bool = False  # the recipes changed ran green in the source, on exactly this revision
    tests_removed: str = "allow"  # approval, refuse, allow
    breaking: str = "allow"
    canary_runs: int = 0  # green runs on live inputs, after the candidate

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, given: Mapping[str, Any], default: Policy | None = None) -> Policy:
        """Return the policy a dictionary describes, what it does not say as in `default`; InvalidError names the field."""
        made = (default or cls()).as_dict()
        for name, value in given.items():
            if name not in made:
                raise InvalidError(f"A policy says nothing about {name[:40]!r}.", field="policy")
            _check_value(name, value)
            made[name] = value
        return cls(**made)


PRODUCTION = Policy(approvals=1, runs_green=True, tests_removed="approval", breaking="approval")
SANDBOX = Policy()
MOST = {"approvals": 10, "canary_runs": 100}


def _check_value(name: str, value: Any) -> None:
    if name in MOST:
        good = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST[name]
        allowed = f"a number from 0 to {MOST[name]}"
    elif name == "runs_green":
        good, allowed = isinstance(value, bool), "true or false"
    else:
        words = ROLES[1:] if name == "approver_role" else RULES
        good, allowed = value in words, f"one of {', '.join(words)}"
    if not good:
        raise InvalidError(
            f"{name} of a policy cannot be {str(value)[:40]!r}.", remedy=f"It is {allowed}.", field=name
        )


def policy_of(given: Mapping[str, Any], *, guarded: bool) -> Policy:
    """Return the policy of a kitchen: what it has set, the rest as its tier has it: canaries as production."""
    return Policy.from_dict(given, PRODUCTION if guarded else SANDBOX)
