"""Files that a new recipe can begin with. Each is a recipe that runs as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hub.common.errors import InvalidError
from recipes.core.spec.reading import IDENTIFIER, SLUG

SQL = """description: {title}
values:
  day: {{type: date, default: "{{{{ yesterday }}}}"}}
nodes:
  sum_up: {{kind: sql, file: sum_up.sql, writes: {domain}.{table}}}
tests:
  there are rows: {{node: sum_up, check: row_count, min: 1}}
variations:
  production: {{}}
"""
SQL_FILE = "SELECT {{ day }} AS day, 1 AS amount\n"
PYTHON = """description: {title}
nodes:
  load: {{kind: python, file: load.py, writes: {domain}.{table}_raw}}
  sum_up: {{kind: sql, file: sum_up.sql, writes: {domain}.{table}}}
tests:
  rows came in: {{node: load, check: row_count, min: 1}}
variations:
  production: {{}}
"""
LOAD_FILE = """def run(context):
    rows = [{{"name": "first", "amount": 1}}, {{"name": "second", "amount": 2}}]
    context.write("{domain}.{table}_raw", rows)
"""
SUM_FILE = "SELECT count(*) AS names, sum(amount) AS amount FROM {domain}.{table}_raw\n"


@dataclass(frozen=True)
class Starter:
    """Files by name; `{domain}`, `{table}` and `{title}` in the templates are filled in."""

    about: str
    files: Mapping[str, str]


STARTERS: Mapping[str, Starter] = {
    "sql": Starter(
        "One table from a SELECT",
        {"recipe.yaml": SQL, "sum_up.sql": SQL_FILE.replace("{", "{{").replace("}", "}}")},
    ),
    "python": Starter(
        "Load with Python, sum up with SQL",
        {"recipe.yaml": PYTHON, "load.py": LOAD_FILE, "sum_up.sql": SUM_FILE},
    ),
}


def starter_files(starter: str, domain: str, name: str) -> dict[str, bytes]:
    """Return path in the repository -> bytes of a new recipe; InvalidError names the field that does not fit."""
    if starter not in STARTERS:
        raise InvalidError(
            "There is no such beginning.", remedy=f"Choose of {', '.join(STARTERS)}.", field="starter"
        )
    if not IDENTIFIER.fullmatch(domain) or domain == "source":
        raise InvalidError(
            f"{domain[:80]!r} cannot be the name of a domain.",
            remedy="Use small letters, digits and _.",
            field="domain",
        )
    if not SLUG.fullmatch(name) or len(name) > 60:
        raise InvalidError(
            f"{name[:80]!r} cannot be the name of a recipe.",
            remedy="Use small letters, digits, _ and -.",
            field="name",
        )
    told = {"domain": domain, "table": name.replace("-", "_"), "title": f"What {name} makes"}
    files = STARTERS[starter].files
    return {
        f"domains/{domain}/recipes/{name}/{path}": text.format(**told).encode()
        for path, text in files.items()
    }
