"""References without a target after rows were added: only the new rows are looked at."""

from __future__ import annotations

from sqlglot import exp

from kitchens.core.stores.base import Column
from recipes.core.checks.base import Groups, Subject, Values
from recipes.core.checks.families import literal_rows
from recipes.core.checks.tree import Condition, column, count, count_if, derived, every, select, table, total

ROWS = "rows with it"


KNOWN = "whether old rows have it"


def grown(
    subject: Subject, key: tuple[str, ...], orphan: Condition, complete: Condition, old: str, new: str
) -> exp.Select:
    """Return the statement about new rows; `again` are missing keys of theirs that old rows have too."""
    where = of_alias(subject.where, "child") if subject.where is not None else None
    child = table(new, "child")
    counts = derived(select({"scope": count(), "complete": count_if(complete)}, child.copy(), where), "c")
    names = [column(name, "child") for name in key]
    missing = select([*names, exp.alias_(count(), ROWS, quoted=True)], child, every([where, orphan]))
    missing = missing.group_by(*(name.copy() for name in names), copy=False)
    same = every(exp.EQ(this=column(name, "before"), expression=column(name, "keys")) for name in key)
    before = derived(select([column(name) for name in key], table(old), subject.where), "before")
    known = exp.Exists(this=select([exp.Literal.number(1)], before, same))
    marked = select(
        {
            ROWS: column(ROWS, "keys"),
            KNOWN: exp.case().when(known, exp.Literal.number(1)).else_(exp.Literal.number(0)),
        },
        derived(missing, "keys"),
    )
    orphans = derived(
        select(
            {"orphans": total(column(ROWS)), "missing_keys": count(), "again": total(column(KNOWN))},
            derived(marked, "m"),
        ),
        "o",
    )
    listed = [column(name) for name in ("scope", "complete", "orphans", "missing_keys", "again")]
    return select(listed, counts).join(orphans, join_type="cross", copy=False)


def total_grown(before: Values, found: Values) -> Values:
    """Return the counts of all rows; of the other dataset there are as many as there were."""
    numbers = {name: int(before[name]) + int(found.get(name, 0)) for name in before}
    numbers["missing_keys"] -= int(found["again"])
    return numbers


def grown_keys(
    subject: Subject, key: tuple[str, ...], orphan: Condition, before: Groups, new: str
) -> exp.Select | None:
    """Return the missing keys by what they were before and what the new rows add to them."""
    names = [column(name, "child") for name in key]
    where = of_alias(subject.where, "child") if subject.where is not None else None
    coming = select(
        [*names, exp.alias_(count(), ROWS, quoted=True)], table(new, "child"), every([where, orphan])
    )
    both: exp.Query = coming.group_by(*(name.copy() for name in names), copy=False)
    if before:
        known = literal_rows(before, [*(subject.columns[name] for name in key), Column(ROWS, "BIGINT")])
        if known is None:
            return None
        both = exp.union(both, known, distinct=False, copy=False)
    rows = both.subquery(exp.to_identifier("keys", quoted=True), copy=False)
    found = select([*map(column, key), exp.alias_(total(column(ROWS)), ROWS, quoted=True)], rows)
    return most_missed(key, found.group_by(*map(column, key), copy=False))


def of_alias(tree: Condition, alias: str) -> Condition:
    """Return the tree with its columns belonging to an alias."""
    bound = tree.copy()
    for found in bound.find_all(exp.Column):
        found.set("table", exp.to_identifier(alias, quoted=True))
    return exp.paren(bound, copy=False)


def most_missed(key: tuple[str, ...], groups: exp.Select) -> exp.Select:
    return groups.order_by(exp.Ordered(this=column(ROWS), desc=True), *map(column, key), copy=False)
