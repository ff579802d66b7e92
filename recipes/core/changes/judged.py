"""Tests that changed, and whether they say less than before: only what is surely no weaker passes without a word."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from kitchens.core.impact import Altered
from recipes.core.changes.sections import shown
from recipes.core.checks.catalogue import CHECKS
from recipes.core.checks.thresholds import Threshold, ThresholdError, parse_threshold
from recipes.core.spec.model import TestSpec, ValueSpec
from recipes.core.templates import TemplateError, evaluate, has_template, names

Values = Mapping[str, ValueSpec]
Word = tuple[
    str, bool | None
]  # what changed, and: True looser, False stricter, None no difference for the data
SEVERITIES = ("log", "warn", "stop")
EMPTY = ("pass", "skip", "fail")
NULLS = ("ignore", "value", "fail")


def new_test(test: TestSpec) -> Altered:
    """Return that a test was added."""
    about = f" about {test.dataset}" if test.dataset else ""
    return Altered("test", test.name, "added", f"The test {test.name!r} is new: {test.check}{about}.")


def gone_test(test: TestSpec, nodes: Collection[str]) -> Altered:
    """Return that a test was deleted, alone or with its node."""
    with_node = "" if test.node in nodes else f" together with its node {test.node}"
    sentence = f"The test {test.name!r} is deleted{with_node}: {test.check} of {test.dataset or test.node}."
    return Altered("test", test.name, "removed", sentence, weakens=True)


def changed_test(old: TestSpec, new: TestSpec, before: Values, after: Values) -> Altered | None:
    """Return what changed at a test, None where nothing did; `before` and `after` are the values it may name."""
    words = [
        *_identity(old, new),
        *_severity(old, new),
        *_limits(old, new, before, after),
        *_where(old, new),
        *_policies(old, new),
        *_parameters(old, new, before, after),
    ]
    if not words:
        return None
    weakens = any(word[1] for word in words)
    verb = "loosened" if weakens else "tightened" if any(word[1] is False for word in words) else "changed"
    sentence = f"The test {new.name!r} was {verb}: {'; '.join(word[0] for word in words)}."
    return Altered("test", new.name, "changed", sentence, weakens=weakens)


def _identity(old: TestSpec, new: TestSpec) -> list[Word]:
    """Another check, dataset or node is another test: what the old one said is no longer said."""
    words: list[Word] = []
    for field in ("check", "dataset", "node"):
        before, after = getattr(old, field), getattr(new, field)
        if before != after:
            words.append((f"{field} {shown(before)} → {shown(after)}", True))
    return words


def _severity(old: TestSpec, new: TestSpec) -> list[Word]:
    if old.severity == new.severity:
        return []
    lower = SEVERITIES.index(new.severity) < SEVERITIES.index(old.severity)
    return [(f"severity {old.severity} → {new.severity}", lower)]


def _policies(old: TestSpec, new: TestSpec) -> list[Word]:
    """Compare what an empty dataset and a missing value count as; what is not said is the check's own rule."""
    first, second = CHECKS.get(old.check), CHECKS.get(new.check)
    if first is None or first is not second:
        return []
    nulls = first.nulls[0] if first.nulls else ""
    return [
        *_policy("on_empty", old.on_empty or first.on_empty, new.on_empty or first.on_empty, EMPTY),
        *_policy("nulls", old.nulls or nulls, new.nulls or nulls, NULLS),
    ]


def _policy(name: str, old: str, new: str, order: tuple[str, ...]) -> list[Word]:
    if old == new:
        return []
    known = old in order and new in order
    return [
        (f"{name} {shown(old)} → {shown(new)}", not known or order.index(new) < order.index(old)),
    ]


def _where(old: TestSpec, new: TestSpec) -> list[Word]:
    if " ".join(old.where.split()) == " ".join(new.where.split()):
        return []
    if not new.where:
        return [("it looks at all rows now", False)]
    return [(f"it looks only at rows where {shown(new.where)}", True)]


def _limits(old: TestSpec, new: TestSpec, before: Values, after: Values) -> list[Word]:
    """Compare the limits; without one the check's own holds, and the verdict warn never stops anything."""
    words: list[Word] = []
    for field in ("warn", "fail"):
        first, second = _filled(getattr(old, field), before), _filled(getattr(new, field), after)
        if first == second:
            continue
        if field == "fail":
            first, second = _effective(old, first), _effective(new, second)
        looser = _looser(first, second)
        words.append((f"{field} {shown(first)} → {shown(second)}", looser if field == "fail" else None))
    return words


def _effective(test: TestSpec, limit: str) -> str:
    """Return the limit that holds: that of the check where the test names none at all."""
    check = CHECKS.get(test.check)
    return limit or (check.fail if check and not test.warn else "")


def _looser(old: str, new: str) -> bool:
    """Say whether a limit lets more pass, or cannot be told to let no more pass."""
    if not old:
        return False
    if not new:
        return True
    try:
        first, second = parse_threshold(old), parse_threshold(new)
    except ThresholdError:
        return True
    if first.sign[0] != second.sign[0] or first.is_percent != second.is_percent or first.sign[0] not in "<>":
        return first != second
    return _lets_more(first, second)


def _lets_more(first: Threshold, second: Threshold) -> bool:
    if first.limit == second.limit:  # ">= 5" fails at 5 where "> 5" does not
        return len(second.sign) < len(first.sign)
    return second.limit > first.limit if first.sign[0] == ">" else second.limit < first.limit


def _parameters(old: TestSpec, new: TestSpec, before: Values, after: Values) -> list[Word]:
    words: list[Word] = []
    for name in dict.fromkeys([*old.params, *new.params]):
        first, second = _filled(old.params.get(name), before), _filled(new.params.get(name), after)
        if first != second and old.check == new.check:
            word = f"{name} {shown(first)} → {shown(second)}"
            words.append((word, not _stricter(old.check, name, first, second)))
    return words


def _stricter(check: str, name: str, old: Any, new: Any) -> bool:
    """Say whether a parameter of a check surely lets no more pass than before."""
    if name in ("min", "max") and (old is None or new is None):
        return new is not None
    if name in ("min", "max") and type(old) in (int, float) and type(new) in (int, float):
        return bool(new > old if name == "min" else new < old)
    if name == "values" and isinstance(old, list) and isinstance(new, list):
        narrower, wider = all(value in old for value in new), all(value in new for value in old)
        return wider if check == "not_in_set" else narrower
    return False


def _filled(written: Any, values: Values) -> Any:
    """Return a parameter with the defaults of the values it names in place; as written where they have none."""
    if not isinstance(written, str) or not has_template(written):
        return written
    try:
        defaults = {name: values[name].default for name in names(written)}
        plain = all(default is not None and not has_template(str(default)) for default in defaults.values())
        return evaluate(written, defaults) if plain else written
    except (TemplateError, KeyError):
        return written
