"""Put what the rules found in order."""

from __future__ import annotations

from dataclasses import dataclass

from monitoring.core.causes.facts import Case

LEAST = 0.3  # confidence below which a cause is only mentioned where there is a better one
MOST = 6


@dataclass(frozen=True)
class Cause:
    """A likely cause: what, how sure (0 to 1), what speaks for it, and how to check that it is not so."""

    kind: str
    sentence: str
    confidence: float
    evidence: tuple[str, ...] = ()
    counter: str = ""

    @property
    def sure(self) -> str:
        """The confidence in a word."""
        return (
            "very likely" if self.confidence >= 0.85 else "likely" if self.confidence >= 0.6 else "possible"
        )


UNKNOWN = Cause(
    "unknown",
    "Nothing that is on record explains it.",
    0.0,
    counter="Look at the failing rows and at where they come from; what changed outside the hub is not known here.",
)


def rank(case: Case) -> tuple[Cause, ...]:
    """Return the likely causes, the likeliest first; of two as likely the rule that comes first. Never empty."""
    from monitoring.core.causes.rules import RULES

    found = [cause for rule in RULES for cause in rule(case)]
    found.sort(key=lambda cause: -cause.confidence)
    if not found or found[0].confidence < LEAST:
        return (UNKNOWN, *found[: MOST - 1])
    return tuple(found[:MOST])
