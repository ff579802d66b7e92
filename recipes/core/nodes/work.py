"""One node's work inside its process: what it was given, the session it may use, and what came of it so far."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kitchens.core.stores.base import Session, Staged, WriteMode
from recipes.core.nodes.base import Job
from recipes.core.nodes.log import HUB, LogFile
from recipes.core.nodes.masking import Masker
from recipes.core.nodes.pump import Pump
from recipes.core.quoting import without_values
from recipes.core.spec.model import WriteSpec

MOST_MEASURES = 500
MEASURE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,79}")


class NodeError(Exception):
    """The node failed, and this is why, in a sentence for people; `detail` is the long form."""

    def __init__(
        self, reason: str, *, detail: str = "", retryable: bool = True, exit_code: int | None = None
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail
        self.retryable = retryable
        self.exit_code = exit_code


class RecipeError(NodeError):
    """The recipe is wrong: trying again would fail again."""

    def __init__(self, reason: str, *, detail: str = "") -> None:
        super().__init__(reason, detail=detail, retryable=False)


@dataclass
class Work:
    """What a kind's `run` gets. It raises NodeError (or anything) where the node failed."""

    job: Job
    folder: Path  # private, holds the recipe's files; removed afterwards
    log_file: LogFile
    mask: Masker
    pump: Pump
    opener: Callable[[], Session] | None = None  # None: the node was given no data store
    session: Session | None = None  # open once something was read or written
    values: dict[str, Any] = field(default_factory=dict)  # typed
    measures: dict[str, float] = field(default_factory=dict)
    staged: list[Staged] = field(default_factory=list)
    reads: set[str] = field(default_factory=set)
    began: float = field(default_factory=time.monotonic)

    @property
    def said(self) -> str | None:
        """Return the words of the recipe and its columns, all an error may quote; None where it sees nothing personal."""
        if not self.job.personal:
            return None
        columns = [column["name"] for version in self.job.manifest.values() for column in version["columns"]]
        return " ".join([self.job.node.model_dump_json(), *self.job.files.values(), *columns])

    def quoting_no_value(self, message: str) -> str:
        """Return a message without the values it quotes, where the node sees personal columns."""
        return message if self.said is None else without_values(message, self.said)

    def log(self, text: str) -> None:
        self.log_file.write(HUB, [self.mask(line) for line in text.splitlines() or [""]])

    def measure(self, key: str, number: float) -> None:
        """Keep a number; RecipeError for a name or number that cannot be kept."""
        if not MEASURE_NAME.fullmatch(key):
            raise RecipeError(f"The measure {key!r} has a bad name: use letters, digits and . _ - only.")
        try:
            value = float(number)
        except (TypeError, ValueError):
            raise RecipeError(f"The measure {key!r} is {number!r}, which is not a number.") from None
        if not math.isfinite(value):
            raise RecipeError(f"The measure {key!r} is {value}, which is not a finite number.")
        if key not in self.measures and len(self.measures) >= MOST_MEASURES:
            raise RecipeError(
                f"The node has more than {MOST_MEASURES} measures; publish rows in a dataset instead."
            )
        self.measures[key] = value

    def data(self) -> Session:
        """Return the session, opened at the first call; RecipeError where the node was given no data store."""
        if self.session is None and self.opener is not None:
            self.session = self.opener()
        if self.session is None:
            raise RecipeError(f"The node {self.job.node.name!r} was started without a data store.")
        return self.session

    def write_of(self, dataset: str) -> WriteSpec:
        """Return how the node declares to write the dataset, which it may do once."""
        node = self.job.node
        for write in node.writes:
            if write.dataset == dataset:
                if any(done.dataset == dataset for done in self.staged):
                    raise RecipeError(
                        f"The node {node.name!r} writes {dataset!r} twice; write all its rows at once."
                    )
                return write
        raise RecipeError(
            f"The node {node.name!r} writes {dataset!r} but does not declare it. "
            f"Add it under `writes:` of that node in recipe.yaml."
        )

    def file_text(self, name: str) -> str:
        """Return a file of the recipe."""
        try:
            return self.job.files[name]
        except KeyError:
            raise RecipeError(
                f"The recipe has no file {name!r}, which node {self.job.node.name!r} names."
            ) from None


def mode_of(write: WriteSpec) -> WriteMode:
    return WriteMode(write.mode, write.columns)
