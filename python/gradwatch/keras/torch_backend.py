"""Keras on PyTorch: its optimisers are none of torch.optim, all else is PyTorch's."""

from __future__ import annotations

from typing import Any

from gradwatch.keras.loss_tracker import LossTracker
from gradwatch.keras.optimizer import applied_by, loss_scale
from gradwatch.run import Run
from gradwatch.torch import Watch, watch
from gradwatch.torch.late import part_of


class AsTorchOptimizer:
    """What the watch of PyTorch asks of an optimiser: the parameters whose gradient it is to measure. None where the
    optimiser of the model tells the norm by itself, or the gradient of a parameter is that of a scaled loss."""

    def __init__(self, model: Any) -> None:
        self._model = model

    @property
    def param_groups(self) -> list[dict[str, Any]]:
        optimizer = self._model.optimizer
        measures = not hasattr(applied_by(optimizer), "gradwatch_norm") and loss_scale(optimizer) is None
        variables = self._model.trainable_variables if measures else ()
        return [{"params": [variable.value for variable in variables]}]


def watch_model(model: Any, run: Run, last_step: int, loss: LossTracker | None) -> Watch:
    """Watches the training of a Keras model; steps are those of its optimiser."""
    watching = watch(run=run, last_step=last_step, pauses=())
    measured = AsTorchOptimizer(model)

    def apply(original: Any, grads: Any, trainable_variables: Any = None) -> Any:
        optimizer = applied_by(model.optimizer)
        known = getattr(optimizer, "gradwatch_norm", None)
        scale = loss_scale(model.optimizer)
        watching.optimizer_begins(measured)
        result = original(grads, trainable_variables)
        late = watching.timeline.open.late
        if known is not None:
            late["gradient_norm"] = [part_of(known.value)]
        if scale is not None:
            # What went backward was the scaled loss.
            late.pop("loss", None)
            late["loss_scale"] = [part_of(scale.value) if hasattr(scale, "value") else float(scale)]
            if loss is not None and loss.trains:
                late["loss"] = [part_of(loss.last.value)]
        rate = optimizer.learning_rate
        late["learning_rate"] = [part_of(getattr(rate, "value", rate))]
        watching.optimizer_ends(measured)
        return result

    watching.patches.replace(model.optimizer, "apply", apply)
    return watching
