"""A change of comments and layout alone is told from one that changes what is done."""

from __future__ import annotations

import pytest

from recipes.core.changes.meaning import means_the_same

PYTHON = "def run(context):\n    rows = [1, 2]\n    context.write('a.b', rows)\n"
SQL = "SELECT a, b FROM x.y WHERE a > 0"


@pytest.mark.parametrize(
    ("path", "before", "now", "same"),
    [
        (
            "load.py",
            PYTHON,
            "# tidied up\n" + PYTHON.replace("[1, 2]", "[\n        1,\n        2,\n    ]"),
            True,
        ),
        ("load.py", PYTHON, PYTHON.replace("    rows", '    """Load."""\n    rows', 1), True),
        ("load.py", PYTHON, PYTHON.replace("[1, 2]", "[1]"), False),
        ("load.py", PYTHON, "def run(", False),
        ("clean.sql", SQL, "-- all of it\nselect a,\n  b\nfrom x.y\nwhere a > 0 -- not free\n", True),
        ("clean.sql", SQL, SQL.replace("> 0", ">= 0"), False),
        ("clean.sql", SQL + " AND d = {{ day }}", SQL + "  AND\n d = {{ day }}", True),
        ("clean.sql", SQL + " AND d = {{ day }}", SQL + " AND d < {{ day }}", False),
        ("clean.sql", SQL + " AND d IN {{ days }}", "-- some days\n" + SQL + " AND d IN {{days}}", True),
        ("clean.sql", SQL, "SELEC", False),
        ("close.sh", "echo a", "# said\necho a", False),
    ],
)
def test_versions_are_compared_by_what_they_do(path: str, before: str, now: str, same: bool):
    assert means_the_same(path, before, now) is same
