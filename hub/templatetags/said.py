"""Numbers, times and values as pages say them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from kitchens.core import words
from recipes.core.shown import as_text

register = template.Library()
register.filter("as_text", as_text)


@register.filter
def number(value: float | None) -> str:
    return words.number(value) if isinstance(value, int | float) else "–"


@register.filter
def span(seconds: float | None) -> str:
    """Say seconds as a span of time; nothing known is a dash."""
    return words.duration(seconds) if isinstance(seconds, int | float) else "–"


@register.filter
def size(value: int | None) -> str:
    return words.size(value) if isinstance(value, int) else "–"


@register.filter
def sentence(text: str) -> str:
    """Return a text with a full stop at its end; nothing stays nothing."""
    return words.sentence(text)


@register.filter
def counted(amount: int, noun: str) -> str:
    """Say an amount with its noun: `{{ n|counted:"run" }}`, `{{ n|counted:"entry,entries" }}`."""
    return words.count(amount, *noun.split(","))


@register.simple_tag
def ago(moment: datetime | None) -> SafeString | str:
    """A moment as relative time that the page keeps counting, the exact one in its title."""
    if not moment:
        return "–"
    said = words.ago(moment, timezone.now())
    exact = words.clock(moment)
    return format_html('<time datetime="{}" title="{}" data-ago>{}</time>', moment.isoformat(), exact, said)


@register.simple_tag
def moment(value: datetime | None) -> SafeString | str:
    """A moment exactly, to the second."""
    if value is None:
        return "–"
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), words.clock(value))


@register.simple_tag
def elapsed(start: datetime | None, end: datetime | None = None, shift: float = 0.0) -> SafeString | str:
    """The time from start to end; without an end it goes on counting. `shift` is the run's clock minus real time."""
    if start is None:
        return "–"
    if end is not None:
        return words.duration((end - start).total_seconds())
    since = start.timestamp() - shift
    said = words.duration(max(0.0, timezone.now().timestamp() - since))
    return format_html('<span class="number" data-since="{}">{}</span>', round(since * 1000), said)


@register.filter
def at(mapping: Mapping[Any, Any], key: Any) -> Any:
    """Return the entry of a mapping under a key held in a variable."""
    return mapping.get(key)


@register.filter
def cell(value: Any) -> SafeString | str:
    """Show one value of a data row as it is: nothing as ∅, long texts are cut by the stylesheet."""
    if value is None:
        return format_html('<span class="null" title="null">{}</span>', "∅")
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.10g}" if isinstance(value, float) else str(value)
