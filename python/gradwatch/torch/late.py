"""Numbers that a device computes, read without waiting for the device."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Union

import torch


class DeviceScalar:
    """The value that a 0-d tensor on a device has when the device gets there: it is copied then."""

    def __init__(self, tensor: torch.Tensor) -> None:
        source = tensor.detach()
        device = torch.get_device_module(source.device) if hasattr(torch, "get_device_module") else torch.cuda
        self._host = torch.empty(source.shape, dtype=source.dtype, pin_memory=True)
        self._host.copy_(source, non_blocking=True)
        self._event: Any = device.Event()
        self._event.record()

    def read(self) -> float | None:
        """None when the device has not got there yet."""
        return float(self._host) if self._event.query() else None


Part = Union[float, DeviceScalar]


def part_of(tensor: torch.Tensor) -> Part:
    """What a 0-d tensor has now. On the host that is known at once."""
    # The type of tensor.device is a new string each time, at eight times the cost of is_cpu.
    return float(tensor.item()) if tensor.is_cpu else DeviceScalar(tensor)


def root_of_squares(norms: list[float]) -> float:
    """The L2 norm of a vector whose parts have these norms."""
    return norms[0] if len(norms) == 1 else math.hypot(*norms)


# What several parts make of a field; of all others it is the largest.
COMBINE: Mapping[str, Callable[[list[float]], float]] = {"loss": math.fsum, "gradient_norm": root_of_squares}


def read_late(late: Mapping[str, list[Part]], values: dict[str, Any]) -> dict[str, list[Part]]:
    """Puts into `values` what is known by now of numbers made of parts, and returns those that are not. One of values
    by name is called "field.name". A step that went well is not told to be skipped."""
    unknown = {}
    for field, parts in late.items():
        number = parts[0]
        if len(parts) > 1 or not isinstance(number, float):
            read = (part if isinstance(part, float) else part.read() for part in parts)
            numbers = [each for each in read if each is not None]
            if len(numbers) < len(parts):
                unknown[field] = parts
                continue
            number = COMBINE.get(field, max)(numbers)
        if "." in field:
            field, _, name = field.partition(".")
            values.setdefault(field, {})[name] = number
        elif number or field != "skipped":
            values[field] = number
    return unknown
