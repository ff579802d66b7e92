"""Candidates: the merged state of a request, built in a hidden kitchen before anybody else sees it."""

from recipes.actions.candidates.advance import advance, go_on_with_all
from recipes.actions.candidates.build import build, cancel

__all__ = ["advance", "build", "cancel", "go_on_with_all"]
