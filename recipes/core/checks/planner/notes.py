"""What a node reads from the numbers kept with parts, and what it adds to them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlglot import exp

from kitchens.core.stores.base import Session, Version, digest_of
from kitchens.core.stores.measures import FACTS, Facts
from recipes.core.checks.base import Columns
from recipes.core.checks.planner.additive import CannotAddError, packed, unpacked
from recipes.core.checks.tree import sql_of

EDITION = "1"  # raise where the meaning of anything that is kept changes
LOOK_BACK = 50  # parts that may have come since a statement was answered


class Notes:
    """The kept numbers of the parts a session sees, and `found`, what this node adds to them."""

    def __init__(
        self, session: Session, *, statistics: bool, kept: bool, as_new: frozenset[str] = frozenset()
    ) -> None:
        self.session = session
        self.statistics = statistics
        self.kept = kept
        self.as_new = as_new
        self.found: dict[str, dict[str, Any]] = {}
        self._read: dict[str, Mapping[str, Any]] = {}
        self._facts: dict[str, dict[str, Facts]] = {}
        self._earlier: dict[str, Sequence[tuple[Version, str]]] = {}

    def facts(self, dataset: str, version: Version) -> Mapping[str, Facts]:
        """Return what is known of the parts of a dataset by those who wrote them, by part name."""
        if not self.statistics:
            return {}
        if dataset not in self._facts:
            own = dict(self.session.facts(dataset))
            for name, one in own.items():
                self._keep(name, FACTS, one.as_dict())
            if self.kept:
                self._load(version)
                for part in version.parts:
                    if part.name not in own and (raw := self._read[part.name].get(FACTS)):
                        own[part.name] = Facts.from_dict(raw)
            self._facts[dataset] = own
        return self._facts[dataset]

    def number(self, version: Version, part: str, question: str) -> tuple[bool, Any]:
        """Return whether the answer to a question about a part is kept, and the answer."""
        if not self.kept:
            return False, None
        self._load(version)
        raw = self._read[part].get(question)
        return raw is not None, None if raw is None else unpacked(raw)

    def keep_number(self, part: str, question: str, value: Any) -> None:
        """Keep an answer, where its type can be kept."""
        try:
            self._keep(part, question, packed(value))
        except CannotAddError:
            return

    def answer(self, version: Version, question: str) -> Any:
        """Return the kept answer to a question about a whole version, None where there is none."""
        if not self.kept or not version.parts:
            return None
        self._load(version)
        return self._read[version.parts[-1].name].get(question)

    def keep_answer(self, version: Version, question: str, answer: Any) -> None:
        if version.parts:
            self._keep(version.parts[-1].name, question, answer)

    def earlier(self, version: Version) -> Sequence[tuple[Version, str]]:
        """Return what the version may have been before its last parts came, newest first, each with its digest."""
        if version.digest not in self._earlier:
            self._earlier[version.digest] = _earlier(version)
        return self._earlier[version.digest]

    def _load(self, version: Version) -> None:
        if missing := [part.name for part in version.parts if part.name not in self._read]:
            read = self.session.measures(missing)
            self._read |= {name: self._usable(name, read.get(name, {})) for name in missing}

    def _usable(self, part: str, read: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what is known of a part; of one that counts as new only what its writer knows of it."""
        if part not in self.as_new:
            return read
        return {FACTS: read[FACTS]} if FACTS in read else {}

    def _keep(self, part: str, question: str, value: Any) -> None:
        if self._read.get(part, {}).get(question) != value:
            self.found.setdefault(part, {})[question] = value


def about_part(kind: str, aggregate: exp.Expr, where: exp.Expr | None, columns: Columns) -> str:
    """Return the digest of a question about one part: its SQL, and the types its columns are read in."""
    named = {
        found.name for tree in (aggregate, where) if tree is not None for found in tree.find_all(exp.Column)
    }
    types = sorted(f"{name}:{columns[name].type}" for name in named if name in columns)
    return _digest(kind, "part", sql_of(aggregate), sql_of(where) if where is not None else "", *types)


def about_versions(kind: str, sql: str, versions: Mapping[str, str]) -> str:
    """Return the digest of a question about whole versions, given by their digests."""
    return _digest(kind, "versions", sql, *(f"{name}={digest}" for name, digest in sorted(versions.items())))


def _earlier(version: Version) -> Sequence[tuple[Version, str]]:
    found = []
    for end in range(len(version.parts) - 1, max(0, len(version.parts) - 1 - LOOK_BACK), -1):
        old = replace(version, parts=version.parts[:end])
        found.append((old, digest_of(old.columns, old.parts)))
    return found


def _digest(*words: str) -> str:
    return hashlib.sha256("\0".join((EDITION, *words)).encode()).hexdigest()[:40]
