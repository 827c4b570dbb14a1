"""Numbers that a device computes, read without waiting for the device."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch


class Scalar:
    """The value that a 0-d tensor has now. On a device it is copied when the device gets there; `ready` tells whether
    it has."""

    def __init__(self, tensor: torch.Tensor, *, kept: bool = True) -> None:
        """`kept`: nobody writes into this tensor later, so that on the host it needs no copy."""
        source = tensor.detach()
        self._event: Any = None
        if source.device.type == "cpu":
            self._host = source if kept else source.clone()
            return
        device = torch.get_device_module(source.device) if hasattr(torch, "get_device_module") else torch.cuda
        self._host = torch.empty(source.shape, dtype=source.dtype, pin_memory=True)
        self._host.copy_(source, non_blocking=True)
        self._event = device.Event()
        self._event.record()

    @property
    def ready(self) -> bool:
        return self._event is None or bool(self._event.query())

    def read(self) -> float:
        return float(self._host)


class Late:
    """A number made of several scalars."""

    def __init__(self, parts: Sequence[Scalar], combine: Callable[[list[float]], float] = math.fsum) -> None:
        self._parts = list(parts)
        self._combine = combine

    @property
    def ready(self) -> bool:
        return all(part.ready for part in self._parts)

    def read(self) -> float:
        return self._combine([part.read() for part in self._parts])

    def with_parts_of(self, other: Late) -> Late:
        return Late(self._parts + other._parts, self._combine)


def root_of_squares(norms: list[float]) -> float:
    """The L2 norm of a vector whose parts have these norms."""
    return norms[0] if len(norms) == 1 else math.hypot(*norms)
