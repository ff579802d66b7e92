"""Repeated keys after rows were added: new keys are looked up among the old ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from sqlglot import exp

from recipes.core.checks.base import Changed, Groups, Growth, Subject, Values
from recipes.core.checks.families import literal_rows
from recipes.core.checks.groups.shape import COPIES
from recipes.core.checks.tree import column, count, count_if, derived, every, not_null, select, table, total

NEW, OLD = "copies among the new rows", "copies among the old rows"


def growth(subject: Subject, key: tuple[str, ...], counts: Callable[[str], exp.Select]) -> Growth:
    changed = Changed(partial(_changed, subject, key), counts, _total_changed)
    return Growth(partial(_grown, subject, key), _total, changed)


def total_listed(counts: Values, groups: Sequence[Values]) -> Values:
    repeated = {"repeated_rows": sum(int(group[COPIES]) for group in groups), "repeated_values": len(groups)}
    return {**counts, **repeated}


def _grown(subject: Subject, key: tuple[str, ...], old: str, new: str) -> exp.Select:
    """Return the statement that counts new keys with the old rows that have them."""
    complete = every(not_null(column(name)) for name in key)
    now = exp.Add(this=column(NEW), expression=column(OLD))
    one = exp.Literal.number(1)
    repeated = every([complete, exp.GT(this=now, expression=one)])
    before = every([complete, exp.GT(this=column(OLD), expression=one.copy())])
    assert repeated is not None and before is not None  # noqa: S101, PT018
    return select(
        {
            "scope": total(column(NEW)),
            "complete": total(column(NEW), complete),
            "repeated_rows": total(now, repeated),
            "repeated_values": count_if(repeated),
            "rows_before": total(column(OLD), before),
            "values_before": count_if(before),
        },
        _new_keys(subject, key, old, new),
    )


def _changed(subject: Subject, key: tuple[str, ...], old: str, new: str) -> exp.Select:
    """Return the statement for repeated keys of new rows: the key, its rows now, and its rows before."""
    now = exp.Add(this=column(NEW), expression=column(OLD))
    repeated = every(
        [*(not_null(column(name)) for name in key), exp.GT(this=now, expression=exp.Literal.number(1))]
    )
    shown = [*map(column, key), exp.alias_(now.copy(), COPIES, quoted=True), column(OLD)]
    found = select(shown, _new_keys(subject, key, old, new), repeated)
    return found.order_by(exp.Ordered(this=column(COPIES), desc=True), *map(column, key), copy=False)


def _total_changed(before: Values, counts: Values, groups: Groups) -> Values:
    again = [int(old) for *_, old in groups if int(old) > 1]
    found = {
        **counts,
        "repeated_rows": sum(int(copies) for *_, copies, _ in groups),
        "repeated_values": len(groups),
        "rows_before": sum(again),
        "values_before": len(again),
    }
    return _total(before, found)


def _new_keys(subject: Subject, key: tuple[str, ...], old: str, new: str) -> exp.Subquery:
    """Return the keys of new rows with their rows, new and old: they are looked up among the old, which are not grouped."""
    names = [column(name) for name in key]
    zero = exp.Literal.number(0)
    theirs = select(
        {**dict(zip(key, names, strict=True)), NEW: count(), OLD: zero}, table(new), subject.where
    )
    same = every(exp.EQ(this=column(name, "n"), expression=column(name, "o")) for name in key)
    coming = derived(select(names, table(new), subject.where).distinct(copy=False), "n")
    stored = derived(select(names, table(old), subject.where), "o")
    ours = select({**{name: column(name, "o") for name in key}, NEW: zero, OLD: count()}, stored)
    ours = ours.join(
        coming, on=same, copy=False
    )  # a plain join lets the engine skip what lies outside of the new keys
    both = exp.union(
        theirs.group_by(*names),
        ours.group_by(*(column(name, "o") for name in key)),
        distinct=False,
        copy=False,
    )
    keys = select(
        {**dict(zip(key, names, strict=True)), NEW: total(column(NEW)), OLD: total(column(OLD))},
        both.subquery(exp.to_identifier("both", quoted=True), copy=False),
    ).group_by(*names)
    return derived(keys, "keys")


def _total(before: Values, found: Values) -> Values:
    """Return the counts of all rows: keys that came again are counted anew, all others as they were."""
    numbers = {name: int(before[name]) + int(found[name]) for name in before}
    numbers["repeated_rows"] -= int(found["rows_before"])
    numbers["repeated_values"] -= int(found["values_before"])
    return numbers


def grown_values(subject: Subject, key: tuple[str, ...], before: Groups, new: str) -> exp.Select | None:
    """Return the most repeated keys, looking only at those that were repeated before and those that have come since."""
    names = [column(name) for name in key]
    coming: exp.Query = select(names, table(new), subject.where)
    if before:
        known = literal_rows([row[:-1] for row in before], [subject.columns[name] for name in key])
        if known is None:
            return None
        coming = exp.union(coming, known, distinct=False, copy=False)
    same = every(exp.EQ(this=column(name, "candidate"), expression=column(name, "row")) for name in key)
    candidates = coming.subquery(exp.to_identifier("candidate", quoted=True), copy=False)
    is_candidate = exp.Exists(this=select([exp.Literal.number(1)], candidates, same))
    rows = derived(subject.rows(*names), "row")
    groups = select([column(name, "row") for name in key], rows, is_candidate)
    groups = groups.select(exp.alias_(count(), COPIES, quoted=True), copy=False)
    return most_repeated(subject, key, groups.group_by(*(column(name, "row") for name in key), copy=False))


def most_repeated(subject: Subject, key: tuple[str, ...], groups: exp.Select) -> exp.Select:
    """Return the groups of more than one row, the largest first."""
    found = groups.having(exp.GT(this=count(), expression=exp.Literal.number(1)), copy=False)
    return found.order_by(exp.Ordered(this=column(COPIES), desc=True), *map(column, key), copy=False)
