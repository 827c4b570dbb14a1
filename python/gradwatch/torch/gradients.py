"""The norm of the gradient, from where it costs least."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

import torch
from torch.nn.utils import clip_grad

from gradwatch.torch.budget import Budget
from gradwatch.torch.late import Part, part_of
from gradwatch.torch.patches import Patches
from gradwatch.torch.timeline import Timeline

FIELD = "gradient_norm"


class GradientNorm:
    """The L2 norm before clipping, of three sources:

    1. what the script computes for clipping anyway;
    2. the buckets of DistributedDataParallel after their reduction: few large tensors;
    3. the gradients of all parameters, one kernel for all (_foreach_norm).

    The last two are measured every n steps, so that they keep to a budget.
    """

    def __init__(self, patches: Patches, timeline: Timeline) -> None:
        self._timeline = timeline
        self._budget = Budget()
        # Whether the script clipped when there was a norm last.
        self._clips = False
        # Norms of the script's clipping, by the identity of the first gradient, with the backward that they came after.
        self._clipped: dict[int, tuple[int, Part]] = {}
        self._measured: Part | None = None
        self._due: bool | None = None
        self._sharded = False
        # Of the backward that ran last.
        self.buckets: list[torch.Tensor] = []
        note = patches.safe(self._note_clipping)

        def total_norm(original: Any, tensors: Any, norm_type: float = 2.0, *args: Any, **kwargs: Any) -> Any:
            tensors = tensors if isinstance(tensors, (list, torch.Tensor)) else list(tensors)
            norm = original(tensors, norm_type, *args, **kwargs)
            note(tensors, norm_type, norm)
            return norm

        # clip_grad_norm_ finds it here, wherever the script has that from.
        patches.replace(clip_grad, "_get_total_norm", total_norm)

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
        if self._due is None:
            self._due = self._budget.due()
        if not self._due:
            return
        begun = time.perf_counter()
        scale = getattr(optimizer, "grad_scale", None) if scaled else None
        buckets = self.buckets if not scaled else []
        gradients, self._sharded = (buckets, False) if buckets else local_gradients(optimizer)
        norm = norm_of(gradients)
        if norm is not None:
            self._measured = part_of(norm if scale is None else norm / scale.to(norm.device))
        self._budget.spent(time.perf_counter() - begun, self._timeline.trained)

    def after_step(self) -> None:
        """The optimiser has stepped, or was kept from it: what was found belongs to this step."""
        if self._clipped:
            self._timeline.open.late[FIELD] = [part for _, part in self._clipped.values()]
            self._clips = True
        elif self._measured is not None:
            self._timeline.open.late[FIELD] = [self._measured]
            if self._sharded:
                self._timeline.open.values["gradient_norm_scope"] = "shard"
            self._clips = False
        self._clipped, self._measured = {}, None
        self.buckets = []
        self._due = None


def local_gradients(optimizer: Any) -> tuple[list[torch.Tensor], bool]:
    """What this rank holds of the gradients, and whether it is a shard. An operation on a gradient that is spread over
    ranks (a DTensor) is a collective, which this rank must not begin by itself: the parts are plain tensors."""
    found, sharded = [], False
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            gradient = parameter.grad
            if gradient is None or gradient.is_sparse:
                continue
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
