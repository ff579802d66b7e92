"""The rules, in the order in which they win where two are as likely."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from kitchens.core.words import count, listed, number
from monitoring.core.causes.data_rules import by_reference, by_schema, by_slice, by_volume
from monitoring.core.causes.facts import Case, CodeChange
from monitoring.core.causes.rank import Cause


def by_upstream(case: Case) -> Iterator[Cause]:
    """A recipe that made the inputs is red itself: the farthest of those that began since the last green run.

    A test that somebody wrote stands for it before a monitor, whose alarm alone is less sure.
    """
    news = [one for one in case.upstream if one.began]
    recipes = dict.fromkeys(one.name for one in sorted(news, key=lambda up: -up.level))
    for name in list(recipes)[:2]:
        one, *others = sorted(
            (up for up in news if up.name == name), key=lambda up: (-up.level, up.automatic)
        )
        sure = 0.95 if one.level == max(up.level for up in news) else 0.9
        also = f"Red there with it: {listed([other.what for other in others[:4]])}."
        yield Cause(
            "upstream",
            f"{one.name} is red upstream: {one.what}.",
            min(sure, 0.8) if one.automatic else sure,
            (one.sentence, f"This run read {one.dataset}, which it makes.", *([also] if others else [])),
            f"See whether {one.what} turns green while this stays red.",
        )


def by_code(case: Case) -> Iterator[Cause]:
    """A file, or a node's lines in the recipe, that lies on the path has changed: one at the red node first."""
    for place, confidence in (("here", 0.88), ("upstream", 0.84), ("elsewhere", 0.2)):
        found = [one for one in case.changes.code if one.place == place and not one.same]
        if found:
            yield _code(case, found, place, confidence)


def _code(case: Case, found: Sequence[CodeChange], place: str, confidence: float) -> Cause:
    where = {
        "here": f"the code of {case.node} itself",
        "upstream": f"code that runs before {case.node}",
        "elsewhere": "code that is not on the way to it",
    }[place]
    paths = listed([one.path for one in found])
    return Cause(
        "code",
        f"A change of {where}: {paths}.",
        confidence,
        tuple(
            one.said or f"{one.path}: {count(one.added, 'line')} more, {one.removed} less."
            for one in found[:5]
        )
        + tuple(f"{who.name} {who.did}." for who in case.changes.people[:3]),
        f"Run it with the code of commit {case.changes.commit_before[:8]} on the same inputs.",
    )


def by_test(case: Case) -> Iterator[Cause]:
    """The test was changed, or is new. Surest where what it measured before is the same, or red by it as well."""
    same = case.measure is not None and case.measure == case.measure_before
    for change in case.changes.tests:
        evidence: tuple[str, ...] = (change.sentence,)
        if same and case.measure is not None:
            evidence += (f"It measured {number(case.measure)} in the last green run too.",)
        elif change.red_before and case.measure_before is not None:
            evidence += (f"The {number(case.measure_before)} of the last green run would be red by it, too.",)
        yield Cause(
            "test",
            "The test is new, and was never green." if change.new else change.sentence,
            0.97 if same or change.red_before else 0.86,
            evidence,
            "See whether what it found was there before: the rows and their dates tell.",
        )


def by_value(case: Case) -> Iterator[Cause]:
    """A value, or an override of a kitchen, that the path uses is another one."""
    for change in case.changes.values:
        if not change.used and not change.by_test:
            continue
        if change.of_time and not change.overridden:
            continue
        whose = (
            f"the override of {change.kitchen or 'the kitchen'}"
            if change.overridden
            else f"the {change.origin}"
        )
        yield Cause(
            "value",
            f"The value {change.name} is {change.now} by {whose}; it was {change.before}.",
            0.92 if change.by_test else 0.89 if change.overridden else 0.87,
            (f"{change.name}: {change.before} → {change.now}",),
            f"Run it once with {change.name} = {change.before}.",
        )


def by_limits(case: Case) -> Iterator[Cause]:
    """The node reached a limit, or could not get what lies outside of the hub."""
    for name, said in case.facts.items():
        yield Cause(
            "limit" if name != "source" else "source",
            said,
            0.9 if name != "source" else 0.75,
            (case.sentence,),
            "Compare what it used in the last green run: the attempts tell time and memory.",
        )


def by_chance(case: Case) -> Iterator[Cause]:
    """Same code, test, values and data, but another verdict: the test or the node is not steady."""
    changes = case.changes
    if changes.against is None or changes.code or changes.tests or not changes.data:
        return
    values = [one for one in changes.values if one.used or one.by_test]
    given = [one for one in changes.data if one.role != "made" or one.loaded]
    if values or not all(one.same for one in given) or case.reads_sources:
        return
    if given:
        yield Cause(
            "flaky",
            "Code, test, values and inputs are those of the last green run: the verdict is not steady.",
            0.7,
            ("All inputs hold the same rows as in the green run.",),
            "Run it again: if it turns green by itself, mend what makes it vary.",
        )


RULES: tuple[Callable[[Case], Iterator[Cause]], ...] = (
    by_upstream,
    by_volume,
    by_schema,
    by_code,
    by_test,
    by_value,
    by_reference,
    by_slice,
    by_limits,
    by_chance,
)
