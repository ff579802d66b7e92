"""The name of a column's type goes into SQL as it is: it has to be one and nothing else."""

from __future__ import annotations

import pytest

from kitchens.core.stores.base import StoreError
from kitchens.core.stores.schema import check_type


@pytest.mark.parametrize(
    "name",
    [
        *("BIGINT", "DECIMAL(12,2)", "TIMESTAMP WITH TIME ZONE", "VARCHAR[]", "INTEGER[3]"),
        *(
            'STRUCT("a b" INTEGER, c VARCHAR[])',
            "MAP(VARCHAR, STRUCT(x DOUBLE))",
            "UNION(n INTEGER, s VARCHAR)",
        ),
    ],
)
def test_a_type_is_one(name):
    assert check_type(name) == name


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "INTEGER) AS x, (SELECT 1",
            "INTEGER); DROP TABLE x; --",
            "INTEGER) || CAST(1 AS VARCHAR",
            "INTEGER --",
        ),
        *("VARCHAR)) FROM (SELECT 1", "INTEGER)) UNION SELECT (CAST(1 AS INTEGER"),
        *("INTEGER) FROM (SELECT 1", "INTEGER) FROM range(9) WHERE (true", "INTEGER /* */"),
    ],
)
def test_sql_is_none(text):
    with pytest.raises(StoreError):
        check_type(text)
