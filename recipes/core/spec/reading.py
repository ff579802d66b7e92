"""What all parts of a recipe are read with: its files, the names known so far, and the faults."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from recipes.core.spec.faults import Faults, did_you_mean
from recipes.core.spec.keys import Key
from recipes.core.spec.model import Place, ValueSpec
from recipes.core.spec.section import Section
from recipes.core.spec.yaml import Node, walk
from recipes.core.sql import SqlFault
from recipes.core.templates import TemplateError, has_template, names
from recipes.core.values import SYSTEM_VALUES

FILE_LIMIT = 2 * 1024 * 1024
IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,59}")
SLUG = re.compile(r"[a-z][a-z0-9_-]{0,59}")
TITLE = re.compile(r"[^\s/\x00-\x1f\x7f](?:[^\x00-\x1f\x7f]{0,118}[^\s\x00-\x1f\x7f])?")
DATASET = re.compile(r"[a-z][a-z0-9_]{0,59}\.[a-z][a-z0-9_]{0,59}")
IN_WORDS = {
    IDENTIFIER: "small letters, digits and _",
    SLUG: "small letters, digits, _ and -",
    TITLE: "at most 120 characters without line breaks",
}


@dataclass
class Reading:
    """One recipe folder while it is read."""

    domain: str
    name: str
    files: Mapping[str, bytes]
    links: frozenset[str]
    faults: Faults = field(default_factory=Faults)
    dialect: str = "duckdb"
    store: str = ""  # kind of the store it has to run on, where that is known
    values: dict[str, ValueSpec] = field(default_factory=dict)
    value_names: frozenset[str] = frozenset()
    source_names: frozenset[str] = frozenset()
    unsure: set[str] = field(default_factory=set)  # nodes of which it is not known what they write

    def sections(
        self, top: Section, key: str, keys: Iterable[Key], pattern: re.Pattern[str], noun: str
    ) -> Iterator[tuple[str, Section]]:
        """Yield name and section of every entry below a top-level key whose name is allowed; faults are kept."""
        for name, (node, place) in top.inside(key).items():
            if not pattern.fullmatch(name):
                message = f"{name[:80]!r} cannot be the name of a {noun}."
                self.faults.add("bad-name", message, f"Use {IN_WORDS[pattern]}.", place)
                continue
            yield name, Section(f"{noun.capitalize()} {name}", node, keys, self.faults, place)

    def known(self, kind: str, name: str, there: Iterable[str], what: str, at: Place) -> bool:
        """Say whether a name is among those there are; if not, a fault says so and what was perhaps meant."""
        there = list(there)
        if name in there:
            return True
        self.faults.add(f"unknown-{kind}", f"{what} names the {kind} {name!r}, which does not exist.",
                        did_you_mean(name, there), at)  # fmt: skip
        return False

    def check_templates(self, node: Node, what: str, at: Place | None = None) -> frozenset[str]:
        """Check every template in the texts below a node; return the names of the values they use."""
        used: set[str] = set()
        for each in walk(node):
            if not has_template(each.value):
                continue
            try:
                found = names(each.value)
            except TemplateError as error:
                self.faults.add("template", f"{what}: {error}", "", at or each.place)
                continue
            self.defined(found, what, at or each.place)
            used |= found
        return frozenset(used)

    def defined(self, used: Iterable[str], what: str, at: Place) -> None:
        """Report the names among `used` that are no values of the recipe or the hub."""
        there = [*sorted(self.value_names), *SYSTEM_VALUES]
        for name in sorted(used):
            if name not in there:
                message = f"{what} uses the value {name}, which is not defined."
                remedy = f"{did_you_mean(name, there)} Or define it under values."
                self.faults.add("undefined-value", message, remedy.strip(), at)

    def dataset(self, name: str, what: str, at: Place) -> bool:
        """Say whether this is the name of a dataset; a fault says how it is written."""
        if DATASET.fullmatch(name) and not name.startswith("source."):
            return True
        self.faults.add("bad-dataset-name", f"{what}: {name!r} is not the name of a dataset.",
                        f"Write <domain>.<table> in small letters, like {self.domain}.orders.", at)  # fmt: skip
        return False

    def text(self, path: str, what: str, at: Place) -> str | None:
        """Return a file of the recipe as text; None, with a fault, where it is not there or not fit to be read."""
        if trouble := self._path_trouble(path):
            self.faults.add(*trouble, at=at)
            return None
        content = self.files[path]
        if len(content) > FILE_LIMIT:
            limit = f"{FILE_LIMIT // 1024 // 1024} MB"
            self.faults.add("too-large", f"{path} is larger than {limit}.", "Keep data out of recipes.", at)
            return None
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            place = Place(file=path, line=content[: error.start].count(b"\n") + 1)
            self.faults.add("unreadable-file", f"{path} is not UTF-8 text.", "Save it as UTF-8.", place)
            return None

    def _path_trouble(self, path: str) -> tuple[str, str, str] | None:
        inside = "Name a file that lies beside recipe.yaml or below."
        if path.startswith(("/", "~")) or re.match(r"[A-Za-z]:", path):
            return "file-outside", f"The path {path!r} is absolute.", inside
        if "\\" in path or any(part in {"", ".", ".."} for part in path.split("/")):
            return (
                "file-outside",
                f"The path {path!r} leaves the folder of the recipe or is not plain.",
                inside,
            )
        if path in self.links or any(path.startswith(f"{link}/") for link in self.links):
            return "linked-file", f"{path!r} is a link.", "Put the file itself into the folder."
        if path not in self.files:
            there = [name for name in sorted(self.files) if name != "recipe.yaml"]
            return "missing-file", f"There is no file {path!r} in the folder.", did_you_mean(path, there)
        return None

    def take_sql(
        self, faults: Iterable[SqlFault], place: Callable[[SqlFault], Place], what: str = ""
    ) -> bool:
        """Keep faults of SQL; say whether there were any."""
        found = list(faults)
        for fault in found:
            message = f"{what}: {fault.message}" if what else fault.message
            self.faults.add(fault.code, message, fault.remedy, place(fault))
        return bool(found)


def texts(raw: Any) -> tuple[str, ...]:
    return tuple(raw or ())
