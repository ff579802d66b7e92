"""What a notice says outside of the hub: what is red, who looks after it, and the link. Never a value of a row.

A notice leaves the hub's rights behind: whoever reads the channel reads it. So it holds names that people gave
(domain, recipe, node, test, dataset) and counts; errors of databases and programs, which quote values, stay inside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kitchens.core.words import count, duration, listed, number, sentence

# Checks whose sentence is made of names and counts alone. That of another one is told by its numbers only.
COUNTING = frozenset(
    {
        *("row_count", "not_null", "unique", "in_set", "matches", "range", "row_expression", "foreign_key"),
        "sql_failing_rows",
    }
)
KINDS = {
    "opened": "Red",
    "reopened": "Red again",
    "worse": "Worse",
    "escalated": "Nobody has answered",
    "recovered": "Green again",
    "resolved": "Resolved",
}


@dataclass(frozen=True)
class Finding:
    """What is known of a red test or node that may be told."""

    named: str
    domain: str
    recipe: str
    is_test: bool
    source: str = ""
    check: str = ""
    verdict: str = "fail"
    dataset: str = ""
    sentence: str = ""
    n_fail: int | None = None
    n_scope: int | None = None
    run: int | None = None


@dataclass(frozen=True)
class Message:
    """A notice as it goes out: a line, a text, and where to look."""

    title: str
    text: str
    url: str


def fixed_by(recipe: str, revision: int | None, note: str) -> str:
    """Say what turned everything green: the recipe that ran, and the revision it ran at with what that brought."""
    at = f" at revision {revision}" if revision else ""
    brought = f" (“{note[:120]}”)" if note and revision else ""
    return f"{recipe} is green again{at}{brought}."


def title_of(finding: Finding) -> str:
    """Return the name of an incident after its root: “enough rows” is red in flights/daily."""
    where = f"{finding.domain}/{finding.recipe}" if finding.recipe else finding.domain
    if finding.is_test:
        return f"“{finding.named}” is red in {where}"[:200]
    return (f"{finding.named} failed in {where}" if finding.named != "the run" else f"{where} failed")[:200]


def told(finding: Finding) -> str:
    """Return what may be told of a finding, as one sentence."""
    in_run = f" in run {finding.run}" if finding.run else ""
    if not finding.is_test:
        named = "The run" if finding.named == "the run" else finding.named
        return f"{named} failed{in_run}; the report has the error."
    if not finding.source and finding.verdict == "fail" and finding.check in COUNTING and finding.sentence:
        return sentence(finding.sentence)
    of = f" of {finding.dataset}" if finding.dataset else ""
    if finding.verdict != "fail":
        return f"“{finding.named}”{of} could not be judged{in_run}; the report says why."
    if finding.n_fail and finding.n_scope:
        return f"{number(finding.n_fail)} of {count(finding.n_scope, 'row')}{of} failed “{finding.named}”{in_run}."
    by = f", as {finding.source} says" if finding.source else ""
    return f"“{finding.named}”{of} failed{in_run}{by}."


def message(
    kind: str,
    title: str,
    findings: Sequence[str],
    owner: str,
    url: str,
    *,
    kitchen: str = "",
    red_for: float | None = None,
    note: str = "",
) -> Message:
    """Return a notice of one incident: the first finding, how many more, who looks after it. `red_for` in seconds."""
    where = f" ({kitchen})" if kitchen else ""
    lines = [sentence(findings[0])] if findings else []
    if len(findings) > 1:
        lines.append(f"{count(len(findings) - 1, 'more test or node', 'more tests and nodes')} with it.")
    if red_for is not None:
        lines.append(f"It was red for {duration(red_for)}.")
    if note:
        lines.append(sentence(note))
    lines.append(f"{owner} looks after it." if owner else "Nobody looks after it yet.")
    return Message(f"{KINDS[kind]}: {title}{where}"[:250], "\n".join(lines), url)


def digest(titles: Sequence[tuple[str, str]], url: str, waited: str) -> Message:
    """Return one notice for many: pairs of title and link, the newest last."""
    why = {
        "budget": "The channel has had its messages of the week; these came since.",
        "quiet hours": "These came in the quiet hours.",
    }.get(waited, "")
    lines = [why] if why else []
    lines += [f"• {title}\n  {link}" for title, link in titles]
    return Message(f"{count(len(titles), 'notice')} of the DataOps Hub", "\n".join(lines), url)


def escalation_note(minutes: int, opened_at: datetime) -> str:
    """Say why somebody else is told now."""
    return f"Nobody has acknowledged it for {duration(60 * minutes)}, since {opened_at:%-d %b, %H:%M} UTC"


def worse_note(episodes: int, was: int) -> str:
    """Say that a snoozed incident got worse."""
    if episodes > was:
        return f"It was snoozed with {number(was)} red; {number(episodes)} are red now"
    return "It was snoozed, and more fails now than then"


def who(names: Sequence[str]) -> str:
    """Return people in words; "" for none."""
    return listed([name for name in names if name])
