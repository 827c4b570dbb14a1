"""What mixed precision does to loss, gradient and steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.amp import grad_scaler

from gradwatch.torch.late import part_of
from gradwatch.torch.patches import Patches
from gradwatch.torch.timeline import Timeline


class ScaledLosses:
    """Finds the loss again that a GradScaler has scaled last."""

    def __init__(self) -> None:
        self._scaled: torch.Tensor | None = None
        self._loss: torch.Tensor | None = None

    def note(self, loss: torch.Tensor, scaled: torch.Tensor) -> None:
        self._loss, self._scaled = loss.detach(), scaled

    def unscaled(self, tensor: torch.Tensor) -> torch.Tensor:
        """The loss that this tensor is the scaled form of, else the tensor."""
        loss = self._loss if tensor is self._scaled else None
        self._loss = self._scaled = None
        return tensor if loss is None else loss


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
            if isinstance(outputs, torch.Tensor) and scaled is not outputs:
                note(outputs, scaled)
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
