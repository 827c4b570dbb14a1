"""Functions of PyTorch replaced for a while."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any

logger = logging.getLogger("gradwatch")

_ABSENT = object()


class Patches:
    """What was replaced or registered, and how to take it back.

    A replacement that somebody else has wrapped meanwhile cannot be taken out; once `live` is false it only passes on.
    """

    def __init__(self) -> None:
        self.live = True
        self._undo: list[Callable[[], object]] = []
        self._warned: set[str] = set()

    def replace(self, owner: Any, name: str, around: Callable[..., Any]) -> None:
        """Calls of `owner.name` become `around(original, *args, **kwargs)`. An owner without that name is told about
        once, and left alone."""
        original = getattr(owner, name, None)
        if original is None:
            self.say_once(f"this version of PyTorch has no {getattr(owner, '__name__', owner)}.{name}")
            return
        own = vars(owner).get(name, _ABSENT)

        @functools.wraps(original)
        def replacement(*args: Any, **kwargs: Any) -> Any:
            return around(original, *args, **kwargs) if self.live else original(*args, **kwargs)

        setattr(owner, name, replacement)

        def undo() -> None:
            if vars(owner).get(name) is not replacement:
                return
            if own is _ABSENT:
                delattr(owner, name)
            else:
                setattr(owner, name, own)

        self._undo.append(undo)

    def undo_with(self, undo: Callable[[], object]) -> None:
        self._undo.append(undo)

    def restore(self) -> None:
        self.live = False
        while self._undo:
            try:
                self._undo.pop()()
            except Exception as error:
                self.say_once(f"cannot take a hook back: {error}")

    def safe(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, for use as a hook: it returns None, raises nothing, and does nothing once `live` is false."""

        @functools.wraps(function)
        def hook(*args: Any, **kwargs: Any) -> None:
            if self.live:
                try:
                    function(*args, **kwargs)
                except Exception as error:
                    self.say_once(f"{function.__name__} failed: {type(error).__name__}: {error}")

        return hook

    def say_once(self, sentence: str) -> None:
        if sentence not in self._warned:
            self._warned.add(sentence)
            logger.warning("gradwatch.torch: %s; what it would have told is not reported, training goes on", sentence)
