"""When optimisers step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.compiler import is_compiling
from torch.optim import optimizer as torch_optimizer

from gradwatch.torch.late import part_of
from gradwatch.torch.patches import Patches
from gradwatch.torch.timeline import Timeline

Listener = Callable[[Any], None]


def watch_optimizers(patches: Patches, before: Listener, after: Listener) -> None:
    """`before` and `after` get every optimiser of torch.optim, around each of its steps."""

    def begins(optimizer: Any, args: Any, kwargs: Any) -> None:
        if not is_compiling():
            before(optimizer)

    def ends(optimizer: Any, args: Any, kwargs: Any) -> None:
        if not is_compiling():
            after(optimizer)

    for register, hook in (
        ("register_optimizer_step_pre_hook", begins),
        ("register_optimizer_step_post_hook", ends),
    ):
        if hasattr(torch_optimizer, register):
            handle = getattr(torch_optimizer, register)(patches.safe(hook))
            patches.undo_with(handle.remove)
        else:
            patches.say_once(f"this version of PyTorch has no torch.optim.optimizer.{register}")


def note_learning_rate(timeline: Timeline, optimizer: Any) -> None:
    """The rate of the first parameter group, as trackers show it."""
    rate = optimizer.param_groups[0].get("lr")
    if isinstance(rate, torch.Tensor):
        timeline.open.late["learning_rate"] = [part_of(rate)]
    elif rate is not None:
        timeline.open.values["learning_rate"] = rate
