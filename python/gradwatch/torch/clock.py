"""When something happened: on the host, or on the device that it was launched for."""

from __future__ import annotations

import time
from typing import Any

import torch

# Events of a DeviceClock: enough for the marks of the 8 steps in which a step can still be added to.
RING = 8192


class HostClock:
    """For training on the CPU: what was called is done when the call returns."""

    mark = staticmethod(time.perf_counter)

    def seconds(self, begin: Any, end: Any) -> float | None:
        """Time between two marks; None when it cannot be told yet."""
        return float(end - begin)


class DeviceClock:
    """For training on a GPU, where calls only launch. A mark is an event in the current stream: it has a time when the
    device has come to it. Events are used again in turn, and nothing waits for the device."""

    def __init__(self, device: Any = None) -> None:
        """`device` is the module of the device, as torch.cuda."""
        self._device = device or torch.cuda
        self._ring: list[Any] = []
        self._next = 0

    def mark(self) -> Any:
        """None while a CUDA graph is captured: an event would become part of it."""
        if self._device.is_current_stream_capturing():
            return None
        if len(self._ring) < RING:
            self._ring.append(self._device.Event(enable_timing=True))
        event = self._ring[self._next]
        self._next = (self._next + 1) % RING
        event.record()
        return event

    def seconds(self, begin: Any, end: Any) -> float | None:
        if begin is None or end is None:
            return 0.0
        if not (begin.query() and end.query()):
            return None
        return max(0.0, float(begin.elapsed_time(end)) / 1000)
