"""The SELECT that makes a copy of a dataset: all of it with personal columns masked, a sample, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kitchens.core.stores.base import Column, StoreError
from kitchens.core.stores.text import literal, quote

TEXT = ("VARCHAR", "JSON")


def effective(columns: Sequence[Column], personal: Mapping[str, str]) -> dict[str, str]:
    """Return what happens to each personal column that is there: a hash or first letter needs a text, else it is null."""
    kinds = {column.name: column.type for column in columns}
    return {
        name: mask if mask in ("drop", "null") or kinds[name].startswith(TEXT) else "null"
        for name, mask in personal.items()
        if name in kinds
    }


def copy_sql(
    dataset: str,
    columns: Sequence[Column],
    *,
    personal: Mapping[str, str] | None = None,
    salt: str = "",
    rows: int | None = None,
) -> str:
    """Return the SELECT of a copy. `personal` masks columns, `rows` draws that many at random.

    The salt makes hashes of one kitchen agree with each other, and with nothing else: they join, but tell nothing.
    """
    masks = effective(columns, personal or {})
    kept = [column for column in columns if masks.get(column.name) != "drop"]
    if not kept:
        raise StoreError(f"{dataset} would have no column left. Mask at least one in another way than drop.")
    chosen = ", ".join(_masked(column, masks.get(column.name, ""), salt) for column in kept)
    domain, table = dataset.split(".", 1)
    sql = f"SELECT {chosen} FROM {quote(domain)}.{quote(table)}"  # noqa: S608 - names are quoted, texts are literals
    return sql if rows is None else f"{sql} ORDER BY random() LIMIT {int(rows)}"


def _masked(column: Column, mask: str, salt: str) -> str:
    name = quote(column.name)
    if mask == "null":
        return f"CAST(NULL AS {column.type}) AS {name}"
    if mask == "hash":
        return f"md5({literal(salt)} || CAST({name} AS VARCHAR) || {literal(salt)}) AS {name}"
    if mask == "first_letter":
        return f"substr(CAST({name} AS VARCHAR), 1, 1) AS {name}"
    return name


def masks_in_words(masks: Mapping[str, str]) -> str:
    """Say what happens to personal columns: "email hashed, name dropped"."""
    said = {"hash": "hashed", "drop": "left out", "null": "emptied", "first_letter": "cut to one letter"}
    return ", ".join(f"{name} {said[mask]}" for name, mask in masks.items())
