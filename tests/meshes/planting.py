"""Faults planted into what the mesh has published, and the tests that they turn red."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from kitchens.core.stores.base import Session, WriteMode
from recipes.core.checks import CheckContext, datasets_read, evaluate
from recipes.core.checks.told.asking import Told
from recipes.core.spec.model import TestSpec

RANK = {"pass": 0, "learning": 0, "warn": 1, "not_evaluated": 2, "fail": 2, "error": 2}
Finding = tuple[str, int | None]  # verdict, failing rows


@dataclass(frozen=True)
class Fault:
    """One wrong thing done to one dataset, and the tests ("recipe: test") that must see it and no others.

    Rows for which `where` holds get other values (`set`), are lost (`drop`) or come twice (`copy`, with `set` for the
    second ones); `drop_column` and `add_column` change the columns. `kind` is the check it is planted for. Tests of
    other domains are asked only where it reaches `beyond` its own: most of the time goes into them. A fault of a
    `recipe` is for its tests alone; it may also be a run that took too long (`spans`, in seconds) or came `days_later`,
    or other events (`told`, by test).
    """

    fault: str
    kind: str
    dataset: str
    red: tuple[str, ...] = ()
    where: str = ""
    set: Mapping[str, str] = field(default_factory=dict)
    drop: str = ""
    copy: str = ""
    drop_column: str = ""
    add_column: str = ""
    beyond: bool = False
    recipe: str = ""
    spans: Mapping[str, float] = field(default_factory=dict)
    days_later: int = 0
    told: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def sql(self, columns: Sequence[str]) -> str:
        """Return the SELECT that makes the faulty dataset out of the right one."""
        names = [name for name in columns if name != self.drop_column]
        right = ", ".join(names)
        wrong = ", ".join(self._changed(name) for name in names)
        if self.add_column:
            return f"SELECT {right}, 'new' AS {self.add_column} FROM {self.dataset}"
        if self.drop:
            return f"SELECT {right} FROM {self.dataset} WHERE NOT COALESCE({self.drop}, FALSE)"
        if self.copy:
            twice = f"SELECT {wrong} FROM {self.dataset} WHERE {self.copy}"
            return f"SELECT {right} FROM {self.dataset} UNION ALL {twice}"
        return f"SELECT {wrong} FROM {self.dataset}"

    def _changed(self, name: str) -> str:
        if name not in self.set:
            return name
        if not self.where:
            return f"{self.set[name]} AS {name}"
        return f"CASE WHEN {self.where} THEN {self.set[name]} ELSE {name} END AS {name}"


def faults(path: Path) -> list[Fault]:
    """Return the faults of a file."""
    read = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [Fault(**one | {"red": tuple(one.get("red", ()))}) for one in read]


@dataclass(frozen=True)
class Judge:
    """The tests of one run with what they knew of it, to be asked once more."""

    recipe: str
    tests: Sequence[TestSpec]
    context: CheckContext
    found: Mapping[str, Finding]  # in the run

    def turned_red(self, fault: Fault, session: Session, only: Sequence[str] | None = None) -> list[str]:
        """Return the tests about the dataset (`only` some) that find more than in the run: a worse verdict, more rows."""
        if self.recipe != fault.recipe and (fault.recipe or not self._is_asked(fault)):
            return []
        names = {f"{self.recipe}: {test.name}": test for test in self.tests}
        asked = [
            test
            for name, test in names.items()
            if fault.dataset in datasets_read(test) and (only is None or name in only)
        ]
        context = replace(
            self.context,
            spans={**self.context.spans, **fault.spans},
            told={**self.context.told, **self._told(fault)},
            as_of=self.context.as_of + timedelta(days=fault.days_later),
        )
        results = evaluate(asked, session, context)
        return [
            f"{self.recipe}: {result.test}"
            for result in results
            if _is_worse((result.verdict, result.n_fail), self.found[result.test])
        ]

    def _told(self, fault: Fault) -> dict[str, Told]:
        known = {name: self.context.told[name].model_dump() for name in fault.told}
        return {name: Told.model_validate(known[name] | dict(other)) for name, other in fault.told.items()}

    def _is_asked(self, fault: Fault) -> bool:
        own = self.recipe.startswith(f"{fault.dataset.partition('.')[0]}/")
        return (own or fault.beyond) and self.recipe != "operations/daily"


def plant(fault: Fault, session: Session) -> None:
    """Put the faulty dataset in the place of the right one, for this session only."""
    columns = [column.name for column in session.columns(fault.dataset)]
    session.stage_sql(fault.dataset, fault.sql(columns), WriteMode())


def _is_worse(now: Finding, before: Finding) -> bool:
    if RANK[now[0]] != RANK[before[0]]:
        return RANK[now[0]] > RANK[before[0]]
    return (now[1] or 0) > (before[1] or 0)
