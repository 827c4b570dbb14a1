"""What must not wait for the next batch."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite

from gradwatch.fields import Held, Value

JUMP_FACTOR = 4.0
JUMPING = frozenset({"loss", "gradient_norm"})


class News:
    """Tells whether a report is worth sending at once, so that a finding can come back within a step.

    News is a value that stops being finite, or a loss or gradient norm of more than 4 times the last one. A field that
    stays NaN is no longer news.
    """

    def __init__(self) -> None:
        self._last: dict[str, Value] = {}

    def in_values(self, values: Mapping[str, Held]) -> bool:
        news, known = False, self._last
        for name, value in values.items():
            last = known.get(name)
            if value == last or isinstance(value, dict):
                continue
            known[name] = value
            if not isfinite(value):
                news = news or last is None or isfinite(last)
            elif name in JUMPING and last is not None:
                news = news or abs(value) > JUMP_FACTOR * abs(last)
        return news
