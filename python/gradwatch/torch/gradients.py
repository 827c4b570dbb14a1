"""The norm of the gradient, from where it costs least."""

from __future__ import annotations

import sys
import time
import weakref
from collections.abc import Iterable
from typing import Any

import torch
from torch.compiler import is_compiling
from torch.nn.utils import clip_grad

from gradwatch.torch.budget import Budget
from gradwatch.torch.clipped import ClippedGradients, Norm
from gradwatch.torch.late import Part, part_of
from gradwatch.torch.norms import global_part, gradients_of, is_sharded, local_part, norm_of
from gradwatch.torch.patches import Patches
from gradwatch.torch.timeline import Timeline

FIELD = "gradient_norm"
# Functions of torch.nn.utils.clip_grad: the one that computes a norm, and those that change gradients.
TOTAL_NORM = "_get_total_norm"
CLIPPING = frozenset({"clip_grad_value_", "_clip_grads_with_norm_"})


class GradientNorm:
    """The L2 norm before clipping of the gradients that the optimisers of a step step with. Each gradient counts once,
    as it was when nothing had clipped it yet:

    1. in the norm that the script computes of it anyway, for clipping or by itself;
    2. else, where the script clips it, by value or by another norm, in one that is measured before that;
    3. else in one that is measured when its optimiser steps.

    What is measured is measured every n steps, so that it keeps to a budget. A step has no norm when that of some of
    its gradients is not known.
    """

    def __init__(self, patches: Patches, timeline: Timeline) -> None:
        self._timeline = timeline
        self._budget = Budget()
        # What measuring has cost since the budget was asked last, what it said, and of which step.
        self._seconds = 0.0
        self._due = True
        self._asked: object = None
        self._clipped = ClippedGradients()
        # The L2 norm that the script has computed last: identities and the first one of its tensors, which may be
        # others than gradients, and its value where that was seen.
        self._computed: tuple[list[int], Any, Part | None] | None = None
        # Of what an optimiser is about to step with, and what those are of that its step has so far.
        self._norms: list[Norm] | None = None
        self._scopes: set[str] = set()
        # What has been counted since the last backward: optimisers that have stepped, and gradients of others.
        self._stepped: list[Any] = []
        self._counted: set[int] = set()
        note_tensors, note_norm = patches.safe(self._note_tensors), patches.safe(self._note_norm)
        note_change = patches.safe(self._note_change)

        def total_norm(original: Any, *args: Any, **kwargs: Any) -> Any:
            norm = original(*args, **kwargs)
            if not is_compiling():
                note_norm(norm)
            return norm

        def group(original: Any, tensors: Any, *args: Any, **kwargs: Any) -> Any:
            if not is_compiling():
                # What calls this. The frame before that one is of the replacement.
                caller = sys._getframe(2)
                function = caller.f_code.co_name
                if function == TOTAL_NORM:
                    note_tensors(tensors[0], caller.f_locals["norm_type"])
                elif function in CLIPPING:
                    note_change(tensors[0], caller.f_locals.get("total_norm"))
            return original(tensors, *args, **kwargs)

        # The functions that compute norms and clip find this here, wherever the script has those functions from.
        patches.replace(clip_grad, "_group_tensors_by_device_and_dtype", group)
        patches.replace(clip_grad, TOTAL_NORM, total_norm)
        patches.replace(torch.nn.utils, "get_total_norm", total_norm)

    def _note_tensors(self, tensors: list[torch.Tensor], norm_type: float) -> None:
        """The script computes the norm of these."""
        self._computed = (list(map(id, tensors)), weakref.ref(tensors[0]), None) if norm_type == 2.0 else None

    def _note_norm(self, norm: Any) -> None:
        """The norm is computed, up to what ranks have to add to one that is spread over them."""
        local = global_part(norm)
        if self._computed is not None and local is not None:
            self._computed = (*self._computed[:2], part_of(local))

    def _note_change(self, gradients: list[torch.Tensor], norm: Any) -> None:
        """The script is about to clip these gradients, by the norm that it has computed if one is given."""
        if self._stepped or self._counted:
            # Only where they turn out to be those of another step this is their norm.
            counted = self._counted_already()
            again = [each for each in gradients if id(each) in counted and each not in self._clipped]
            self._clipped.add(again, Norm(None))
        # A second time says nothing, unless backward has added to them.
        new = [each for each in gradients if each not in self._clipped] if self._clipped else list(gradients)
        if new:
            self._clipped.add(new, self._computed_of(new, norm) or self._measure(new))

    def _computed_of(self, gradients: list[torch.Tensor], norm: Any = None) -> Norm | None:
        """What the script has computed as the norm of exactly these. `norm`: what it says that it is, which counts
        where ranks had to complete it."""
        if self._computed is None:
            return None
        identities, first, part = self._computed
        if first() is not gradients[0] or identities != list(map(id, gradients)):
            return None
        sharded = is_sharded(gradients[0])
        if part is None and sharded and isinstance(norm, torch.Tensor) and (local := global_part(norm)) is not None:
            part = part_of(local)
        return None if part is None else Norm(part, "global" if sharded else None)

    def _counted_already(self) -> set[int]:
        optimizers = (reference() for reference in self._stepped)
        return self._counted.union(*(map(id, gradients_of(each)) for each in optimizers if each is not None))

    def forget(self, parameters: Iterable[torch.Tensor]) -> None:
        """The gradients of these parameters are thrown away."""
        self._computed = None
        if self._clipped or self._counted:
            gone = {id(parameter.grad) for parameter in parameters}
            self._clipped.remove(gone)
            self._counted -= gone

    def backward_begins(self) -> None:
        self._computed = self._norms = None
        self._nothing_counted()
        if self._clipped:
            self._clipped.backward_begins()

    def backward_ends(self) -> None:
        if self._clipped:
            self._clipped.backward_ends()

    def _nothing_counted(self) -> None:
        if self._stepped:
            self._stepped, self._counted = [], set()

    def complete(self, optimizer: Any, scaled: bool = False, skipped: bool = False) -> None:
        """The gradient that an optimiser steps with is complete. `scaled`: a GradScaler is at work; `skipped`: it keeps
        the optimiser from its step."""
        # An optimiser may step by another one, or by its base class: the gradient is the same.
        if self._norms is not None:
            return
        if not self._timeline.continues(id(optimizer)):
            self._nothing_counted()
            self._scopes = set()
        gradients = gradients_of(optimizer)
        if self._stepped or self._counted:
            counted = self._counted_already()
            gradients = [each for each in gradients if id(each) not in counted]
        self._stepped.append(weakref.ref(optimizer))
        # Stays so if something fails.
        self._norms = [Norm(None)]
        rest = gradients
        norms: list[Norm] = []
        if self._clipped:
            rest = [each for each in gradients if each not in self._clipped]
            norms, others = self._clipped.take(gradients)
            self._counted |= others
        if rest:
            norms.append(self._norm_of_unclipped(rest, optimizer, scaled, skipped))
        self._norms = norms

    def _norm_of_unclipped(self, gradients: list[torch.Tensor], optimizer: Any, scaled: bool, skipped: bool) -> Norm:
        if skipped:
            return Norm(None)
        if scaled:
            # What the script has computed may be of scaled gradients.
            return self._measure(gradients, optimizer, getattr(optimizer, "grad_scale", None))
        return self._computed_of(gradients) or self._measure(gradients, optimizer)

    def _is_due(self, optimizer: Any) -> bool:
        """What the budget says of a step holds for all its optimisers."""
        if self._asked is not self._timeline.open:
            self._asked = self._timeline.open
            if not self._timeline.continues(None if optimizer is None else id(optimizer)):
                if self._seconds > 0:
                    self._budget.spent(self._seconds, self._timeline.trained)
                    self._seconds = 0.0
                self._due = self._budget.due()
        return self._due

    def _measure(self, gradients: list[torch.Tensor], optimizer: Any = None, scale: torch.Tensor | None = None) -> Norm:
        """Not known where it is not due, or cannot be."""
        if not self._is_due(optimizer):
            return Norm(None)
        begun = time.perf_counter()
        norm = norm_of(map(local_part, gradients))
        part = None if norm is None else part_of(norm if scale is None else norm / scale.to(norm.device))
        scope = "shard" if any(map(is_sharded, gradients)) else None
        self._seconds += time.perf_counter() - begun
        return Norm(part, scope)

    def after_step(self) -> None:
        """The optimiser has stepped, or was kept from it: what was found belongs to this step."""
        norms, self._norms, self._computed = self._norms, None, None
        if not norms:
            return
        step = self._timeline.open
        self._scopes.update(norm.scope for norm in norms if norm.scope is not None)
        parts = [norm.part for norm in norms if norm.part is not None]
        # The norm of a shard and that of all shards make none of anything.
        if len(parts) < len(norms) or len(self._scopes) > 1:
            step.unknown.add(FIELD)
            return
        step.measured_late(FIELD, parts)
        if "shard" in self._scopes and FIELD not in step.told:
            step.measured("gradient_norm_scope", "shard")
