"""Glyphs, and the small pictures that fit into a table row. A tone is a colour and a shape together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from kitchens.core import words
from monitoring.core.history.strip import HEIGHT, WIDTH, Strip
from recipes.core.pictures import PlacedDot
from recipes.core.status import LABELS, SETTLED, Status
from recipes.core.verdict import Verdict

register = template.Library()

# Status or verdict -> its tone. A tone is a colour and a shape together: class `is-<tone>`, glyph `<tone>`.
TONES: Mapping[str, str] = {
    Status.PENDING: "wait",
    Status.WAITING: "wait",
    Status.QUEUED: "wait",
    Status.RUNNING: "run",
    Status.SUCCEEDED: "ok",
    Status.FAILED: "fail",
    Status.SKIPPED: "skip",
    Status.CANCELLING: "run",
    Status.CANCELLED: "skip",
    Status.TIMED_OUT: "fail",
    Status.UNKNOWN: "unknown",
    Status.LOST: "fail",
    Verdict.PASS: "ok",
    Verdict.WARN: "warn",
    Verdict.FAIL: "fail",
    Verdict.ERROR: "unknown",
    Verdict.NOT_EVALUATED: "unknown",
    Verdict.LEARNING: "learning",
    "": "none",
    "plain": "plain",
}
SPARK_WIDTH, SPARK_HEIGHT = 84, 20


@register.filter
def tone(status: str) -> str:
    """Return the tone of a status or verdict: ok, warn, fail, run, wait, skip, unknown, learning or none."""
    return TONES.get(status, status if status in {"ok", "warn", "fail", "run", "wait", "skip"} else "unknown")


@register.filter
def label(status: str) -> str:
    """Say a status or verdict in words."""
    return LABELS.get(status, str(status).replace("_", " ")) or "not run"  # type: ignore[call-overload]


@register.filter
def settled(status: str) -> bool:
    return status in SETTLED


@cache
def sprite() -> str:
    """Return where the one file of glyphs is served."""
    return static("img/glyphs.svg")


@register.simple_tag
@lru_cache(maxsize=256)
def glyph(name: str, classes: str = "") -> SafeString:
    """Draw one glyph or icon of the sprite; it is decoration, the words beside it say the same."""
    return format_html(
        '<svg class="glyph {}" aria-hidden="true"><use href="{}#{}"></use></svg>', classes, sprite(), name
    )


@register.simple_tag
@lru_cache(maxsize=512)
def badge(status: str, text: str = "") -> SafeString:
    """A status or verdict as glyph and words."""
    mark = tone(status)
    return format_html('<span class="badge is-{}">{}{}</span>', mark, glyph(mark), text or label(status))


@register.simple_tag
@lru_cache(maxsize=128)
def mark(status: str) -> SafeString:
    """A status or verdict as a glyph alone, for tight places; readers of the screen hear the words."""
    name = tone(status)
    said = label(status)
    return format_html(
        '<span class="mark is-{}" title="{}">{}<span class="unseen">{}</span></span>',
        name,
        said,
        glyph(name),
        said,
    )


@register.simple_tag
def dots(verdicts: Sequence[tuple[str, str]], limit: int = 12) -> SafeString:
    """A row of dots, one a test, worst first in words: `verdicts` are pairs of test name and verdict."""
    shown = format_html_join(
        "",
        '<svg class="dot is-{0}"><title>{1}: {2}</title><use href="{3}#dot-{0}"></use></svg>',
        ((tone(v), name, label(v), sprite()) for name, v in verdicts[:limit]),
    )
    more = f"+{len(verdicts) - limit}" if len(verdicts) > limit else ""
    return format_html('<span class="dots">{}<span class="dots-more">{}</span></span>', shown, more)


@register.simple_tag
def graph_dots(placed: Sequence[PlacedDot]) -> SafeString:
    """The dots along the lower edge of a box in a graph, one a test."""
    return format_html_join(
        "",
        '<g class="graph-dot is-{0}"><title>{1}: {2}</title>'
        '<use href="{3}#dot-{0}" x="{4}" y="45" width="8.5" height="8.5"></use></g>',
        ((tone(dot.verdict), dot.name, label(dot.verdict), sprite(), dot.x) for dot in placed),
    )


@register.simple_tag
def sparkline(values: Sequence[float | None], said: str = "") -> SafeString:
    """A line of the last values in a table row; gaps where a value is missing. `said` is its text for readers."""
    known = [v for v in values if v is not None]
    if len(known) < 2:
        return format_html('<span class="spark-none">{}</span>', "–")
    low, high = min(known), max(known)
    reach = (high - low) or 1.0
    step = (SPARK_WIDTH - 6) / max(1, len(values) - 1)
    points, pen = [], "M"
    for place, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        y = SPARK_HEIGHT - 3 - (value - low) / reach * (SPARK_HEIGHT - 6)
        points.append((pen, 3 + place * step, y))
        pen = "L"
    path = "".join(f"{pen}{x:.1f} {y:.1f}" for pen, x, y in points)
    return format_html(
        '<svg class="spark" viewBox="0 0 {0} {1}" width="{0}" height="{1}" role="img" aria-label="{2}">'
        '<path d="{3}"></path><circle cx="{4}" cy="{5}" r="2"></circle></svg>',
        SPARK_WIDTH,
        SPARK_HEIGHT,
        said or "the last values",
        path,
        f"{points[-1][1]:.1f}",
        f"{points[-1][2]:.1f}",
    )


@register.simple_tag
def bars(statuses: Sequence[tuple[str, str, str]]) -> SafeString:
    """The last runs as small bars, oldest left: triples of status, URL and what it was in words."""
    return format_html(
        '<span class="bars">{}</span>',
        format_html_join(
            "",
            '<a class="bar is-{}" href="{}" title="{}"></a>',
            ((tone(s), url, said) for s, url, said in statuses),
        ),
    )


@register.simple_tag
def run_bars(runs: Sequence[Any]) -> SafeString:
    """Order runs (oldest first) as bars; each leads to its run."""
    return bars(
        [
            (r.status, r.get_absolute_url(), f"Run {r.pk}: {label(r.status)}, {words.clock(r.placed_at)}")
            for r in runs
        ]
    )


@register.simple_tag
def run_line(runs: Sequence[tuple[str, int]]) -> SafeString:
    """The last runs as small bars, oldest left: pairs of status and id."""
    return bars(
        [(status, reverse("run-detail", args=[pk]), f"Run {pk}: {label(status)}") for status, pk in runs]
    )


@register.simple_tag
def verdict_strip(strip: Strip) -> SafeString:
    """The last verdicts of a test as bars, a path a tone."""
    paths = format_html_join("", '<path class="strip-bar is-{}" d="{}"></path>', strip.paths)
    return format_html(
        '<svg class="verdict-strip" viewBox="0 0 {0} {1}" width="{0}" height="{1}" role="img" aria-label="{2}">'
        "<title>{2}</title>{3}</svg>",
        WIDTH,
        HEIGHT,
        strip.said,
        paths,
    )
