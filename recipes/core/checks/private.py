"""What a result may say of personal columns: names, counts, and averages over many rows; no value that a row has.

Evidence hides whole columns (`personal`); here it is about all the rest of a result: its sentence, its details, its
measure, and what the data engine says when it refuses a value, which it quotes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from kitchens.core.datadiff import HIDDEN
from kitchens.core.stores.base import Session
from recipes.core.checks.base import CheckContext
from recipes.core.checks.parameters import datasets_read
from recipes.core.checks.personal import Hiding, names_of
from recipes.core.checks.words import counted, cut
from recipes.core.nodes.base import Measured
from recipes.core.quoting import without_values
from recipes.core.spec.model import TestSpec

OWN_VALUES = frozenset({"min", "max", "median", "quantile"})  # each of them is the value of one row
NEWEST = frozenset({"freshness", "freshness_anomaly"})  # measure how old the newest value is
MOMENTS = frozenset({"aggregate", "aggregate_anomaly", "aggregate_balance", "mean_shift", "variance_shift"})
FEWEST = 5  # rows that an average has to be of
# Their details name columns, types, datasets, runs and fingerprints, never a value.
OF_THE_WHOLE = frozenset(
    {
        *(
            "schema_match",
            "exposure_valid",
            "schema_drift",
            "table_changed",
            "location_balance",
            "profile_drift",
        ),
        *(
            "row_count",
            "row_count_match",
            "row_count_change",
            "row_count_anomaly",
            "run_duration",
            "arrival_window",
            "run_status",
            "run_cost",
            "event_metric",
        ),
    }
)
SUMMED = (
    exp.Count,
    exp.Avg,
    exp.Sum,
    exp.Stddev,
    exp.StddevPop,
    exp.StddevSamp,
    exp.Variance,
    exp.VariancePop,
)


class Private:
    """Takes out of results what they say of values of personal columns."""

    def __init__(self, context: CheckContext, session: Session) -> None:
        self._personal, self._dialect = context.personal, context.dialect
        self._files, self._names = context.files, names_of(session)

    def result(self, test: TestSpec, measured: Measured) -> Measured:
        """Return the result without values of personal columns; it is the same where the test has to do with none."""
        read = datasets_read(test) if self._personal else frozenset()
        concerned = sorted(name for name in read if name in self._personal)
        if not concerned:
            return measured
        columns = {one for name in concerned for one in self._names(name)}
        secret = {column.lower() for name in concerned for column in self._personal[name]}
        about = _About(test, self._files, self._dialect, columns, secret)
        if measured.verdict == "error":
            return _quoting_nothing(measured, about.said)
        if not about.touches or measured.check in OF_THE_WHOLE:
            return measured
        hiding = Hiding({name: self._personal[name] for name in concerned}, self._names)
        told = measured.model_copy(update={"details": _details(measured.details, about.said, hiding)})
        return _unmeasured(told, about) if about.tells_a_value(measured) else told


class _About:
    """What a test is about: the personal columns among those it names."""

    def __init__(
        self, test: TestSpec, files: Mapping[str, str], dialect: str, columns: set[str], secret: set[str]
    ) -> None:
        self._test, self._dialect, self._secret = test, dialect, secret
        self.sql = str(test.params.get("sql") or files.get(str(test.params.get("file", "")), ""))
        self.said = " ".join((json.dumps(test.params, default=str), test.where or "", self.sql, *columns))
        written = json.dumps({k: v for k, v in test.params.items() if k != "where"}, default=str) + self.sql
        self._named = set(re.findall(r"\w+", written.lower())) & columns

    @property
    def touches(self) -> bool:
        """Whether it names a personal column, or none at all and so looks at all of them.

        A column with moments that a test finds by itself is never a personal one.
        """
        if self._test.check == "freshness_anomaly" and not self._test.params.get("column"):
            return False
        return bool(self._named & self._secret) or not self._named or "*" in self.sql

    @cached_property
    def touched(self) -> str:
        return ", ".join(sorted(self._named & self._secret)) or "what it reads"

    def tells_a_value(self, measured: Measured) -> bool:
        """Whether its measure is the value of a row, or so good as that."""
        params = self._test.params
        if measured.check in NEWEST or params.get("function") in OWN_VALUES:
            return True
        if measured.check == "python_check":
            return True
        if measured.check == "sql_metric":
            return self._sql_tells()
        return measured.check in MOMENTS and 0 < (measured.n_applicable or 0) < FEWEST

    def _sql_tells(self) -> bool:
        """Whether a personal column stands in what the SQL answers other than counted, summed or averaged."""
        try:
            tree = parse_one(self.sql, dialect=self._dialect)
        except SqlglotError:
            return True
        named = [one for one in tree.find_all(exp.Column) if one.name.lower() in self._secret]
        return any(not one.find_ancestor(*SUMMED, exp.Where, exp.Join) for one in named)


def _quoting_nothing(measured: Measured, said: str) -> Measured:
    details = {
        name: without_values(text, said) if isinstance(text, str) else text
        for name, text in measured.details.items()
    }
    sentence = without_values(measured.sentence, said)
    return measured.model_copy(update={"sentence": cut(sentence, 400), "details": details})


def _details(details: Mapping[str, Any], said: str, hiding: Hiding) -> dict[str, Any]:
    """Return details with the values of offending rows hidden, and every text that nobody who wrote the test has said."""
    told: dict[str, Any] = {}
    for name, value in details.items():
        if name == "offending":
            told[name] = [one | {"values": hiding.row(one["values"])} for one in value]
        elif name == "evidence_failed":
            told[name] = without_values(str(value), said)
        else:
            told[name] = _unsaid(value, said.lower())
    return told


def _unsaid(value: Any, said: str) -> Any:
    if isinstance(value, str):
        return value if value.lower() in said else HIDDEN
    if isinstance(value, Mapping):
        return {name: _unsaid(one, said) for name, one in value.items()}
    if isinstance(value, Sequence):
        shown = [_unsaid(one, said) for one in value]
        return [one for place, one in enumerate(shown) if one != HIDDEN or HIDDEN not in shown[:place]]
    return value


def _unmeasured(measured: Measured, about: _About) -> Measured:
    """Return the verdict and the counts alone, without a number that is somebody's own."""
    said = f"{about.touched} of {measured.dataset} {_does(measured)}; it is personal, so what was measured is not kept."
    if measured.check == "python_check" and measured.n_fail is not None:
        rows = f" of {counted(measured.n_applicable, 'row')}" if measured.n_applicable is not None else ""
        found = f"{counted(measured.n_fail, 'failing row')}{rows} of {measured.dataset}"
        said = f"{found}; what else the check says may be personal, so it is not kept."
    kept = {name: one for name, one in measured.details.items() if isinstance(one, int)}
    told = {"sentence": cut(said, 400), "measure": measured.n_fail, "details": kept, "baselines": ()}
    return measured.model_copy(update=told)


def _does(measured: Measured) -> str:
    if measured.verdict == "learning":
        return "cannot be learnt: take an average over many rows"
    does = {"pass": "keeps its limits", "not_evaluated": "has nothing to judge"}
    return does.get(measured.verdict, "breaks its limits")
