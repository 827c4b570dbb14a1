"""When optimisers step, and when gradients are thrown away."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch.compiler import is_compiling
from torch.optim import optimizer as torch_optimizer

from gradwatch.torch.late import part_of
from gradwatch.torch.patches import Patches
from gradwatch.torch.timeline import Timeline

Listener = Callable[[Any, bool], None]


def watch_optimizers(patches: Patches, before: Listener, after: Listener) -> None:
    """`before` and `after` get every optimiser of torch.optim, around each of its steps, and whether the step is given
    a closure, which runs forward and backward inside of it."""

    def begins(optimizer: Any, args: Any, kwargs: Any) -> None:
        if not is_compiling():
            before(optimizer, has_closure(args, kwargs))

    def ends(optimizer: Any, args: Any, kwargs: Any) -> None:
        if not is_compiling():
            after(optimizer, has_closure(args, kwargs))

    def has_closure(args: Any, kwargs: Any) -> bool:
        # The first argument is the optimiser.
        return (args[1] if len(args) > 1 else kwargs.get("closure")) is not None

    for register, hook in (
        ("register_optimizer_step_pre_hook", begins),
        ("register_optimizer_step_post_hook", ends),
    ):
        if hasattr(torch_optimizer, register):
            handle = getattr(torch_optimizer, register)(patches.safe(hook))
            patches.undo_with(handle.remove)
        else:
            patches.say_once(f"this version of PyTorch has no torch.optim.optimizer.{register}")


def watch_zeroing(patches: Patches, zeroed: Callable[[Iterable[torch.Tensor]], None]) -> None:
    """`zeroed` gets the parameters whose gradients zero_grad() of an optimiser or a module is about to throw away."""
    note = patches.safe(zeroed)

    def of_optimizer(original: Any, optimizer: Any, *args: Any, **kwargs: Any) -> Any:
        if not is_compiling():
            note(parameter for group in optimizer.param_groups for parameter in group["params"])
        return original(optimizer, *args, **kwargs)

    def of_module(original: Any, module: Any, *args: Any, **kwargs: Any) -> Any:
        if not is_compiling():
            note(module.parameters())
        return original(module, *args, **kwargs)

    patches.replace(torch.optim.Optimizer, "zero_grad", of_optimizer)
    patches.replace(torch.nn.Module, "zero_grad", of_module)


class ThrownAway:
    """Sees that a script has set gradients to None by hand, where zero_grad() is not called: a parameter had a gradient
    after a backward, no step followed, and it has none when the next backward begins. Until the first step no parameter
    is known."""

    def __init__(self, thrown_away: Callable[[], None]) -> None:
        self._thrown_away = thrown_away
        # The optimiser that stepped last, and one of its parameters that has a gradient. Neither is kept alive by this.
        self._optimizer: Callable[[], Any] = _nothing
        self._held: Callable[[], Any] = _nothing

    def stepped(self, optimizer: Any) -> None:
        self._optimizer, self._held = weakref.ref(optimizer), _nothing

    def backward_begins(self) -> None:
        held = self._held()
        if held is not None and held.grad is None:
            self._held = _nothing
            self._thrown_away()

    def backward_ends(self) -> None:
        optimizer = self._optimizer()
        if optimizer is None or self._held() is not None:
            return
        # Frameworks that keep gradients elsewhere leave none here, and then there is nothing to see.
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._held = weakref.ref(parameter)
                    return


def _nothing() -> None:
    return None


def note_learning_rate(timeline: Timeline, optimizer: Any) -> None:
    """The rate of the first parameter group, as trackers show it."""
    rate = optimizer.param_groups[0].get("lr")
    if isinstance(rate, torch.Tensor):
        timeline.open.measured_late("learning_rate", [part_of(rate)])
    elif rate is not None:
        timeline.open.measured("learning_rate", rate)
