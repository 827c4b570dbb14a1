"""Gradients that the script has changed before its optimiser steps, and the norm that they had."""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from typing import Any

import torch

from gradwatch.torch.late import Part
from gradwatch.torch.norms import local_part


class Norm:
    """The L2 norm of some gradients together, which tells nothing of one of them alone. None where it was not measured,
    and it is too late to. `scope`, where the gradients are sharded: whether it is that of the shards of this rank."""

    def __init__(self, part: Part | None, scope: str | None = None) -> None:
        self.part = part
        self.scope = scope


class ClippedGradients:
    """Knows gradients by their identity, each once: by the norm that it had when it was clipped first. A gradient is
    kept alive until the next backward begins, so that no other gets its identity."""

    def __init__(self) -> None:
        self._norms: dict[int, Norm] = {}
        self._held: list[torch.Tensor] = []
        # While a backward runs: what it may change, and the version that it had.
        self._before: list[tuple[Any, int, int]] = []

    def __len__(self) -> int:
        return len(self._norms)

    def __contains__(self, gradient: torch.Tensor) -> bool:
        return id(gradient) in self._norms

    def add(self, gradients: list[torch.Tensor], norm: Norm) -> None:
        self._norms.update(dict.fromkeys(map(id, gradients), norm))
        self._held += gradients

    def take(self, gradients: list[torch.Tensor]) -> tuple[list[Norm], set[int]]:
        """The norms of these gradients, and the identities of others that they are of too. They are forgotten here."""
        found = dict.fromkeys(map(self._norms.get, map(id, gradients)))
        found.pop(None, None)
        taken = {key for key, norm in self._norms.items() if norm in found}
        if len(taken) == len(self._norms):
            self.clear()
        else:
            for key in taken:
                del self._norms[key]
            self._held = [gradient for gradient in self._held if id(gradient) in self._norms]
        return [norm for norm in found if norm is not None], taken.difference(map(id, gradients))

    def remove(self, keys: Iterable[int]) -> None:
        """These are gone, or something else now. The norm of the others that were clipped with them is not known."""
        for key in keys:
            norm = self._norms.pop(key, None)
            if norm is not None:
                norm.part = None
        self._held = [gradient for gradient in self._held if id(gradient) in self._norms]

    def clear(self) -> None:
        self._norms, self._held, self._before = {}, [], []

    def backward_begins(self) -> None:
        """Gradients that nobody else holds were thrown away."""
        self._before = [(weakref.ref(each), id(each), local_part(each)._version) for each in self._held]
        self._held = []

    def backward_ends(self) -> None:
        """What backward has added to is another gradient."""
        changed = []
        for reference, key, version in self._before:
            gradient = reference()
            if gradient is not None and local_part(gradient)._version == version:
                self._held.append(gradient)
            else:
                changed.append(key)
        self._before = []
        self.remove(changed)
