"""Make a test ready to be measured: its parameters, the columns it names, its row filter."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sqlglot.errors import SqlglotError

from kitchens.core.stores.base import Session, StoreError
from recipes.core.checks.base import CannotMeasureError, Check, CheckContext, Columns, Measurement, Subject
from recipes.core.checks.catalogue import CHECKS
from recipes.core.checks.conditions import bind_columns, parse_condition
from recipes.core.checks.families import NotOfTypeError
from recipes.core.checks.parameters import check_test
from recipes.core.checks.tree import in_words, select, sql_of, table
from recipes.core.checks.words import near
from recipes.core.spec.model import TestSpec


@dataclass(frozen=True)
class Ready:
    """A test that can be measured."""

    test: TestSpec
    check: Check
    subject: Subject
    measurement: Measurement

    @property
    def asks_nothing(self) -> bool:
        """Whether it is judged by what is known without a query: columns, versions, times."""
        return self.measurement.shares and not self.measurement.aggregates

    @property
    def by_itself(self) -> bool:
        """Whether it has rows read in Python, or asks the session itself: nothing of it is shared or kept."""
        return self.measurement.rows is not None or self.measurement.ask is not None

    @cached_property
    def sql(self) -> str:
        """The statement of this test as it runs alone: what people are shown; nothing where it has none."""
        own = self.measurement.statement or self.measurement.rows
        if own is not None:
            return sql_of(own)
        if self.measurement.ask is not None or self.asks_nothing:
            return ""
        where = self.subject.where
        return sql_of(select(self.measurement.aggregates, table(self.subject.dataset), where))

    @cached_property
    def scan(self) -> tuple[str, str]:
        """What its shared scan reads: tests with the same answer can be measured in one statement."""
        where = self.subject.where
        return self.test.dataset, sql_of(where) if where is not None else ""


class DatasetColumns:
    """The columns of the datasets of a session, asked once each."""

    def __init__(self, session: Session, context: CheckContext) -> None:
        self._session = session
        self._context = context
        self._known: dict[str, Columns] = {}

    def of(self, dataset: str) -> Columns:
        """Return the columns by name; CannotMeasureError where the session does not have the dataset."""
        if dataset not in self._known:
            self._known[dataset] = self._ask(dataset)
        return self._known[dataset]

    def _ask(self, dataset: str) -> Columns:
        try:
            return {column.name: column for column in self._session.columns(dataset)}
        except StoreError as why:
            hint = near(dataset, self._context.datasets)
            first = str(why).strip().split("\n", 1)[0]
            raise CannotMeasureError(f"The test cannot see the dataset {dataset}.{hint} {first}") from why


def prepare(test: TestSpec, datasets: DatasetColumns, context: CheckContext) -> Ready:
    """Return the test ready to be measured; CannotMeasureError with a sentence where it cannot be."""
    if faults := check_test(test, resolved=True):
        raise CannotMeasureError(" ".join(faults))
    check = CHECKS[test.check]
    known = test.dataset and (not check.may_be_absent or test.dataset in context.datasets)
    columns = datasets.of(test.dataset) if known else {}
    where = parse_condition(test.where, context.dialect, "where") if test.where.strip() else None
    subject = Subject(
        test=test,
        params=check.parameters.model_validate(test.params),
        columns=columns,
        where=bind_columns(where, columns, test.dataset) if where is not None else None,
        where_in_words=in_words(where) if where is not None else "",
        nulls=test.nulls or (check.nulls[0] if check.nulls else "ignore"),
        context=context,
        columns_of=datasets.of,
    )
    try:
        return Ready(test, check, subject, check.measure(subject))
    except (NotOfTypeError, SqlglotError) as wrong:
        raise CannotMeasureError(str(wrong)) from wrong
