"""What the callbacks of all frameworks share: the run, and the watch of PyTorch."""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar

import gradwatch
from gradwatch.ending import ending_of
from gradwatch.run import Run

logger = logging.getLogger("gradwatch")

Callbacks = TypeVar("Callbacks", bound=type)


def harmless(cls: Callbacks) -> Callbacks:
    """The same class of callbacks, none of whose methods raises into the training: what one raises is logged, once."""
    for name, method in list(vars(cls).items()):
        if name.startswith(("on_", "set_")):
            setattr(cls, name, _logs_errors(method))
    return cls


def _logs_errors(method: Callable[..., Any]) -> Callable[..., Any]:
    told = False

    @functools.wraps(method)
    def called(*args: Any, **kwargs: Any) -> Any:
        nonlocal told
        try:
            return method(*args, **kwargs)
        except Exception:
            if not told:
                told = True
                logger.warning(
                    "%s failed; what it would have told is not reported, training goes on",
                    method.__qualname__,
                    exc_info=True,
                )

    return called


class Training:
    """Reports to the run of gradwatch.init(), which it calls with `options` where the script has not, and then finishes
    with the training."""

    def __init__(self, run: str | None, options: dict[str, Any]) -> None:
        self._name = run
        self._options = options
        self._own = False
        self.run: Run | None = None
        self._pauses: dict[str, float] = {}

    def begin(self, **found: Any) -> Run:
        """`found` is what the framework knows and init() could not find out; what the script gave wins."""
        self.run = gradwatch.current()
        if self.run is None:
            self._own = True
            self.run = gradwatch.init(self._name, **{**found, **self._options})
        return self.run

    def end(self, exception: BaseException | None = None) -> None:
        """The training is over. A run of the script's own is the script's to finish, unless the training failed."""
        if self.run is None:
            return
        if exception is not None:
            self.run.finish(*ending_of(exception))
        elif self._own:
            self.run.finish()
        self.run, self._own = None, False

    def pause_begins(self, field: str) -> None:
        self._pauses[field] = time.perf_counter()

    def pause_ends(self, field: str) -> float | None:
        """Seconds since the pause began; None when it did not."""
        begun = self._pauses.pop(field, None)
        return None if begun is None else time.perf_counter() - begun
