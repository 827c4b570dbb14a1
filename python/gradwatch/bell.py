"""Waking a thread from anywhere."""

from __future__ import annotations

import threading


class Bell:
    """Wakes the one thread that waits for it.

    `threading.Event.set` takes a lock: a signal handler that interrupts it and sets the same event waits for ever.
    Ringing is one atomic operation, so it is safe in log(), in a signal handler, and in a signal handler that
    interrupted log().
    """

    def __init__(self) -> None:
        self._rung = threading.Lock()
        self._rung.acquire()

    def ring(self) -> None:
        """Ends the wait that is going on, or else the next one."""
        try:
            self._rung.release()
        except RuntimeError:
            pass  # already rung

    def wait(self, seconds: float) -> None:
        """Returns when rung, at the latest after `seconds`."""
        self._rung.acquire(timeout=max(0.0, seconds))
