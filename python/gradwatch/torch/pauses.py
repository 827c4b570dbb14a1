"""Evaluations and checkpoints between steps."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import torch

from gradwatch.torch.patches import Patches

CHECKPOINT, EVALUATION = "checkpoint_seconds", "evaluation_seconds"
PAUSES = (CHECKPOINT, EVALUATION)


class Pauses:
    """Finds out when the training pauses: inside of torch.save, and between model.eval() and model.train().

    An evaluation counts once train() follows on the same module without an optimiser's step in between. So a part of a
    model that is frozen with eval() is none.
    """

    def __init__(self, patches: Patches, paused: Callable[[float, str], object], find: Sequence[str] = PAUSES) -> None:
        self._owner = threading.get_ident()
        self._paused = paused
        self._evaluated: Any = None
        self._since = 0.0
        self._saving = 0
        # Switching a module switches all below it, by calls of the same function.
        self._switching = 0
        switched, saved = patches.safe(self._switched), patches.safe(paused)

        def train(original: Any, module: Any, mode: bool = True) -> Any:
            if self._switching > 0 or threading.get_ident() != self._owner:
                return original(module, mode)
            was_training = module.training
            self._switching += 1
            try:
                return original(module, mode)
            finally:
                self._switching -= 1
                switched(module, was_training, mode)

        def save(original: Any, *args: Any, **kwargs: Any) -> Any:
            if self._saving > 0 or threading.get_ident() != self._owner:
                return original(*args, **kwargs)
            begun = time.perf_counter()
            self._saving += 1
            try:
                return original(*args, **kwargs)
            finally:
                self._saving -= 1
                saved(time.perf_counter() - begun, CHECKPOINT)

        if EVALUATION in find:
            patches.replace(torch.nn.Module, "train", train)
        if CHECKPOINT in find:
            patches.replace(torch, "save", save)

    def stepped(self) -> None:
        """An optimiser has stepped: this was no evaluation."""
        self._evaluated = None

    def _switched(self, module: Any, was_training: bool, mode: bool) -> None:
        if mode and module is self._evaluated:
            self._evaluated = None
            self._paused(time.perf_counter() - self._since, EVALUATION)
        elif not mode and was_training and self._evaluated is None:
            self._evaluated, self._since = module, time.perf_counter()
