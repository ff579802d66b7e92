"""What aggregate_balance is told: two datasets, what is taken of each, and how far they may differ."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field, model_validator

from recipes.core.checks.base import Parameters
from recipes.core.checks.tolerances import Tolerance

Function = Literal["count", "count_distinct", "sum", "min", "max", "avg"]
ADDITIVE = ("count", "count_distinct", "sum")  # a group that is not there holds 0 of these


class AggregateBalance(Parameters):
    """Two datasets, what is taken of each, and how far they may differ."""

    of: str
    """The other dataset"""
    column: str = ""
    """The column taken here, and there unless `of_column` is given"""
    function: Function | None = None
    """What is taken here; sum where a column is given, else count"""
    of_column: str = ""
    """The column taken there"""
    of_function: Function | None = None
    """What is taken there, if not the same"""
    by: list[str] = []
    """Columns to group by, so that every group must agree; without them only the whole"""
    of_by: list[str] = []
    """The columns to group by there, if they have other names"""
    of_where: str | None = None
    """Condition on the rows there; where it is not given `where` holds there too"""
    factor: Decimal = Field(default=Decimal(1), gt=0, allow_inf_nan=False)
    """What the other side is multiplied by first: 2 where two rows here belong to one there"""
    tolerance: Tolerance = 0
    """How far they may differ: a number, or a share of the other side (0.5 %)"""
    fails_when: Literal["differs", "less", "more"] = "differs"
    """Which difference counts: any, only less here than there, or only more"""
    missing: Literal["zero", "fail"] | None = None
    """A group that one side lacks holds 0 there (zero) or fails; zero for counts and sums, else fail"""

    @model_validator(mode="after")
    def _fitting(self) -> AggregateBalance:
        if "{{" not in self.of and self.of.count(".") != 1:
            raise ValueError(f"of must name a dataset, such as flights.clean, not {self.of}.")
        if self.of_by and len(self.of_by) != len(self.by):
            raise ValueError("of_by must name as many columns as by.")
        for where, function, name in (
            ("", self.here, self.column),
            ("of_", self.there, self.of_column or self.column),
        ):
            if function != "count" and not name:
                raise ValueError(f"{where}function {function} needs {where}column.")
        return self

    @property
    def here(self) -> Function:
        return self.function or ("sum" if self.column else "count")

    @property
    def there(self) -> Function:
        return self.of_function or ("sum" if self.of_column and not self.column else self.here)

    def datasets(self) -> frozenset[str]:
        return frozenset({self.of})
