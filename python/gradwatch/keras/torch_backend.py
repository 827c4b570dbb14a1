"""Keras on PyTorch: its optimisers are none of torch.optim, all else is PyTorch's."""

from __future__ import annotations

from typing import Any

from gradwatch.run import Run
from gradwatch.torch import Watch, watch
from gradwatch.torch.late import part_of


class AsTorchOptimizer:
    """What the watch of PyTorch asks of an optimiser: the parameters whose gradient it is to measure. None where the
    optimiser of the model tells the norm by itself."""

    def __init__(self, model: Any) -> None:
        self._model = model

    @property
    def param_groups(self) -> list[dict[str, Any]]:
        measures = getattr(self._model.optimizer, "gradwatch_norm", None) is None
        variables = self._model.trainable_variables if measures else ()
        return [{"params": [variable.value for variable in variables]}]


def watch_model(model: Any, run: Run, last_step: int) -> Watch:
    """Watches the training of a Keras model; steps are those of its optimiser."""
    watching = watch(run=run, last_step=last_step, pauses=())
    measured = AsTorchOptimizer(model)

    def apply(original: Any, grads: Any, trainable_variables: Any = None) -> Any:
        optimizer = model.optimizer
        known = getattr(optimizer, "gradwatch_norm", None)
        watching.optimizer_begins(measured)
        result = original(grads, trainable_variables)
        late = watching.timeline.open.late
        if known is not None:
            late["gradient_norm"] = [part_of(known.value)]
        rate = optimizer.learning_rate
        late["learning_rate"] = [part_of(getattr(rate, "value", rate))]
        watching.optimizer_ends(measured)
        return result

    watching.patches.replace(model.optimizer, "apply", apply)
    return watching
