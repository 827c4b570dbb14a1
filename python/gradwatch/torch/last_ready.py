"""When the last gradient of a backward is ready, for PyTorch without hooks of process groups."""

from __future__ import annotations

from typing import Any

from gradwatch.torch.patches import Patches
from gradwatch.torch.timeline import Timeline


class LastReady:
    """Finds in the first backward which parameter's gradient comes last, and hooks that one alone from then on:
    DistributedDataParallel launches its last bucket with it."""

    def __init__(self, module: Any, patches: Patches, timeline: Timeline) -> None:
        self._patches = patches
        self._timeline = timeline
        self._module = module
        self._search: list[Any] = []
        parameters = [parameter for parameter in module.parameters() if parameter.requires_grad]
        if not all(hasattr(parameter, "register_post_accumulate_grad_hook") for parameter in parameters):
            patches.say_once("this version of PyTorch has neither hooks of process groups nor of accumulated gradients")
            return
        ready = patches.safe(self._ready)
        self._search = [parameter.register_post_accumulate_grad_hook(ready) for parameter in parameters]
        patches.undo_with(self._remove)
        self._expected = len(parameters)

    def _ready(self, parameter: Any) -> None:
        if not self._module.require_backward_grad_sync:
            return
        self._timeline.launched()
        if len(self._search) == 1:
            return
        self._expected -= 1
        if self._expected == 0:
            self._remove()
            self._search = [parameter.register_post_accumulate_grad_hook(self._patches.safe(self._ready))]

    def _remove(self) -> None:
        for handle in self._search:
            handle.remove()
        self._search = []
