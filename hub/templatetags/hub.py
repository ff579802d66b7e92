"""Template tags and filters of the hub: words, glyphs and the small pictures that fit into a table row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from hub import frame
from kitchens.core import words
from recipes.core.shown import as_text
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


register.filter("as_text", as_text)


@register.filter
def control(field: BoundField) -> SafeString:
    """Draw the control of a form field with our classes and the links from it to its help and its message."""
    plain = isinstance(field.field.widget, CheckboxInput | RadioSelect | CheckboxSelectMultiple)
    said_by = [f"{field.auto_id}_help"] if field.help_text else []
    said_by += [f"{field.auto_id}_error"] if field.errors else []
    attributes = {} if plain else {"class": "input"}
    if field.errors:
        attributes["aria-invalid"] = "true"
    if said_by:
        attributes["aria-describedby"] = " ".join(said_by)
    return field.as_widget(attrs=attributes)


@register.simple_tag(takes_context=True)
def may(context: template.Context, what: str, kitchen: Any = None) -> bool:
    """Say whether the person of the page may do `what` (a key of kitchens.core.roles.MAY), in a kitchen."""
    person = context["request"].user
    return bool(person.is_authenticated and person.actor().may(what, kitchen.slug if kitchen else ""))


@register.simple_tag(takes_context=True)
def may_order(context: template.Context, kitchen: Any) -> bool:
    """Say whether the person of the page may order runs in a kitchen."""
    return may(context, "order.place.production" if kitchen.is_production else "order.place", kitchen)


@register.simple_tag(takes_context=True)
def kitchen_query(context: template.Context) -> str:
    """Return `?kitchen=<slug>` for links that stay in the kitchen one is in; nothing in production."""
    return frame.kitchen_query(context.get("kitchen"))


@register.simple_tag(takes_context=True)
def rail(context: template.Context) -> list[frame.RailEntry]:
    return frame.rail(context["request"].path, context.get("kitchen"))


@register.simple_tag
def thing_url(thing: Any, kitchen: Any) -> str:
    """The page of a dataset or recipe of the lineage."""
    if thing.kind == "dataset":
        url = reverse("dataset-detail", args=[thing.name])
        return url if kitchen.is_production else f"{url}?kitchen={kitchen.slug}"
    return recipe_url(kitchen, thing.name)


@register.simple_tag
def recipe_url(kitchen: Any, recipe: str) -> str:
    """The page of a recipe, given as "<domain>/<recipe>", in a kitchen."""
    return reverse("recipe-detail", args=[kitchen.slug, *recipe.split("/", 1)])


@register.simple_tag
def run_line(runs: Sequence[tuple[str, int]]) -> SafeString:
    """The last runs as small bars, oldest left: pairs of status and id."""
    return bars(
        [(status, reverse("run-detail", args=[pk]), f"Run {pk}: {label(status)}") for status, pk in runs]
    )
