"""SQL of the checks as trees in DuckDB's dialect: names quoted, values as literals, no text put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlglot import exp

Condition = exp.Expr


def table(dataset: str, alias: str = "") -> exp.Expr:
    """Return a dataset ("domain.table") as a table."""
    domain, _, name = dataset.rpartition(".")
    found = exp.Table(
        this=exp.to_identifier(name, quoted=True),
        db=exp.to_identifier(domain, quoted=True) if domain else None,
    )
    return exp.alias_(found, alias, table=True, quoted=True) if alias else found


def column(name: str, of: str = "") -> exp.Column:
    return exp.column(
        exp.to_identifier(name, quoted=True), table=exp.to_identifier(of, quoted=True) if of else None
    )


def null(operand: exp.Expr) -> Condition:
    return exp.Is(this=operand.copy(), expression=exp.Null())


def not_null(operand: exp.Expr) -> Condition:
    return exp.not_(null(operand), copy=False)


def every(conditions: Iterable[Condition | None]) -> Condition | None:
    """Return the conditions joined by AND, None where there are none."""
    given = [condition.copy() for condition in conditions if condition is not None]
    return exp.and_(*given, copy=False) if given else None


def either(*conditions: Condition) -> Condition:
    return exp.or_(*(condition.copy() for condition in conditions), copy=False)


def count() -> exp.Expr:
    return exp.Count(this=exp.Star(), big_int=True)


def count_if(condition: Condition) -> exp.Expr:
    """Count the rows for which the condition is true; 0, never NULL, without any."""
    return exp.Filter(this=count(), expression=exp.Where(this=condition.copy()))


def total(operand: exp.Expr, condition: Condition | None = None) -> exp.Expr:
    """Sum an operand over the rows of a condition; 0 where there are none."""
    summed: exp.Expr = exp.Sum(this=operand.copy())
    if condition is not None:
        summed = exp.Filter(this=summed, expression=exp.Where(this=condition.copy()))
    return exp.Coalesce(this=summed, expressions=[exp.Literal.number(0)])


def select(
    what: Mapping[str, exp.Expr] | Sequence[exp.Expr],
    source: exp.Expr,
    where: Condition | None = None,
) -> exp.Select:
    """Return SELECT … FROM source [WHERE …]; a mapping gives the aliases."""
    if isinstance(what, Mapping):
        shown = [exp.alias_(value.copy(), name, quoted=True) for name, value in what.items()]
    else:
        shown = [value.copy() for value in what]
    query = exp.Select(expressions=shown).from_(source, copy=False)
    return query.where(where.copy(), copy=False) if where is not None else query


def derived(query: exp.Query, alias: str) -> exp.Subquery:
    return query.subquery(exp.to_identifier(alias, quoted=True), copy=False)


def beside(*queries: exp.Select) -> exp.Select:
    """Return all columns of queries with one row each, side by side in one row."""
    sides = [(query, f"side {place}") for place, query in enumerate(queries)]
    shown = [column(name, alias) for query, alias in sides for name in query.named_selects]
    first, *others = (derived(query, alias) for query, alias in sides)
    found = select(shown, first)
    for other in others:
        found = found.join(other, join_type="cross", copy=False)
    return found


def window(
    function: exp.Expr,
    partition: Iterable[exp.Expr],
    order: Iterable[exp.Expr],
    before: bool = False,
) -> exp.Expr:
    """Return function OVER (PARTITION BY … ORDER BY …), with `before` over the rows that precede only."""
    ordered = [part.copy() for part in order]
    frame = exp.WindowSpec(
        kind="ROWS",
        start="UNBOUNDED",
        start_side="PRECEDING",
        end=exp.Literal.number(1),
        end_side="PRECEDING",
    )
    return exp.Window(
        this=function,
        partition_by=[part.copy() for part in partition],
        order=exp.Order(expressions=ordered) if ordered else None,
        spec=frame if before else None,
    )


def ascending(operand: exp.Expr) -> exp.Expr:
    """Return the operand to order by, NULL last in every store."""
    return exp.Ordered(this=operand.copy(), nulls_first=False)


def descending(operand: exp.Expr) -> exp.Expr:
    return exp.Ordered(this=operand.copy(), desc=True, nulls_first=False)


def in_words(tree: exp.Expr) -> str:
    """Return a condition as people would write it: without outer brackets, dates as plain texts."""

    def plainer(node: exp.Expr) -> exp.Expr:
        if (
            isinstance(node, exp.Cast)
            and isinstance(node.this, exp.Literal)
            and node.to.is_type(*exp.DataType.TEMPORAL_TYPES)
        ):
            return node.this
        return node

    return sql_of(tree.copy().unnest().transform(plainer))


def sql_of(tree: exp.Expr) -> str:
    return tree.sql(dialect="duckdb")
