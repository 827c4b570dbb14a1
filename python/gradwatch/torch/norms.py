"""Norms of gradients, as a rank can compute them by itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch


def gradients_of(optimizer: Any) -> list[torch.Tensor]:
    return [
        gradient
        for group in optimizer.param_groups
        for parameter in group["params"]
        if (gradient := parameter.grad) is not None
    ]


def local_part(gradient: torch.Tensor) -> torch.Tensor:
    """What this rank holds of a gradient. An operation on one that is spread over ranks (a DTensor) is a collective,
    which this rank must not begin by itself: the part is a plain tensor."""
    return getattr(gradient, "_local_tensor", gradient)


def is_sharded(gradient: torch.Tensor) -> bool:
    return hasattr(gradient, "_local_tensor")


@torch.no_grad()
def norm_of(tensors: Iterable[torch.Tensor]) -> torch.Tensor | None:
    """The L2 norm of tensors as one vector, with one kernel for all of a kind. None when there are none, and when one
    is sparse: its rows have to be summed before they have a norm."""
    by_kind: dict[tuple[torch.device, torch.dtype], list[torch.Tensor]] = {}
    for tensor in tensors:
        if tensor.is_sparse:
            return None
        by_kind.setdefault((tensor.device, tensor.dtype), []).append(tensor)
    norms = [norm for group in by_kind.values() for norm in torch._foreach_norm(group)]
    if not norms:
        return None
    device = norms[0].device
    kind = torch.float64 if any(norm.dtype == torch.float64 for norm in norms) else torch.float32
    total: torch.Tensor = torch.linalg.vector_norm(torch.stack([norm.to(device, kind) for norm in norms]))
    return total


def global_part(norm: Any) -> torch.Tensor | None:
    """The norm as a plain tensor. None for one that is spread over ranks: to complete it needs a collective."""
    if not hasattr(norm, "_local_tensor"):
        return norm  # type: ignore[no-any-return]
    return norm._local_tensor if all(placement.is_replicate() for placement in norm.placements) else None
