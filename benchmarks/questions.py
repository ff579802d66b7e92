"""The forty tests of `benchmarks.checks`, the rows they are asked of, and the same questions as SQL written by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from recipes.core.spec.model import TestSpec

Rows = Callable[[str], list[tuple[Any, ...]]]

NUMBERED = "'C-' || right('000000000' || CAST(i AS VARCHAR), 9)"
CODE = f"CASE WHEN i % 250000 = 1 THEN replace({NUMBERED}, '1', '0') ELSE {NUMBERED} END"
MADE = """SELECT i AS id, CASE WHEN i % 200000 = 7 THEN 900000000 + i ELSE i * 7919 % 200000 END AS customer,
    i % 500 AS branch, DATE '2001-01-01' + CAST(i // 86400 AS INTEGER) AS day,
    TIMESTAMP '2001-01-01' + INTERVAL 1 SECOND * CAST(i AS INTEGER) AS placed_at,
    CAST(CASE WHEN i % 333333 = 5 THEN -1 ELSE i * 104729 % 99999 END / 100.0 AS DECIMAL(12,2)) AS amount,
    CAST(1 + i * 31 % 90 AS INTEGER) AS quantity, (i * 6151 % 10007) / 7.0 AS score,
    ['new', 'paid', 'sent', 'done'][CAST(1 + i * 13 % 4 AS INTEGER)] AS status, CODE AS code,
    CASE WHEN i % 50 = 3 THEN NULL ELSE CAST(i * 17 % 120 AS INTEGER) END AS age,
    CASE WHEN i % 400000 = 9 THEN 'nobody' ELSE 'u' || CAST(i * 7907 % 5000003 AS VARCHAR) || '@example.com' END AS email
    FROM (SELECT CAST(i AS BIGINT) AS i FROM range({start}, {end}) r(i)) AS numbers""".replace("CODE", CODE)
COLUMNS = (
    "id",
    "customer",
    "branch",
    "day",
    "placed_at",
    "amount",
    "quantity",
    "score",
    "status",
    "code",
    "age",
    "email",
)
RULES = (
    ("quantity * amount < 100000", "quantity * amount < 100000"),
    ("day <= placed_at", "day <= placed_at"),
    ("score < 2000 or status = 'done'", "score < 2000 OR status = 'done'"),
)
RANGES: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("id", {"min": 0}, "id < 0"),
    ("customer", {"min": 0}, "customer < 0"),
    ("branch", {"min": 0, "below": 500}, "branch < 0 OR branch >= 500"),
    ("day", {"min": "2001-01-01"}, "day < DATE '2001-01-01'"),
    ("placed_at", {"max": "2003-01-01"}, "placed_at > TIMESTAMP '2003-01-01'"),
    ("amount", {"min": 0, "max": 1000}, "amount < 0 OR amount > 1000"),
    ("quantity", {"min": 1, "max": 100}, "quantity < 1 OR quantity > 100"),
    ("score", {"min": 0}, "score < 0 OR score = CAST('NaN' AS DOUBLE PRECISION)"),
    ("age", {"min": 0, "max": 130}, "age < 0 OR age > 130"),
)
FORMS = (("email", "[a-z0-9]+@[a-z.]+"), ("code", "C-[0-9]{9}"))
SETS = (("status", ["new", "paid", "sent", "done"]),)
NUMBERS = (
    ("sum", "amount", {"min": 0}),
    ("avg", "amount", {"min": 0, "max": 1000}),
    ("min", "quantity", {"min": 0}),
    ("max", "quantity", {"max": 1000}),
    ("avg", "score", {"min": 0}),
)


def test(name: str, check: str, **given: Any) -> TestSpec:
    fields = {key: given.pop(key) for key in ("where",) if key in given}
    return TestSpec(name=name, node="load", dataset="shop.orders", check=check, params=given, **fields)


TESTS = (
    test("enough orders", "row_count", min=1000),
    test("enough new orders", "row_count", min=10, where="status = 'new'"),
    test("new orders have an age", "not_null", column="age", where="status = 'new'").model_copy(
        update={"fail": "> 10 %"}
    ),
    *(
        test(f"{name} is filled", "not_null", column=name).model_copy(update={"fail": "> 10 %"})
        for name in COLUMNS
    ),
    test("id is unique", "unique", column="id"),
    test("code is unique", "unique", column="code"),
    test("customer exists", "foreign_key", column="customer", to="shop.customers.id"),
    test("branch exists", "foreign_key", column="branch", to="shop.branches.id"),
    *(test(f"{name} in range", "range", column=name, **bounds) for name, bounds, _ in RANGES),
    *(test(f"{name} has its form", "matches", column=name, pattern=form) for name, form in FORMS),
    *(test(f"{name} is known", "in_set", column=name, values=values) for name, values in SETS),
    test("fresh", "freshness", column="placed_at", max_age="400 d"),
    *(
        test(f"{function} of {name}", "aggregate", column=name, function=function, **bounds)
        for function, name, bounds in NUMBERS
    ),
    *(test(f"rule {number}", "row_expression", expression=rule) for number, (rule, _) in enumerate(RULES)),
)


def by_hand(orders: str, customers: str, branches: str, rows: Rows, matches: str) -> dict[str, Any]:
    """Answer all of it: a scan, a GROUP BY for each key, an anti-join for each reference, rows of what failed.

    The relations are SELECTs in brackets; `matches` is how this engine says that a text has a form.
    """
    found: dict[str, Any] = {"scan": rows(_scan(orders, matches))[0]}
    for name in ("id", "code"):
        repeated = f"SELECT {name}, count(*) AS n FROM {orders} AS o WHERE {name} IS NOT NULL GROUP BY 1 HAVING count(*) > 1"
        worst = rows(
            f"SELECT {name}, n, sum(n) OVER (), count(*) OVER () FROM ({repeated}) AS r ORDER BY n DESC, {name} LIMIT 20"
        )
        found[f"{name} repeated"] = worst
        if worst:
            listed = ", ".join(f"'{key}'" for key, *_ in worst)
            found[f"{name} rows"] = rows(
                f"SELECT * FROM {orders} AS o WHERE {name} IN ({listed}) ORDER BY {name}, id LIMIT 20"
            )
    for name, parents in (("customer", customers), ("branch", branches)):
        known = f"SELECT 1 FROM {parents} AS p WHERE p.id = o.{name}"
        orphans = f"{orders} AS o WHERE {name} IS NOT NULL AND NOT EXISTS ({known})"
        missing = rows(f"SELECT {name}, count(*) FROM {orphans} GROUP BY {name} ORDER BY 2 DESC, 1")
        found[f"{name} missing"] = missing[:10]
        if missing:
            found[f"{name} rows"] = rows(f"SELECT * FROM {orphans} ORDER BY {name}, id LIMIT 20")
    form = matches.format(name="email", form=FORMS[0][1])
    found["email rows"] = rows(f"SELECT * FROM {orders} AS o WHERE NOT {form} ORDER BY id LIMIT 20")
    found["amount rows"] = rows(f"SELECT * FROM {orders} AS o WHERE {RANGES[5][2]} ORDER BY id LIMIT 20")
    return found


def _scan(orders: str, matches: str) -> str:
    asked = [
        "count(*)",
        "count(*) FILTER (WHERE status = 'new')",
        "count(*) FILTER (WHERE status = 'new' AND age IS NULL)",
    ]
    asked += [f"count({name})" for name in COLUMNS]
    asked += [f"count(*) FILTER (WHERE {broken})" for _, _, broken in RANGES]
    asked += [f"count(*) FILTER (WHERE NOT {matches.format(name=name, form=form)})" for name, form in FORMS]
    asked += [
        f"count(*) FILTER (WHERE NOT {name} IN ({', '.join(map(repr, values))}))" for name, values in SETS
    ]
    asked += ["max(placed_at) FILTER (WHERE placed_at <= TIMESTAMP '2002-01-01')"]
    asked += [f"{function}({name})" for function, name, _ in NUMBERS]
    asked += [f"count(*) FILTER (WHERE NOT ({rule}))" for _, rule in RULES]
    return f"SELECT {', '.join(asked)} FROM {orders} AS o"
