"""How many samples a step trains with."""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Callable
from typing import Any

# Batches kept of one iterator that no backward has taken.
MAX_BATCHES = 16


class Batches:
    """Batches belong to the step whose backward takes them, in the order in which they were fetched.

    A backward takes a batch of each iterator that has some, as of loaders that are zipped. Of some iterators more are
    fetched before that: accelerate is one batch ahead, and the batches of an accumulated step may be fetched at once.
    How many, the first backward shows; what is there beyond that is taken together. What was left by iterators that are
    over, as of a batch that the script skips or of an evaluation, is of no step once another one is in use.
    """

    def __init__(self) -> None:
        self._sources: dict[int, _Source] = {}
        # Where the batches came from that were fetched since the last step.
        self._fetched: deque[_Source] = deque(maxlen=MAX_BATCHES)

    def fetched(self, samples: int, iterator: Any) -> None:
        source = self._sources.get(id(iterator))
        if source is None or source.over:
            source = self._sources[id(iterator)] = _Source(iterator)
        source.waiting.append(samples)
        self._fetched.append(source)

    def exhausted(self, iterator: Any) -> None:
        source = self._sources.get(id(iterator))
        if source is not None:
            source.exhausted = True

    def take(self) -> int:
        """Samples that the backward which begins is of."""
        self._forget_those_that_are_over()
        return sum(source.take() for source in self._sources.values())

    def take_all(self) -> int:
        """Samples of a step without a backward."""
        self._forget_those_that_are_over()
        samples = sum(sum(source.waiting) for source in self._sources.values())
        self._sources = {}
        return samples

    def step_ends(self) -> None:
        self._fetched.clear()

    def forget_fetched(self) -> None:
        """What was fetched since the last step was none of the training's."""
        while self._fetched:
            source = self._fetched.pop()
            if source.waiting:
                source.waiting.pop()

    def _forget_those_that_are_over(self) -> None:
        if len(self._sources) < 2:
            return
        running = {key: source for key, source in self._sources.items() if not source.over}
        # The last batches of all of them can be left.
        if any(source.waiting for source in running.values()):
            self._sources = running


class _Source:
    """What one iterator has fetched."""

    def __init__(self, iterator: Any) -> None:
        self._iterator: Callable[[], Any] = weakref.ref(iterator)
        self.exhausted = False
        self.waiting: deque[int] = deque(maxlen=MAX_BATCHES)
        # How many batches stay when a backward takes its own.
        self._ahead: int | None = None

    @property
    def over(self) -> bool:
        return self.exhausted or self._iterator() is None

    def take(self) -> int:
        if not self.waiting:
            return 0
        if self._ahead is None:
            self._ahead = len(self.waiting) - 1
        return sum(self.waiting.popleft() for _ in range(max(1, len(self.waiting) - self._ahead)))
