"""Values of datasets as JSON can hold them, long ones cut."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from kitchens.core.stores.base import Result
from recipes.core.checks.base import CheckContext
from recipes.core.checks.words import cut

GROUPS = 10  # offending values kept with their counts


def as_dictionaries(result: Result, context: CheckContext) -> tuple[dict[str, Any], ...]:
    """Return rows as dictionaries of values that JSON can hold, long texts cut."""
    names = [column.name for column in result.columns]
    return tuple(
        {name: plain(value, context.evidence_characters) for name, value in zip(names, row, strict=True)}
        for row in result.rows
    )


def plain(value: Any, characters: int) -> Any:
    """Return a value as JSON holds it: dates as ISO text, decimals and what is not finite as text."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return cut(bytes(value)[:characters].hex(), characters)
    if isinstance(value, Mapping):
        return {str(key): plain(item, characters) for key, item in list(value.items())[:characters]}
    if isinstance(value, list | tuple | set):
        return [plain(item, characters) for item in list(value)[:characters]]
    if isinstance(value, Decimal | timedelta):
        return str(value)
    return cut(str(value).replace("\x00", "�"), characters)
