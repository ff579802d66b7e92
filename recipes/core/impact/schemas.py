"""How the columns of datasets change, followed from node to node as far as SQL tells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kitchens.core.impact import SchemaChange, Touched
from recipes.core.impact.folders import Side
from recipes.core.sql.columns import Output, Schemas, Types, outputs, same_type

Outputs = tuple[Output, ...]


@dataclass
class Followed:
    """The columns before and after, and what became of them; a dataset whose new columns nobody knows has none after."""

    before: dict[str, Types]
    after: dict[str, Types]
    changes: list[SchemaChange] = field(default_factory=list)

    def breaking(self) -> dict[str, dict[str, SchemaChange]]:
        """Return dataset -> column in small letters -> what becomes of it, for what readers lose; "" for the whole."""
        found: dict[str, dict[str, SchemaChange]] = {}
        for change in self.changes:
            if change.breaks:
                found.setdefault(change.dataset, {})[change.column.lower()] = change
        return found


def follow(old: Side, new: Side, touched: Sequence[Touched], known: Schemas, built: Schemas) -> Followed:
    """Return how the columns change; `known` are those that the target's data has now, `built` those of a candidate."""
    followed = Followed(dict(known), dict(known))
    for dataset in gone_datasets(old, new):
        recipe, node = old.writers[dataset]
        sentence = f"{dataset} is no longer written: node {node} of {recipe} wrote it."
        followed.changes.append(SchemaChange(dataset, "removed", sentence))
    for one in touched:
        _follow_node(old, new, one, followed, built.get(one.dataset))
    return followed


def gone_datasets(old: Side, new: Side) -> list[str]:
    """Return the datasets that no recipe writes any more; of recipes that cannot be read nothing is said."""
    return sorted(
        dataset
        for dataset, (recipe, _) in old.writers.items()
        if dataset not in new.writers and not (recipe in new.folders and new.folders[recipe].raw is None)
    )


def _follow_node(old: Side, new: Side, one: Touched, followed: Followed, built: Types | None) -> None:
    inputs_changed = {change.dataset for change in followed.changes}
    node = new.node(one.recipe, one.node)
    told = node is not None and node.kind == "sql" and (one.direct or inputs_changed & set(node.reads))
    if node is None or not (told or built):
        return
    before = _outputs(old, one, followed.before)
    after = _as_built(built, _outputs(new, one, followed.after))
    if one.dataset not in followed.before and before is not None:
        followed.before[one.dataset] = {output.name: output.type for output in before}
    if after is None:
        followed.after.pop(one.dataset, None)
        return
    columns = followed.before.get(one.dataset)
    if columns is not None:
        renames = _renames_of(followed.changes, node.reads)
        followed.changes += compare_columns(one.dataset, columns, before or (), after, renames)
    same = {name.lower(): kind for name, kind in (columns or {}).items()}
    followed.after[one.dataset] = {
        output.name: output.type or same.get(output.name.lower(), "") for output in after
    }


def _outputs(side: Side, one: Touched, schemas: Schemas) -> Outputs | None:
    """Return the columns that a node makes on one side, None where it is not there or no SQL."""
    folder, node = side.folders.get(one.recipe), side.node(one.recipe, one.node)
    if node is None or node.kind != "sql" or folder is None or folder.spec is None:
        return None
    return outputs(folder.texts.get(node.file, ""), folder.spec.dialect, schemas)


def _as_built(built: Types | None, told: Outputs | None) -> Outputs | None:
    """Return the columns as they were built, with what the SQL says of their making."""
    if not built:
        return told
    made_of = {output.name.lower(): output.made_of for output in told or ()}
    return tuple(Output(name, kind, made_of.get(name.lower(), "")) for name, kind in built.items())


def _renames_of(changes: Iterable[SchemaChange], datasets: Iterable[str]) -> dict[str, str]:
    wanted = set(datasets)
    return {
        change.column.lower(): change.to.lower()
        for change in changes
        if change.what == "renamed" and change.dataset in wanted
    }


def compare_columns(
    dataset: str, columns: Types, before: Outputs, after: Outputs, renames: Mapping[str, str] | None = None
) -> list[SchemaChange]:
    """Return what becomes of the columns of a dataset; `before` says what the old ones were made of, as far as known.

    A column that goes while a new one is made of the very same expression is renamed. Types are compared where both
    are certain.
    """
    now = {output.name.lower(): output for output in after}
    was = {output.name.lower(): output for output in before}
    fresh = [output for output in after if output.name.lower() not in {name.lower() for name in columns}]
    found: list[SchemaChange] = []
    for name, kind in columns.items():
        output = now.get(name.lower())
        if output is None:
            twin = _twin(was.get(name.lower()), fresh, renames or {})
            if twin is not None:
                fresh.remove(twin)
            found.append(_lost(dataset, name, twin))
        elif change := _retyped(dataset, name, kind, was.get(name.lower()), output):
            found.append(change)
    for output in fresh:
        sentence = f"{dataset} gets the column {output.name}."
        found.append(SchemaChange(dataset, "added", sentence, output.name, after=output.type))
    return found


def _twin(old: Output | None, fresh: Sequence[Output], renames: Mapping[str, str]) -> Output | None:
    if old is None or not old.made_of:
        return None
    made_of = old.made_of.lower()
    same = {made_of, renames.get(made_of, made_of)}
    return next((output for output in fresh if output.made_of.lower() in same), None)


def _lost(dataset: str, column: str, twin: Output | None) -> SchemaChange:
    if twin is None:
        return SchemaChange(dataset, "removed", f"{dataset} loses the column {column}.", column)
    return SchemaChange(
        dataset, "renamed", f"{dataset}.{column} is renamed to {twin.name}.", column, to=twin.name
    )


def _retyped(dataset: str, column: str, kind: str, old: Output | None, new: Output) -> SchemaChange | None:
    before = old.type if old is not None and old.type else kind
    if same_type(before, new.type):
        return None
    sentence = f"{dataset}.{column} changes its type from {before} to {new.type}."
    return SchemaChange(dataset, "retyped", sentence, column, before=before, after=new.type)
