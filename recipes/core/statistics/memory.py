"""Charts with a memory, for shifts that last: EWMA and CUSUM over standardised residuals. Plain Python."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

CLIP = 3.0  # one wild point must not look like a lasting shift
State = tuple[float, ...]


@dataclass(frozen=True)
class Memory:
    """A chart with a memory: EWMA (`weight` λ, `limit` L in its own standard deviations) or CUSUM (k, h).

    Sources: Roberts 1959 and Lucas & Saccucci 1990 (EWMA), Page 1954 (CUSUM).
    """

    kind: Literal["ewma", "cusum"]
    weight: float  # λ of the EWMA, k of the CUSUM
    limit: float  # L of the EWMA, h of the CUSUM

    @property
    def start(self) -> State:
        return (0.0,) if self.kind == "ewma" else (0.0, 0.0)

    @property
    def threshold(self) -> float:
        """Return what the state may not pass: for the EWMA L √(λ / (2 − λ)), its limit once it has run for a while."""
        if self.kind == "cusum":
            return self.limit
        return self.limit * math.sqrt(self.weight / (2 - self.weight))

    def step(self, state: State, residual: float) -> State:
        """Return the state after one more standardised residual."""
        clipped = max(-CLIP, min(CLIP, residual))
        if self.kind == "ewma":
            return ((1 - self.weight) * state[0] + self.weight * clipped,)
        up, down = state
        return max(0.0, up + clipped - self.weight), max(0.0, down - clipped - self.weight)

    def after(self, state: State, residuals: Iterable[float]) -> State:
        """Return the state after many residuals."""
        for residual in residuals:
            state = self.step(state, residual)
        return state

    def signed(self, state: State) -> float:
        """Return how far the state has gone: positive upwards."""
        if self.kind == "ewma":
            return state[0]
        return state[0] if state[0] >= state[1] else -state[1]

    def shift(self, state: State) -> float:
        """Return the shift that the state speaks of, in standard deviations; of a CUSUM the least that it takes.

        The EWMA estimates the shift itself; a CUSUM grows only by what lies beyond its k.
        """
        found = self.signed(state)
        return found if self.kind == "ewma" else math.copysign(self.weight, found)

    def fires(self, state: State) -> bool:
        return abs(self.signed(state)) > self.threshold

    def as_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "weight": self.weight, "limit": self.limit}
