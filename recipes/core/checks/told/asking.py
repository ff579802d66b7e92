"""What a test asks of events, and what it is answered: the hub looks it up before the node starts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from recipes.core.checks.base import CannotMeasureError, Numbers, Parameters, Subject
from recipes.core.checks.moments import parse_span, span_in_words
from recipes.core.checks.words import listed
from recipes.core.spec.model import Frozen

MOST_LINES = 500  # messages that are looked at, the newest
LONGEST_LINE = 500  # characters of each


def _span(text: str) -> str:
    if "{{" not in text:
        parse_span(text)
    return text


Span = Annotated[str, AfterValidator(_span)]


class OfComponent(Parameters):
    """A component of another tool, and how far back its events count."""

    component: str = Field(min_length=1, max_length=255)
    """The key of the component, as its events name it"""
    source: str = Field(default="", max_length=40)
    """The tool that sends them, where components of two have that key"""
    within: Span = "24 h"
    """How long before the run's clock an event counts"""


class Ask(Frozen):
    """What the hub is to look up for one test."""

    what: Literal["run", "metric", "messages"]
    component: str
    source: str = ""
    metric: str = ""
    seconds: float  # back from the run's clock


class Line(Frozen):
    """One message of a component."""

    at: datetime
    level: str
    text: str


class Told(Frozen):
    """What events told of a component up to the run's clock. `sources`: the tools that have a component of that key."""

    sources: tuple[str, ...] = ()
    hermetic: bool = False  # a run with fixtures: nobody was asked
    run: str = ""  # key of the newest run
    status: str = ""
    at: datetime | None = None  # when that was so, or when the metric was taken
    url: str = ""
    measure: float | None = None
    unit: str = ""
    facts: dict[str, float] = {}
    lines: tuple[Line, ...] = ()
    more: bool = False  # there were more messages than were looked at


def ask(params: Any) -> Ask | None:
    """Return what is to be looked up for the parameters of a test; None where its check asks for nothing."""
    asking = getattr(params, "ask", None)
    found = asking() if asking else None
    return found if isinstance(found, Ask) else None


def asked(params: OfComponent, what: Literal["run", "metric", "messages"], metric: str = "") -> Ask:
    """Return what is asked of a component."""
    seconds = parse_span(params.within).total_seconds()
    return Ask(what=what, component=params.component, source=params.source, metric=metric, seconds=seconds)


def told_to(subject: Subject) -> Told:
    """Return what the hub was told; CannotMeasureError where nobody has looked it up, or it is not clear of whom."""
    told: Mapping[str, Told] = subject.context.told
    params: OfComponent = subject.params
    found = told.get(subject.test.name)
    if found is None:
        raise CannotMeasureError(
            f"{subject.test.check} is measured in runs only: nobody has looked up {params.component} here."
        )
    if found.hermetic:
        return found
    if not found.sources:
        of = f" of {params.source}" if params.source else ""
        raise CannotMeasureError(
            f"No event has ever told of a component {params.component}{of}; the page Events lists those there are."
        )
    if len(found.sources) > 1:
        raise CannotMeasureError(
            f"{params.component} is a component of {listed(found.sources)}; say which by `source`."
        )
    return found


def nobody_asked(what: str) -> Numbers:
    """Return the numbers of a test in a run with fixtures, which asks nobody outside."""
    said = f"{what} is not looked up in a run with fixtures"
    return Numbers(said, 1, 1, n_fail=0, learning="it is judged where events count.")


def window(params: OfComponent) -> str:
    """Return the window in words."""
    return f"the last {span_in_words(parse_span(params.within).total_seconds())}"
