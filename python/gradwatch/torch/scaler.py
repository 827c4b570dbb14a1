"""What mixed precision does to loss, gradient and steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.amp import grad_scaler
from torch.compiler import is_compiling

from gradwatch.torch.late import part_of
from gradwatch.torch.patches import Patches
from gradwatch.torch.timeline import Timeline

# Under which a node of the graph has what is known of the scaled tensor that it made.
MARK = "gradwatch.scaled"
# Nodes that are searched from where a backward begins: a sum or a mean of some scaled losses has few above those.
SEARCHED = 32


class ScaledLosses:
    """Takes the scale of a GradScaler from a loss again. A scaled tensor is known by a mark on its node in the graph,
    which lives as long as the graph. What the script makes of it, such as a sum of several, is found above that."""

    def __init__(self) -> None:
        self._any = False

    def note(self, outputs: Any, scaled: Any, scale: torch.Tensor) -> None:
        """The scaler has made `scaled` of `outputs`: a tensor, or tensors in lists."""
        if isinstance(outputs, (list, tuple)):
            for each, scaled_each in zip(outputs, scaled):
                self.note(each, scaled_each, scale)
        elif isinstance(outputs, torch.Tensor) and scaled.grad_fn is not None:
            scaled.grad_fn.metadata[MARK] = (outputs.detach(), scale)
            self._any = True

    def unscaled(self, tensor: torch.Tensor) -> torch.Tensor:
        """The loss that this tensor is the scaled form of, else the tensor."""
        if not self._any or tensor.grad_fn is None:
            return tensor
        nodes: list[Any] = [tensor.grad_fn]
        for index, node in enumerate(nodes):
            if MARK in node.metadata:
                mark: tuple[torch.Tensor, torch.Tensor] = node.metadata[MARK]
                loss, scale = mark
                return loss if index == 0 else tensor.detach() / scale.to(tensor.device, non_blocking=True)
            if len(nodes) < SEARCHED:
                nodes += [above for above, _ in node.next_functions if above is not None]
        return tensor


class ScalerWatch:
    """Loss scale and skipped steps of torch.amp.GradScaler."""

    def __init__(
        self, patches: Patches, timeline: Timeline, losses: ScaledLosses, skipped: Callable[[Any], None]
    ) -> None:
        """`skipped` gets the optimiser that was not called, because its gradient was not finite."""
        self._timeline = timeline
        # Whether a scaler is about to let an optimiser step.
        self.stepping = False
        self._steps = 0
        note, skip, read_scale = (patches.safe(f) for f in (losses.note, skipped, self._read_scale))

        def scale(original: Any, scaler: Any, outputs: Any) -> Any:
            scaled = original(scaler, outputs)
            if scaler.is_enabled() and not is_compiling():
                note(outputs, scaled, scaler._scale)
            return scaled

        def step(original: Any, scaler: Any, optimizer: Any, *args: Any, **kwargs: Any) -> Any:
            if not scaler.is_enabled():
                return original(scaler, optimizer, *args, **kwargs)
            read_scale(scaler)
            before = self._steps
            self.stepping = True
            try:
                result = original(scaler, optimizer, *args, **kwargs)
            finally:
                self.stepping = False
            if self._steps == before:
                skip(optimizer)
            return result

        patches.replace(grad_scaler.GradScaler, "scale", scale)
        patches.replace(grad_scaler.GradScaler, "step", step)

    def optimizer_steps(self, optimizer: Any) -> None:
        """An optimiser is about to step. A fused one is called also when the gradient was not finite, and then does
        nothing; which of both is known on the device only."""
        self._steps += 1
        found = getattr(optimizer, "found_inf", None) if self.stepping else None
        if isinstance(found, torch.Tensor):
            self._timeline.open.measured_late("skipped", [part_of(found)])

    def _read_scale(self, scaler: Any) -> None:
        if isinstance(scaler._scale, torch.Tensor):
            self._timeline.open.measured_late("loss_scale", [part_of(scaler._scale)])
