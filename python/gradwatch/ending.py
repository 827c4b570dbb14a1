"""How the process ends."""

from __future__ import annotations

import _sitebuiltins
import atexit
import logging
import multiprocessing
import multiprocessing.util
import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, NoReturn

logger = logging.getLogger("gradwatch")

FINISHED, FAILED, PREEMPTED = "finished", "failed", "preempted"


def ending_of(exception: BaseException | None) -> tuple[str, str | None]:
    """How a process that leaves with this exception ends, and why: sys.exit(0) is a clean exit, sys.exit(1) is not."""
    if exception is None:
        return FINISHED, None
    if isinstance(exception, SystemExit):
        if exception.code is None or exception.code == 0:
            return FINISHED, None
        # Launchers catch the script's exception and leave with a code.
        if isinstance(exception.__context__, Exception):
            return ending_of(exception.__context__)
        return FAILED, f"sys.exit({exception.code!r})"
    text = str(exception)
    return FAILED, f"{type(exception).__name__}: {text}" if text else type(exception).__name__


class ExitWatch:
    """Calls `ended(ending, reason)` when the process ends: after an uncaught exception, on SIGTERM, else at exit.

    Nothing is caught: the exception, the signal and the handlers that were there before take their course. A process
    that is killed or calls os._exit says nothing; the exporter takes it for lost, and rightly. The interpreter shows
    nobody a SystemExit that reaches it: codes are seen where sys.exit(), exit() and quit() are called.
    """

    def __init__(self, ended: Callable[[str, str | None], None]) -> None:
        self._ended = ended
        self._installed = False
        self._told: tuple[str, str | None] | None = None
        # Whether that is of an exit, which something can still catch.
        self.leaving = False
        self._excepthook: Any = None
        self._sys_exit: Any = None
        self._quit: Any = None
        self._sigterm: Any = None
        self._finalizer: Any = None

    @property
    def told(self) -> tuple[str, str | None]:
        """How the process ends as far as it is known."""
        return self._told or (FINISHED, None)

    def install(self) -> None:
        """To be called in the main thread if SIGTERM is to be seen."""
        self._installed = True
        atexit.register(self._at_exit)
        self._excepthook, sys.excepthook = sys.excepthook, self._on_exception
        # SystemExit reaches no hook, so the exit code is only seen where it is given.
        self._sys_exit, sys.exit = sys.exit, self._on_sys_exit
        self._quit = _watch_quit(self._leaves)
        if multiprocessing.parent_process() is not None:
            # A child of multiprocessing runs its own exit functions, and forked ones no atexit.
            self._finalizer = multiprocessing.util.Finalize(None, self._at_child_exit, exitpriority=0)
        if threading.current_thread() is threading.main_thread():
            self._sigterm = signal.getsignal(signal.SIGTERM)
            # None is a handler that was not installed from Python and cannot be chained; who ignores the signal goes
            # on.
            if self._sigterm in (None, signal.SIG_IGN):
                self._sigterm = None
            else:
                signal.signal(signal.SIGTERM, self._on_sigterm)

    def uninstall(self) -> None:
        """Puts back what is still ours; hooks that others put on top stay, and pass through us without effect."""
        if not self._installed:
            return
        self._installed = False
        atexit.unregister(self._at_exit)
        if sys.excepthook == self._on_exception:
            sys.excepthook = self._excepthook
        if sys.exit == self._on_sys_exit:
            sys.exit = self._sys_exit
        self._quit()
        if self._finalizer is not None:
            self._finalizer.cancel()
        in_main = threading.current_thread() is threading.main_thread()
        if in_main and self._sigterm is not None and signal.getsignal(signal.SIGTERM) == self._on_sigterm:
            signal.signal(signal.SIGTERM, self._sigterm)

    def goes_on(self) -> None:
        """The training reports. It has caught the exit, unless this is on its way out, or another thread that the exit
        waits for."""
        in_main = threading.current_thread() is threading.main_thread()
        if in_main and not isinstance(sys.exc_info()[1], SystemExit):
            self._forget_exit()

    def _tell(self, ending: str, reason: str | None) -> None:
        if self._told is None and ending != FINISHED:
            self._told = (ending, reason)

    def _on_exception(self, kind: type[BaseException], value: BaseException, traceback: TracebackType | None) -> None:
        self._forget_exit()
        self._tell(*ending_of(value))
        self._excepthook(kind, value, traceback)

    def _leaves(self, status: Any = None) -> SystemExit:
        leaving = SystemExit(status)
        leaving.__context__ = sys.exc_info()[1]
        # In another thread it ends that thread only.
        if threading.current_thread() is threading.main_thread():
            self._forget_exit()
            before = self._told
            self._tell(*ending_of(leaving))
            self.leaving = self._told is not before
        return leaving

    def _forget_exit(self) -> None:
        """Of what the interpreter is left with, the last counts."""
        if self.leaving:
            self.leaving, self._told = False, None

    def _on_sys_exit(self, status: Any = None) -> NoReturn:
        leaving = self._leaves(status)
        self._sys_exit(status)
        raise leaving  # not reached: sys.exit raises

    def _on_sigterm(self, number: int, frame: FrameType | None) -> None:
        if not self._installed:
            return self._pass_on(number, frame)
        self._tell(PREEMPTED, "SIGTERM")
        if self._sigterm == signal.SIG_DFL:
            # The signal ends the process now; a handler may let it finish its step first.
            self._ended(*self.told)
        return self._pass_on(number, frame)

    def _pass_on(self, number: int, frame: FrameType | None) -> None:
        if callable(self._sigterm):
            self._sigterm(number, frame)
        else:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)

    def _at_child_exit(self) -> None:
        self._tell(*ending_of(sys.exc_info()[1]))
        self._at_exit()

    def _at_exit(self) -> None:
        self._ended(*self.told)


def _watch_quit(leaves: Callable[[Any], object]) -> Callable[[], None]:
    """Calls `leaves` where exit() or quit() is called, the builtins. Returns what takes that back."""
    kind: Any = _sitebuiltins.Quitter
    original = kind.__call__

    def watched(quitter: Any, code: Any = None) -> None:
        leaves(code)
        original(quitter, code)

    def undo() -> None:
        if kind.__call__ is watched:
            kind.__call__ = original

    kind.__call__ = watched
    return undo
