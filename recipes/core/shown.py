"""How values of a recipe are shown, and typed, as text."""

from __future__ import annotations

import json
from typing import Any


def as_text(value: Any) -> str:
    """Return a value as a person would write it: yes and no, lists with commas, dictionaries as JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, list | tuple):
        return ", ".join(as_text(part) for part in value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
