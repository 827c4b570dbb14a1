"""Memory of the device and of the process."""

from __future__ import annotations

import math
import os
from typing import Any

import torch

# To read it after each step would cost as much as all else that is done then.
READ_SECONDS = 1.0


class Memory:
    """What process and device hold, now and then."""

    def __init__(self) -> None:
        self._process = ProcessMemory()
        # When it is to be read next, in seconds of the caller's clock.
        self.due = -math.inf

    def read(self, now: float) -> dict[str, int]:
        self.due = now + READ_SECONDS
        return {**self._process.read(), **device_memory()}

    def close(self) -> None:
        self._process.close()


class ProcessMemory:
    """Resident memory with neither a file nor shared memory behind it, in bytes: resident less shared of
    proc_pid_statm(5), which is RssAnon of proc_pid_status(5). The kernel drops the pages of a mapped data set when it
    needs them. Read from an open /proc/self/statm in 2 to 20 µs, by how warm the caches are."""

    def __init__(self, path: str = "/proc/self/statm") -> None:
        self._page = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 0
        try:
            self._file = os.open(path, os.O_RDONLY)
        except OSError:
            self._file = -1

    def read(self) -> dict[str, int]:
        if self._file < 0:
            return {}
        _, resident, shared, *_ = os.pread(self._file, 128, 0).split()
        return {"process_memory_bytes": (int(resident) - int(shared)) * self._page}

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def device_memory(device: Any = None) -> dict[str, int]:
    """What the caching allocator of CUDA says of the current device; empty where CUDA is not used. `device` is the
    module of the device."""
    device = device or torch.cuda
    if not device.is_initialized():
        return {}
    # One call: memory_allocated() and its like each flatten all of it.
    stats = device.memory_stats_as_nested_dict()
    if not stats:
        return {}
    return {
        "memory_allocated_bytes": stats["allocated_bytes"]["all"]["current"],
        "memory_reserved_bytes": stats["reserved_bytes"]["all"]["current"],
        "memory_peak_bytes": stats["allocated_bytes"]["all"]["peak"],
        "allocation_retries": stats["num_alloc_retries"],
        "out_of_memory_errors": stats["num_ooms"],
    }
