"""Keras on PyTorch: its optimisers are none of torch.optim, all else is PyTorch's."""

from __future__ import annotations

from typing import Any

from gradwatch.run import Run
from gradwatch.torch import Watch, watch
from gradwatch.torch.late import part_of


class AsTorchOptimizer:
    """What the watch of PyTorch asks of an optimiser: the parameters whose gradient it is to measure."""

    def __init__(self, variables: Any) -> None:
        self.param_groups = [{"params": [variable.value for variable in variables]}]


def watch_model(model: Any, run: Run, last_step: int) -> Watch:
    """Watches the training of a Keras model; steps are those of its optimiser."""
    watching = watch(run=run, last_step=last_step, pauses=())
    key = id(model.optimizer)

    def apply(original: Any, grads: Any, trainable_variables: Any = None) -> Any:
        optimizer = model.optimizer
        known = getattr(optimizer, "gradwatch_norm", None)
        measured = AsTorchOptimizer(model.trainable_variables if known is None else ())
        watching.optimizer_begins(measured)
        result = original(grads, trainable_variables)
        late = watching.timeline.open.late
        if known is not None:
            late["gradient_norm"] = [part_of(known.value)]
        rate = optimizer.learning_rate
        late["learning_rate"] = [part_of(getattr(rate, "value", rate))]
        watching.optimizer_ends(measured, key=key)
        return result

    watching.patches.replace(model.optimizer, "apply", apply)
    return watching
