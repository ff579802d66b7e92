"""Rows of two datasets side by side, paired by their key."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlglot import exp

from kitchens.core.stores.base import Column
from recipes.core.checks.base import CannotMeasureError, Subject, find_column
from recipes.core.checks.families import Family, family, has_order, is_float, numeral
from recipes.core.checks.joins.others import demand_comparable, other_filter, shared_columns
from recipes.core.checks.operands import double, exact
from recipes.core.checks.tolerances import share_of
from recipes.core.checks.tree import (
    Condition,
    beside,
    column,
    count,
    count_if,
    derived,
    either,
    every,
    null,
    select,
    table,
)

MISSING, EXTRA, CHANGED = "missing", "extra", "changed"
HERE, THERE = "here", "there"
PRESENT = "is present"  # holds a blank, so that it is no column of a dataset


@dataclass(frozen=True)
class Matched:
    """Two datasets ready to be paired; columns of both sides by the names they have on each."""

    datasets: dict[str, str]
    filters: dict[str, Condition | None]
    key: tuple[Column, ...]
    other_key: tuple[Column, ...]
    compared: tuple[Column, ...]
    other_compared: tuple[Column, ...]
    tolerance: float | str

    def counted(self) -> exp.Select:
        """Return one row: keys, missing, extra and changed rows, changed cells, and what makes a key unfit."""
        cells = {f"cell {place}": count_if(self._paired(self._differs(place))) for place in self._places()}
        counts = {
            "keys": count(),
            MISSING: count_if(self._absent(HERE)),
            EXTRA: count_if(self._absent(THERE)),
            CHANGED: count_if(self._changed()),
            **cells,
        }
        pairs = self._joined(list(counts.items()))
        return beside(pairs, *(part for side in (HERE, THERE) for part in self._key_faults(side)))

    def differing(self) -> exp.Select:
        """Return the rows that differ: what they are, their key, and every compared column of both sides."""
        kind = (
            exp.case()
            .when(self._absent(HERE), exp.Literal.string(MISSING))
            .when(self._absent(THERE), exp.Literal.string(EXTRA))
            .else_(exp.Literal.string(CHANGED))
        )
        keys = [
            (one.name, exp.Coalesce(this=column(one.name, HERE), expressions=[column(two.name, THERE)]))
            for one, two in zip(self.key, self.other_key, strict=True)
        ]
        cells: list[tuple[str, exp.Expr]] = []
        for one, two in zip(self.compared, self.other_compared, strict=True):
            cells += [(one.name, column(one.name, HERE)), (f"{one.name} there", column(two.name, THERE))]
        found = self._joined([*keys, ("difference", kind), *cells])
        wrong = either(self._absent(HERE), self._absent(THERE), self._changed())
        return found.where(wrong, copy=False).order_by(*(value.copy() for _, value in keys), copy=False)

    def _places(self) -> range:
        return range(len(self.compared))

    def _joined(self, shown: Iterable[tuple[str, exp.Expr]]) -> exp.Select:
        same = every(
            exp.EQ(this=column(one.name, HERE), expression=column(two.name, THERE))
            for one, two in zip(self.key, self.other_key, strict=True)
        )
        found = select(dict(shown), derived(self._side(HERE), HERE))
        return found.join(derived(self._side(THERE), THERE), on=same, join_type="full", copy=False)

    def _side(self, side: str) -> exp.Select:
        here = side == HERE
        columns = (*self.key, *self.compared) if here else (*self.other_key, *self.other_compared)
        names = dict.fromkeys(found.name for found in columns)
        present = exp.alias_(exp.Literal.number(1), PRESENT, quoted=True)
        return select([*map(column, names), present], table(self.datasets[side]), self.filters[side])

    def _key_faults(self, side: str) -> tuple[exp.Select, exp.Select]:
        """Return how many rows have no key, and how many keys stand in several rows."""
        source, filtered = table(self.datasets[side]), self.filters[side]
        keys = [column(found.name) for found in (self.key if side == HERE else self.other_key)]
        nulls = select({f"nulls {side}": count_if(either(*map(null, keys)))}, source, filtered)
        groups = select([exp.alias_(count(), "copies", quoted=True)], source.copy(), filtered)
        groups = groups.group_by(*(key.copy() for key in keys), copy=False)
        groups = groups.having(exp.GT(this=count(), expression=exp.Literal.number(1)), copy=False)
        return nulls, select({f"copies {side}": count()}, derived(groups, "groups"))

    def _absent(self, side: str) -> Condition:
        return null(column(PRESENT, side))

    def _paired(self, also: Condition) -> Condition:
        found = every([exp.not_(self._absent(HERE)), exp.not_(self._absent(THERE)), also])
        assert found is not None  # noqa: S101
        return found

    def _changed(self) -> Condition:
        cells = [self._differs(place) for place in self._places()]
        return self._paired(exp.paren(either(*cells))) if cells else exp.false()

    def _differs(self, place: int) -> Condition:
        one, two = self.compared[place], self.other_compared[place]
        left, right = column(one.name, HERE), column(two.name, THERE)
        other: Condition = exp.NullSafeNEQ(this=left, expression=right)
        if family(one.type) is not Family.NUMBER or not self.tolerance:
            return other
        floats = is_float(one.type) or is_float(two.type)
        sides = [double(left), double(right)] if floats else [exact(one, left), exact(two, right)]
        distance = exp.Abs(this=double(exp.paren(exp.Sub(this=sides[0], expression=sides[1]))))
        far = exp.GT(this=distance, expression=self._allowed(right))
        # Where one side is NULL the distance is too: that is a difference whatever the tolerance.
        return exp.and_(other, exp.Coalesce(this=exp.paren(far), expressions=[exp.true()]))

    def _allowed(self, there: exp.Expr) -> exp.Expr:
        share = share_of(self.tolerance)
        if share is None:
            return double(numeral(float(self.tolerance)))
        return exp.Mul(this=exp.Abs(this=double(there)), expression=double(numeral(float(share))))


def match(subject: Subject) -> Matched:
    """Return both datasets ready to be paired; CannotMeasureError where columns are missing or do not fit."""
    params = subject.params
    there = subject.columns_of(params.of)
    key = tuple(map(subject.column, params.key))
    other_key = tuple(find_column(name, there, params.of) for name in params.key)
    taken = {found.name.lower() for found in key}
    names = params.columns or [
        name
        for name in shared_columns(subject.columns, there)
        if name.lower() not in taken and has_order(subject.columns[name].type)
    ]
    compared = tuple(map(subject.column, names))
    other = tuple(find_column(name, there, params.of) for name in names)
    pairs = list(zip((*key, *compared), (*other_key, *other), strict=True))
    demand_comparable(pairs, subject.dataset, params.of)
    for found in (*key, *compared):
        if not has_order(found.type):
            raise CannotMeasureError(f"{found.name} is {found.type}, which cannot be compared.")
    return Matched(
        datasets={HERE: subject.dataset, THERE: params.of},
        filters={HERE: subject.where, THERE: other_filter(subject, params.of, params.of_where)},
        key=key,
        other_key=other_key,
        compared=compared,
        other_compared=other,
        tolerance=params.tolerance,
    )
