"""How often something may be measured that costs time."""

from __future__ import annotations

import math
import statistics

# Of a step's time, for what is measured every n steps.
SHARE = 0.001
WARM_UP = 2
MAX_INTERVAL = 1000


class Budget:
    """Spreads a measurement so that it takes at most `share` of the time. The first two are taken at once, and tell the
    cost; the first one alone is slower than those that follow."""

    def __init__(self, share: float = SHARE) -> None:
        self._share = share
        self._costs: list[float] = []
        self._step_seconds: float | None = None
        self._since = 0

    @property
    def interval(self) -> int:
        """Steps from one measurement to the next."""
        if len(self._costs) < WARM_UP or not self._step_seconds:
            return 1
        return max(
            1, min(MAX_INTERVAL, math.ceil(statistics.median_low(self._costs) / (self._share * self._step_seconds)))
        )

    def due(self) -> bool:
        """Asked once a step: whether this one is to be measured."""
        self._since += 1
        return self._since >= self.interval

    def spent(self, seconds: float) -> None:
        self._since = 0
        self._costs = [*self._costs[-(2 * WARM_UP - 1) :], seconds]

    def stepped(self, seconds: float) -> None:
        """A step took so long."""
        known = self._step_seconds
        self._step_seconds = seconds if known is None else known + 0.1 * (seconds - known)
