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
        # Of the training when something was measured last.
        self._seconds = 0.0
        self._since = 0
        # Steps from one measurement to the next. Reckoned when one was made, and not at every step.
        self.interval = 1

    def due(self) -> bool:
        """Asked once a step: whether this one is to be measured."""
        self._since += 1
        return self._since >= self.interval

    def spent(self, seconds: float, trained: float) -> None:
        """A measurement took so many seconds, when all steps so far together had taken `trained` seconds."""
        step_seconds = (trained - self._seconds) / max(1, self._since)
        self._since, self._seconds = 0, trained
        self._costs = [*self._costs[-(2 * WARM_UP - 1) :], seconds]
        if len(self._costs) >= WARM_UP and step_seconds > 0:
            interval = math.ceil(statistics.median_low(self._costs) / (self._share * step_seconds))
            self.interval = max(1, min(MAX_INTERVAL, interval))
