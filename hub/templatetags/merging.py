"""What the pages of merges say: gates as glyphs, lines of files, links to where a gate is opened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString, mark_safe

from kitchens.core import words

register = template.Library()
GATES = {"open": "ok", "closed": "fail", "waiting": "wait", "not_asked": "skip"}
WORDS = {"open": "open", "closed": "closed", "waiting": "waiting", "not_asked": "not asked"}
PARTS = {
    "conflicts": "merge-detail",
    "data": "merge-data",
    "impact": "merge-impact",
    "checks": "merge-checks",
}


@register.filter
def gate_tone(state: str) -> str:
    """Return the tone of a gate's state."""
    return GATES.get(state, "unknown")


@register.filter
def gate_glyph(state: str) -> str:
    """Return the glyph of a gate's state: as its tone."""
    return GATES.get(state, "unknown")


@register.filter
def gate_word(state: str) -> str:
    """Say a gate's state."""
    return WORDS.get(state, state)


@register.simple_tag
def gate_link(gate: Any, request: Any) -> str:
    """Return where a closed gate can be opened, "" where that is here or nowhere."""
    if gate.hint == "source":
        return str(request.source.get_absolute_url())
    if gate.hint == "talk":
        return f"{reverse('merge-detail', args=[request.pk])}#talk"
    return reverse(PARTS[gate.hint], args=[request.pk]) if gate.hint in PARTS else ""


@register.simple_tag
def row_change(one: Any) -> str:
    """Say by how many rows a dataset changes, with its sign; a dash where one side is not known."""
    if one.rows_before is None or one.rows_after is None:
        return "–"
    difference = one.rows_after - one.rows_before
    return "±0" if not difference else f"{'+' if difference > 0 else '−'}{words.number(abs(difference))}"


@register.simple_tag
def data_diff_url(request: Any, dataset: str) -> str:
    """Return the page that compares a dataset of the candidate with the target's, "" where there is none."""
    try:
        return reverse("kitchen-diff-dataset", args=[request.candidate.slug, dataset])
    except NoReverseMatch:
        return ""


@register.filter
def joined(lines: Sequence[str]) -> str:
    """Return lines of a file, which end as they end there, as one text."""
    return "".join(lines)


@register.filter
def last_lines(lines: Sequence[str], count: int) -> str:
    """Return the last few lines of a file's settled part."""
    return "".join(lines[-count:])


@register.simple_tag
def picked(one: Any, hunk: Any, pick: str) -> SafeString:
    """Return `checked` where this version of a hunk was chosen."""
    resolution = one.conflict.resolution
    if resolution is None or resolution.take != "hunks" or hunk.number >= len(resolution.hunks):
        return mark_safe("")
    return mark_safe("checked" if resolution.hunks[hunk.number] == pick else "")  # noqa: S308 - one of two constants
