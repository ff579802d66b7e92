"""One dataset up the ladder: the same snapshot, its columns, its numbers, its rows. Each rung costs more than the last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hub.common.errors import InvalidError, MissingError, UnavailableError
from kitchens.core import words
from kitchens.core.datadiff import ColumnRow, likely_keys, masked_row, side_by_side
from kitchens.core.roles import Actor
from kitchens.core.stores import apart
from kitchens.core.stores.base import Column, Diff, StoreError, Version
from kitchens.core.stores.profiles import Profile, added_up
from kitchens.models import Kitchen, Revision, Snapshot
from kitchens.ports import ports
from kitchens.queries.data import newest, open_kitchen_store, store_address, version_of
from kitchens.queries.datadiff import Against, DatasetChange, Pair, columns_of, described
from kitchens.queries.manifests import Place, digests
from kitchens.queries.provision import personal_columns

NUMBERS_SECONDS, ROWS_SECONDS = 20.0, 30.0
MOST_ROWS = 5_000_000  # of parts that only one side has: more are not joined here
SAMPLE = 50


@dataclass(frozen=True)
class DatasetDiff:
    """A dataset on both sides. `same` ends the ladder: nothing was read, nothing is left to say."""

    kitchen: Kitchen
    target: Kitchen
    pinned: Revision
    against: Against
    dataset: str
    change: DatasetChange
    same: bool
    shared_parts: int = 0
    own_parts: int = 0

    @property
    def sentence(self) -> str:
        before = self.before_words
        if self.same:
            return f"The same snapshot as in {before}: nothing differs, and no data was read to know it."
        if self.change.kind == "added":
            return f"It is new: {before} has no such dataset."
        if self.change.kind == "removed":
            return f"It is gone here; {before} has it."
        shared = (
            f" They share {words.count(self.shared_parts, 'part')}, which nobody reads again."
            if self.shared_parts
            else ""
        )
        return f"Another snapshot than in {before}.{shared}"

    @property
    def before_words(self) -> str:
        at = f"at revision {self.pinned.number}" if self.against == "fork" else "as it is now"
        return f"{self.target} {at}"


def dataset_diff(kitchen: Kitchen, dataset: str, against: Against = "fork") -> DatasetDiff:
    """Return the first two rungs for one dataset; MissingError where neither side has ever had it. Reads no data.

    About fifteen queries two levels below production.
    """
    revision, target = newest(kitchen), kitchen.parent
    if target is None or revision.parent_revision is None:
        raise MissingError(f"{kitchen.slug} has no parent to compare its data with.")
    pinned = revision.parent_revision
    mine, fork, now = (
        place.ids([dataset])[dataset]
        for place in (Place(kitchen, revision), Place(target, pinned), Place(target))
    )
    before = fork if against == "fork" else now
    if before is None and mine is None:
        raise MissingError(f"Neither {kitchen} nor {target} has a dataset {dataset[:160]}.")
    known = digests([mine, fork, now])
    (change,) = described([Pair(dataset, before, mine, known[fork] != known[now])])
    old, new = (_parts(side) for side in (change.before, change.after))
    same = known[before] == known[mine]
    return DatasetDiff(
        kitchen, target, pinned, against, dataset, change, same, len(old & new), len(old ^ new)
    )


def shows_values(diff: DatasetDiff, by: Actor) -> bool:
    """Say whether rows and values of both sides may be shown: not where the kitchen has the dataset masked.

    A look into git for a sample, which may be of personal columns.
    """
    name = diff.dataset
    choice = diff.kitchen.data_choices.get(name, "")
    hidden = choice == "masked" or (choice == "sample" and name in personal_columns(diff.pinned.commit))
    return not hidden and all(by.may("data.sample", side.slug) for side in (diff.kitchen, diff.target))


def _parts(snapshot: Snapshot | None) -> set[str]:
    return {part["name"] for part in snapshot.parts} if snapshot else set()


@dataclass(frozen=True)
class Numbers:
    """The third rung: rows, nulls, distinct values, smallest and largest. `waits` says why there are none yet."""

    columns: Sequence[ColumnRow]
    rows_before: int | None
    rows_after: int | None
    estimated: bool
    waits: str = ""
    goes_on: bool = False  # asking again gets further
    counted: int = 0
    parts: int = 0


def numbers(
    diff: DatasetDiff, *, values: bool, count: bool = True, seconds: float = NUMBERS_SECONDS
) -> Numbers:
    """Return the numbers of both sides. Parts counted before cost nothing; others are read in a process of their own.

    Without `count` nothing is read: what is not known yet is said in `waits`. `values` is whether this person may see
    smallest and largest values.
    """
    sides = versions(diff)
    before = _known(diff, sides)
    missing = _missing(sides, before)
    why = ""
    if missing and count:
        try:
            apart.profile(store_address(diff.kitchen), [side for side in sides if side], seconds=seconds)
        except (apart.OutOfTimeError, apart.BusyError) as fault:
            why = str(fault)
        except StoreError as fault:
            raise InvalidError(str(fault)) from fault
    known = _known(diff, sides) if missing and count else before
    left = _missing(sides, known)
    total = len({part.name for side in sides if side for part in side.parts})
    if left:
        return _not_yet(why, total - len(left), total, further=len(left) < len(missing) or "Others" in why)
    return _side_by_side(diff, sides, known, values)


def versions(diff: DatasetDiff) -> tuple[Version | None, Version | None]:
    """Return both sides as the store knows them; MissingError where the data of one is no longer kept."""
    for side in (diff.change.before, diff.change.after):
        if side and side.collected_at:
            raise MissingError(
                f"The data of {diff.dataset} as it was is no longer kept.",
                remedy="Settings, Retention says how long old versions are kept.",
            )
    return tuple(version_of(side) if side else None for side in (diff.change.before, diff.change.after))  # type: ignore[return-value]


def _known(diff: DatasetDiff, sides: Sequence[Version | None]) -> dict[str, Profile]:
    store = open_kitchen_store(diff.kitchen)
    found: dict[str, Profile] = {}
    try:
        for side in sides:
            found |= store.profiles(side) if side else {}
    except StoreError as fault:
        raise UnavailableError(str(fault)) from fault
    return found


def _missing(sides: Sequence[Version | None], known: dict[str, Profile]) -> set[str]:
    return {part.name for side in sides if side for part in side.parts} - known.keys()


def _not_yet(why: str, counted: int, total: int, *, further: bool) -> Numbers:
    done = f"{words.number(counted)} of {words.count(total, 'part')} are counted."
    if why and not further:
        return Numbers(
            (), None, None, False, f"{why} {done} One of the parts is too large to be counted here."
        )
    return Numbers((), None, None, False, f"{done} {why}".strip(), True, counted, total)


def _side_by_side(
    diff: DatasetDiff, sides: Sequence[Version | None], known: dict[str, Profile], values: bool
) -> Numbers:
    old, new = (added_up([known[p.name] for p in s.parts], s.columns) if s else None for s in sides)
    columns = side_by_side(old, new, all_columns(diff), values=values)
    estimated = any(not c.exact for side in (old, new) if side for c in side.columns.values())
    return Numbers(columns, old.rows if old else None, new.rows if new else None, estimated)


def all_columns(diff: DatasetDiff) -> list[Column]:
    """Return the columns of either side, each once, as the newer one has it."""
    found = {c.name: c for side in (diff.change.before, diff.change.after) for c in columns_of(side)}
    return list(found.values())


@dataclass(frozen=True)
class Keys:
    """Which columns may identify a row: told by recipes and tests, or found in the numbers."""

    told: Sequence[tuple[str, ...]]
    likely: Sequence[str]

    @property
    def texts(self) -> list[str]:
        return list(dict.fromkeys([*(", ".join(key) for key in self.told), *self.likely]))

    @property
    def first_text(self) -> str:
        return next(iter(self.texts), "")

    @property
    def sentence(self) -> str:
        if self.told:
            return f"{words.listed([', '.join(key) for key in self.told])}: so say the recipe and its tests."
        if self.likely:
            return f"{words.listed(self.likely)}: no value comes twice, as far as the numbers tell."
        return "No single column identifies a row; name several."


def keys(diff: DatasetDiff) -> Keys:
    """Return the keys to propose. What the numbers tell is only there once they are counted; reads no rows."""
    there = {column.name for column in columns_of(diff.change.before)} & {
        column.name for column in columns_of(diff.change.after)
    }
    told = [key for key in ports.known_keys(diff.kitchen.pk, diff.dataset) if set(key) <= there]
    sides = versions(diff)
    known = _known(diff, sides)
    if _missing(sides, known):
        return Keys(told, ())
    profiles = [added_up([known[p.name] for p in side.parts], side.columns) for side in sides if side]
    columns = [column for column in columns_of(diff.change.after) if column.name in there]
    return Keys(told, likely_keys(columns, profiles))


def rows(diff: DatasetDiff, key: Sequence[str], *, values: bool, seconds: float = ROWS_SECONDS) -> Diff:
    """Return the rows that differ, by key, with a sample; InvalidError says why not, and what else to try.

    Parts that both sides share are not read. Values are hidden from those who may not see them.
    """
    old, new = versions(diff)
    if old is None or new is None or diff.same:
        raise InvalidError("There are no two different versions whose rows could be compared.")
    shared = {part.name for part in old.parts} & {part.name for part in new.parts}
    apart_rows = sum(p.rows for side in (old, new) for p in side.parts if p.name not in shared)
    if apart_rows > MOST_ROWS:
        raise InvalidError(
            f"{words.number(apart_rows)} rows lie in parts that only one side has; at most {words.number(MOST_ROWS)} are"
            " compared here.",
            remedy="Compare their numbers, or run a recipe in the kitchen that compares them.",
        )
    try:
        found = apart.diff(store_address(diff.kitchen), old, new, key, limit=SAMPLE, seconds=seconds)
    except apart.OutOfTimeError as fault:
        raise InvalidError(
            f"{fault} The comparison was stopped.", remedy="Compare their numbers instead."
        ) from fault
    except apart.BusyError as fault:
        raise UnavailableError(str(fault), remedy="Try again in a moment.") from fault
    except StoreError as fault:
        raise InvalidError(str(fault), remedy=_other_keys(keys(diff), key), field="key") from fault
    return found if values else replace(found, sample=tuple(_masked(row) for row in found.sample))


def _other_keys(found: Keys, tried: Sequence[str]) -> str:
    others = [", ".join(key) for key in found.told if list(key) != list(tried)]
    others += [name for name in found.likely if [name] != list(tried) and name not in others]
    return f"Try {words.listed(others)}." if others else ""


def _masked(row: dict[str, object]) -> dict[str, object]:
    sides = {side: masked_row(row[side], row[side]) for side in ("before", "after") if row[side]}  # type: ignore[arg-type]
    return {**row, "key": masked_row(row["key"], row["key"]), **sides}  # type: ignore[arg-type]
