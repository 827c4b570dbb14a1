"""The norm of the gradient, from where it costs least."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from typing import Any

import torch
from torch.compiler import is_compiling
from torch.nn.utils import clip_grad

from gradwatch.torch.budget import Budget
from gradwatch.torch.late import Part, part_of
from gradwatch.torch.patches import Patches
from gradwatch.torch.timeline import Timeline

FIELD = "gradient_norm"
# Functions of torch.nn.utils.clip_grad that change gradients.
CLIPPING = frozenset({"clip_grad_value_", "_clip_grads_with_norm_"})


class GradientNorm:
    """The L2 norm before clipping, of three sources:

    1. what the script computes for clipping anyway;
    2. the gradients that the script is about to clip otherwise: by value, or by another norm;
    3. the buckets of DistributedDataParallel after their reduction: few large tensors;
    4. the gradients of all parameters, one kernel for all (_foreach_norm).

    The last three are measured every n steps, so that they keep to a budget.
    """

    def __init__(self, patches: Patches, timeline: Timeline) -> None:
        self._timeline = timeline
        self._budget = Budget()
        # Whether the script clipped when there was a norm last.
        self._clips = False
        # Norms before the script's clipping, by the identity of the first gradient, with the backward that they came
        # after. None where it was not measured, and it is too late to.
        self._clipped: dict[int, tuple[int, Part | None]] = {}
        self._measured: Part | None = None
        self._due: bool | None = None
        self._sharded = False
        # What measuring has cost in this step.
        self._seconds = 0.0
        # Of the backward that ran last.
        self.buckets: list[torch.Tensor] = []
        note = patches.safe(self._note_clipping)

        def total_norm(original: Any, tensors: Any, norm_type: float = 2.0, *args: Any, **kwargs: Any) -> Any:
            tensors = tensors if isinstance(tensors, (list, torch.Tensor)) else list(tensors)
            norm = original(tensors, norm_type, *args, **kwargs)
            note(tensors, norm_type, norm)
            return norm

        note_change = patches.safe(self._note_change)

        def group(original: Any, tensors: Any, *args: Any, **kwargs: Any) -> Any:
            # Of what calls this some only reads gradients. The frame before this one is that of the replacement.
            if not is_compiling() and sys._getframe(2).f_code.co_name in CLIPPING:
                note_change(tensors[0])
            return original(tensors, *args, **kwargs)

        # The functions that clip find these here, wherever the script has those functions from.
        patches.replace(clip_grad, "_get_total_norm", total_norm)
        patches.replace(clip_grad, "_group_tensors_by_device_and_dtype", group)

    def _note_clipping(self, tensors: Any, norm_type: float, norm: torch.Tensor) -> None:
        if float(norm_type) != 2.0 or isinstance(tensors, torch.Tensor) or len(tensors) == 0:
            return
        key, backward = id(tensors[0]), self._timeline.backwards
        # A second norm of the same gradients is one after clipping, or the same again, unless backward has added to
        # them.
        if key in self._clipped and self._clipped[key][0] == backward:
            return
        local = global_part(norm)
        if local is not None:
            self._clipped[key] = (backward, part_of(local))

    def _note_change(self, gradients: list[torch.Tensor]) -> None:
        """The script is about to clip these gradients. What has their norm already was not called for that alone."""
        if not gradients:
            return
        key, backward = id(gradients[0]), self._timeline.backwards
        if key not in self._clipped or self._clipped[key][0] != backward:
            self._clipped[key] = (backward, self._measure(gradients) if self._is_due() else None)

    def forget(self, parameters: Iterable[torch.Tensor] | None = None) -> None:
        """The gradients of these parameters are thrown away, or else all."""
        if parameters is None:
            self._clipped.clear()
        elif self._clipped:
            for parameter in parameters:
                self._clipped.pop(id(parameter.grad), None)

    @property
    def wants_buckets(self) -> bool:
        """Whether the norm of the gradient that is being computed is to be measured, as far as it is known."""
        return not self._clips and self._budget.next_is_due

    def complete(self, optimizer: Any, scaled: bool) -> None:
        """The gradient of a step is complete. `scaled`: a GradScaler is at work, so that buckets may hold scaled
        gradients."""
        # An optimiser may step by another one, or by its base class: the gradient is the same.
        if self._clipped or self._measured is not None:
            return
        if self._is_due():
            buckets = self.buckets if not scaled else []
            scale = getattr(optimizer, "grad_scale", None) if scaled else None
            self._measured = self._measure(buckets or gradients_of(optimizer), scale)

    def _is_due(self) -> bool:
        if self._due is None:
            self._due = self._budget.due()
        return self._due

    def _measure(self, gradients: Iterable[torch.Tensor], scale: torch.Tensor | None = None) -> Part | None:
        begun = time.perf_counter()
        local, sharded = local_parts(gradients)
        self._sharded = self._sharded or sharded
        norm = norm_of(local)
        part = None if norm is None else part_of(norm if scale is None else norm / scale.to(norm.device))
        self._seconds += time.perf_counter() - begun
        return part

    def after_step(self) -> None:
        """The optimiser has stepped, or was kept from it: what was found belongs to this step."""
        parts = [part for _, part in self._clipped.values()] if self._clipped else [self._measured]
        known = [part for part in parts if part is not None]
        if self._clipped or known:
            self._clips = bool(self._clipped)
        # The norm of some gradients only is not that of all.
        if len(known) == len(parts):
            step = self._timeline.open
            step.measured_late(FIELD, known)
            if self._sharded and FIELD not in step.told:
                step.measured("gradient_norm_scope", "shard")
        if self._seconds > 0:
            self._budget.spent(self._seconds, self._timeline.trained)
        self._clipped, self._measured = {}, None
        self._sharded, self._seconds = False, 0.0
        self.buckets = []
        self._due = None


def gradients_of(optimizer: Any) -> list[torch.Tensor]:
    return [
        parameter.grad
        for group in optimizer.param_groups
        for parameter in group["params"]
        if parameter.grad is not None
    ]


def local_parts(gradients: Iterable[torch.Tensor]) -> tuple[list[torch.Tensor], bool]:
    """What this rank holds of the gradients, and whether it is a shard. An operation on a gradient that is spread over
    ranks (a DTensor) is a collective, which this rank must not begin by itself: the parts are plain tensors."""
    found, sharded = [], False
    for gradient in gradients:
        if not gradient.is_sparse:
            sharded = sharded or hasattr(gradient, "_local_tensor")
            found.append(getattr(gradient, "_local_tensor", gradient))
    return found, sharded


@torch.no_grad()
def norm_of(tensors: Iterable[torch.Tensor]) -> torch.Tensor | None:
    """The L2 norm of tensors as one vector; None when there are none."""
    by_kind: dict[tuple[torch.device, torch.dtype], list[torch.Tensor]] = {}
    for tensor in tensors:
        by_kind.setdefault((tensor.device, tensor.dtype), []).append(tensor)
    norms = [norm for group in by_kind.values() for norm in torch._foreach_norm(group)]
    if not norms:
        return None
    device = norms[0].device
    total: torch.Tensor = torch.linalg.vector_norm(torch.stack([norm.to(device, torch.float32) for norm in norms]))
    return total


def global_part(norm: Any) -> torch.Tensor | None:
    """The norm as a plain tensor. None for one that is spread over ranks: to complete it needs a collective."""
    if not hasattr(norm, "_local_tensor"):
        return norm  # type: ignore[no-any-return]
    return norm._local_tensor if all(placement.is_replicate() for placement in norm.placements) else None
