"""Merge requests: opened, looked at, agreed to, built, merged. The gates are asked in `merge`, and nobody goes round it."""

from kitchens.actions.merges.approvals import approve, ask_for_changes
from kitchens.actions.merges.candidates import candidate_settled, start_candidate
from kitchens.actions.merges.down import merge_down
from kitchens.actions.merges.going import go_on, merge_when_green
from kitchens.actions.merges.leftovers import recover
from kitchens.actions.merges.looking import refresh
from kitchens.actions.merges.publishing import GatesClosedError, merge
from kitchens.actions.merges.requests import comment, open_request, withdraw
from kitchens.actions.merges.resolving import resolve

__all__ = [
    "GatesClosedError",
    "approve",
    "ask_for_changes",
    "candidate_settled",
    "comment",
    "go_on",
    "merge",
    "merge_down",
    "merge_when_green",
    "open_request",
    "recover",
    "refresh",
    "resolve",
    "start_candidate",
    "withdraw",
]
