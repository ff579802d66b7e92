"""All checks by name. A new check is a module and a line here."""

from __future__ import annotations

from collections.abc import Mapping

from recipes.core.checks import not_null, row_count, unique
from recipes.core.checks.base import Check

CHECKS: Mapping[str, Check] = {check.name: check for check in (row_count.CHECK, not_null.CHECK, unique.CHECK)}
