"""How long the script waits for its next batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import torch
from torch.utils.data import dataloader

from gradwatch.torch.patches import Patches

# Levels of a batch that are searched for a tensor: a dict of dicts, a list of tuples.
DEPTH = 3


class LoaderListener(Protocol):
    def data_begins(self) -> None: ...

    def data_ends(self, samples: int, iterator: Any) -> None: ...

    def data_exhausted(self, iterator: Any) -> None: ...


def watch_loader(patches: Patches, listener: LoaderListener) -> None:
    """Times the batches of every torch DataLoader. Those that are taken where no gradient is wanted belong to an
    evaluation, and are left out."""
    begins, ends = patches.safe(listener.data_begins), patches.safe(listener.data_ends)
    exhausted = patches.safe(listener.data_exhausted)

    def next_batch(original: Any, iterator: Any) -> Any:
        if not torch.is_grad_enabled():
            return original(iterator)
        begins()
        try:
            batch = original(iterator)
        except StopIteration:
            exhausted(iterator)
            raise
        ends(samples_of(batch), iterator)
        return batch

    patches.replace(dataloader._BaseDataLoaderIter, "__next__", next_batch)


def samples_of(batch: Any) -> int:
    """The length of the first tensor in a batch; 0 where there is none."""
    tensor = _first_tensor(batch, DEPTH)
    return 0 if tensor is None or tensor.dim() == 0 else tensor.size(0)


def _first_tensor(value: Any, depth: int) -> torch.Tensor | None:
    if isinstance(value, torch.Tensor):
        return value
    if depth == 0:
        return None
    if not isinstance(value, (list, tuple)):
        if not isinstance(value, Mapping):
            return None
        value = value.values()
    for entry in value:
        tensor = _first_tensor(entry, depth - 1)
        if tensor is not None:
            return tensor
    return None
