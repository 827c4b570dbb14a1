"""When backward runs, and of what."""

from __future__ import annotations

import logging
from threading import get_ident
from typing import Any

import torch
from torch.compiler import is_compiling

from gradwatch.torch.gradients import GradientNorm
from gradwatch.torch.late import part_of
from gradwatch.torch.optimizers import ThrownAway
from gradwatch.torch.patches import Patches
from gradwatch.torch.scaler import ScaledLosses
from gradwatch.torch.timeline import Timeline

logger = logging.getLogger("gradwatch")

# More than a script accumulates before its first step.
UNSEEN_STEPS = 1000


def watch_backward(
    patches: Patches, timeline: Timeline, losses: ScaledLosses, norm: GradientNorm, thrown_away: ThrownAway
) -> None:
    """Times the calls of backward() and takes the loss from them: a step's loss is the sum of the scalars that backward
    was called on since the gradient was zero, each times the gradient that backward was given for it, and without the
    scale of mixed precision. That is what its gradient is of,
    also where a script divides the loss for accumulation."""
    owner = get_ident()
    depth = 0

    def backward(original: Any, tensors: Any, *args: Any, **kwargs: Any) -> Any:
        nonlocal depth
        # Checkpointing of the reentrant kind calls backward in backward, on a device in the thread of that one.
        if depth > 0 or is_compiling():
            return original(tensors, *args, **kwargs)
        if get_ident() != owner:
            patches.say_once("backward runs in another thread than watch() was called in: call watch() in that one")
            return original(tensors, *args, **kwargs)
        begins(tensors, args[0] if args else kwargs.get("grad_tensors"))
        depth += 1
        try:
            return original(tensors, *args, **kwargs)
        finally:
            depth -= 1
            ends()

    def begin(tensors: Any, gradients: Any) -> None:
        if timeline.open.zeroed_losses > 0:
            timeline.open.throw_zeroed_away()
        thrown_away.backward_begins()
        norm.backward_begins()
        timeline.backward_begins()
        if timeline.backwards == UNSEEN_STEPS and timeline.trained == 0.0:
            logger.warning(
                "backward ran %d times and no step of an optimiser was seen, so watch() reports none. It sees no "
                "step() inside of torch.compile or of a CUDA graph: report these with gradwatch.log(step=...)",
                UNSEEN_STEPS,
            )
        if not isinstance(tensors, (list, tuple)):
            tensors, gradients = [tensors], [gradients]
        for index, tensor in enumerate(tensors):
            if not isinstance(tensor, torch.Tensor) or tensor.dim() > 0 or not tensor.is_floating_point():
                continue
            loss = losses.unscaled(tensor).detach()
            gradient = None if gradients is None else gradients[index]
            timeline.open.losses.append(part_of(loss if gradient is None else loss * gradient))

    def end() -> None:
        timeline.backward_ends()
        norm.backward_ends()
        thrown_away.backward_ends()

    begins, ends = patches.safe(begin), patches.safe(end)
    patches.replace(torch.autograd, "backward", backward)
