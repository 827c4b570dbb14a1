"""The loss of each step. What Keras logs is the mean over the epoch so far, in which a jump is hidden."""

from __future__ import annotations

from typing import Any

import keras


class LossTracker(keras.metrics.Mean):  # type: ignore[misc]
    """The metric `loss` of a model, which also keeps the value that came last."""

    def __init__(self) -> None:
        super().__init__(name="loss")
        self.last = self.add_variable(shape=(), initializer="zeros", dtype=self.dtype, name="last")
        # Whether a training step runs, or is compiled, and whether any of them has told its loss: a train_step of the
        # model's own may keep it in a metric of its own.
        self.training = self.trains = False

    def update_state(self, values: Any, sample_weight: Any = None) -> Any:
        self.trains = self.trains or self.training
        self.last.assign(keras.ops.cast(keras.ops.mean(values), self.dtype))
        return super().update_state(values, sample_weight=sample_weight)


def track_loss(model: Any) -> LossTracker | None:
    """Puts the tracker into a compiled model, once. None where this version of Keras keeps the loss elsewhere."""
    tracker = getattr(model, "_loss_tracker", None)
    if isinstance(tracker, LossTracker):
        return tracker
    if type(tracker) is not keras.metrics.Mean:
        return None
    ours = LossTracker()
    # Not among what the model tracks, as Keras puts its own there too: of a model that is built that would be an error.
    object.__setattr__(model, "_loss_tracker", ours)
    # They may have been compiled with the old one.
    model.train_function = model.test_function = None
    return ours
