"""dimension_volume: the known categories are there, no others, and each has its share of the rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator
from sqlglot import exp

from kitchens.core.stores.base import Column
from recipes.core.checks.base import Check, Measurement, Numbers, Parameters, Subject, Values
from recipes.core.checks.drift.categories import MOST, place_of, shown
from recipes.core.checks.rows import filtered
from recipes.core.checks.tree import column, count, not_null
from recipes.core.checks.words import counted, listed, number

PLACE, ROWS, CATEGORIES, TOTAL = "place of it", "rows with it", "all categories", "all rows"
READ = 1000  # categories read; of more, those known and the largest
SHOWN = 50


Shares = Annotated[
    dict[str, float],
    BeforeValidator(
        lambda raw: {shown(name): share for name, share in raw.items()} if isinstance(raw, dict) else raw
    ),
]


class DimensionVolume(Parameters):
    """A column of categories, and what is expected of each."""

    column: str
    """The column"""
    expected: list[Any] = Field(default=[], max_length=MOST)
    """The categories that must be there; null is one like any other"""
    new: bool = False
    """Whether other categories may come up"""
    vanished: bool = False
    """Whether an expected category may be missing"""
    min_share: Shares = {}
    """Least share of the rows by category, in percent"""
    max_share: Shares = {}
    """Greatest share of the rows by category, in percent"""

    @model_validator(mode="after")
    def _fitting(self) -> DimensionVolume:
        if not (self.expected or self.min_share or self.max_share):
            raise ValueError("give expected, min_share or max_share.")
        for name, share in (*self.min_share.items(), *self.max_share.items()):
            if not 0 <= share <= 100:
                raise ValueError(
                    f"the share of {name} is {number(share)} %; a share lies between 0 % and 100 %."
                )
        return self

    @property
    def known(self) -> list[Any]:
        """All categories named, the expected ones first."""
        named = [shown(value) for value in self.expected]
        return [
            *self.expected,
            *(name for name in dict.fromkeys([*self.min_share, *self.max_share]) if name not in named),
        ]


def measure(subject: Subject) -> Measurement:
    """Count the rows of every category by one GROUP BY; of very many the known and the largest are read."""
    params: DimensionVolume = subject.params
    found = subject.column(params.column)
    operand, place = column(found.name), place_of(found, params.known)
    rows = subject.rows(
        exp.alias_(operand, found.name, quoted=True),
        exp.alias_(place, PLACE, quoted=True),
        exp.alias_(count(), ROWS, quoted=True),
        exp.alias_(exp.Window(this=count()), CATEGORIES, quoted=True),
        exp.alias_(exp.Window(this=exp.Sum(this=count())), TOTAL, quoted=True),
        also=not_null(operand) if subject.nulls == "ignore" else None,
    )
    rows = rows.group_by(operand.copy(), copy=False)
    known_first = exp.Ordered(
        this=exp.case().when(not_null(place), exp.Literal.number(0)).else_(exp.Literal.number(1))
    )
    rows = rows.order_by(known_first, exp.Ordered(this=count(), desc=True), copy=False).limit(
        READ, copy=False
    )
    return Measurement(rows=rows, read_rows=lambda read: _read(subject, found, read))


def _read(subject: Subject, found: Column, rows: Sequence[Values]) -> Numbers:
    params: DimensionVolume = subject.params
    total = int(rows[0][TOTAL]) if rows else 0
    there = {int(row[PLACE]): int(row[ROWS]) for row in rows if row[PLACE] is not None}
    others = [(row[found.name], int(row[ROWS])) for row in rows if row[PLACE] is None]
    others.sort(key=lambda one: (-one[1], shown(one[0])))
    named = _named(params, there, total)
    wrong = [one for one in named if one["wrong"]]
    known = len(params.expected) if params.expected else None
    more = (int(rows[0][CATEGORIES]) if rows else 0) - len(there)
    new = more if known is not None and not params.new else 0
    unexpected = [
        {"category": value, "rows": count, "share": 100 * count / total, "wrong": "new"}
        for value, count in others
    ]
    judged = len(params.known) + more
    return Numbers(
        said=_said(subject, found.name, judged, wrong, new),
        n_scope=judged,
        n_applicable=judged,
        n_fail=len(wrong) + new,
        unit="categories",
        details={
            "rows": total,
            "vanished": [shown(one["category"]) for one in wrong if one["wrong"] == "vanished"][:SHOWN],
            "new": [shown(value) for value, _ in others][:SHOWN] if new else [],
            "new_categories": new,
        },
        found=[*wrong, *(unexpected if new else ())],
    )


def _named(params: DimensionVolume, there: dict[int, int], total: int) -> list[dict[str, Any]]:
    """Return every known category with its rows, its share in percent, and what is wrong with it."""
    found = []
    for place, value in enumerate(params.known):
        rows, name = there.get(place, 0), shown(value)
        share = 100 * rows / total if total else 0.0
        least, most = params.min_share.get(name), params.max_share.get(name)
        wrong = ""
        if rows == 0 and place < len(params.expected) and not params.vanished:
            wrong = "vanished"
        elif least is not None and share < least:
            wrong = f"share under {number(least)} %"
        elif most is not None and share > most:
            wrong = f"share over {number(most)} %"
        found.append({"category": value, "rows": rows, "share": share, "wrong": wrong})
    return found


def _said(subject: Subject, name: str, judged: int, wrong: Sequence[dict[str, Any]], new: int) -> str:
    of = f"of {name} in {subject.dataset}{filtered(subject)}"
    if not wrong and not new:
        return f"All {counted(judged, 'category', 'categories')} {of} are as expected"
    vanished = sum(one["wrong"] == "vanished" for one in wrong)
    parts = [
        f"{number(count)} {words}"
        for count, words in (
            (vanished, "vanished"),
            (new, "new"),
            (len(wrong) - vanished, "with a share out of its limits"),
        )
        if count
    ]
    return f"Of {counted(judged, 'category', 'categories')} {of}, {listed(parts)}"


CHECK = Check(
    name="dimension_volume",
    summary="The expected categories are there, no others, and each has its share of the rows.",
    about="column",
    parameters=DimensionVolume,
    measure=measure,
    nulls=("value", "ignore"),
    on_empty="compare",
    fail="> 0",
    counts="categories",
    example="{node: clean, check: dimension_volume, column: carrier, expected: [AA, DL, UA], min_share: {AA: 10}}",
    notes=(
        "A category fails once: because it vanished, because it is new, or because its share is out of its limits."
        " Without `expected` only shares are judged.",
        "NULL is a category like any other (`null` in `expected`); with `nulls: ignore` its rows are left out.",
        "Shares are of all rows in scope, in percent. In an empty dataset every expected category has vanished.",
    ),
)
