"""When the first module of a step is called."""

from __future__ import annotations

from typing import Any

import torch
from torch.nn.modules import module as torch_module

from gradwatch.torch.patches import Patches
from gradwatch.torch.timeline import Timeline

# Steps in a row in which no module was called in Python: all of the step is compiled or captured.
MAX_MISSED = 8


class FirstCall:
    """A global hook that takes itself out with the first module that is called for training.

    A hook on a module would travel with copies and checkpoints of it, and break the graphs of torch.compile; one for
    all modules would cost some microseconds for each. This one is gone before the module's own children are called.
    """

    def __init__(self, patches: Patches, timeline: Timeline) -> None:
        self._timeline = timeline
        self._handle: Any = None
        self._missed = 0
        self._hook = patches.safe(self._called)
        patches.undo_with(self._disarm)

    def arm(self) -> None:
        if self._handle is not None:
            self._missed += 1
            if self._missed == MAX_MISSED:
                self._disarm()
        elif self._missed < MAX_MISSED:
            self._handle = torch_module.register_module_forward_pre_hook(self._hook)

    def _called(self, module: Any, inputs: Any) -> None:
        if torch.compiler.is_compiling() or not torch.is_grad_enabled() or not module.training:
            return
        self._missed = 0
        self._disarm()
        self._timeline.module_called()

    def _disarm(self) -> None:
        if self._handle is not None:
            self._handle.remove()
            self._handle = None
