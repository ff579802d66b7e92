"""Percentages in parameters: 30, or "30 %"."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field


def _number(value: Any) -> Any:
    if isinstance(value, str) and value.rstrip().endswith("%"):
        return value.rstrip()[:-1].strip()
    return value


Percent = Annotated[float, BeforeValidator(_number), Field(ge=0, allow_inf_nan=False)]
