"""The loss of each step. What Keras logs is the mean over the epoch so far, in which a jump is hidden."""

from __future__ import annotations

from typing import Any

import keras


class LossTracker(keras.metrics.Mean):  # type: ignore[misc]
    """The metric `loss` of a model, which also keeps the value that came last."""

    def __init__(self) -> None:
        super().__init__(name="loss")
        self.last = self.add_variable(shape=(), initializer="zeros", dtype=self.dtype, name="last")

    def update_state(self, values: Any, sample_weight: Any = None) -> Any:
        self.last.assign(keras.ops.cast(keras.ops.mean(values), self.dtype))
        return super().update_state(values, sample_weight=sample_weight)


def track_loss(model: Any) -> LossTracker | None:
    """Puts the tracker into a compiled model, once. None where this version of Keras keeps the loss elsewhere."""
    tracker = getattr(model, "_loss_tracker", None)
    if isinstance(tracker, LossTracker):
        return tracker
    if type(tracker) is not keras.metrics.Mean:
        return None
    model._loss_tracker = ours = LossTracker()
    # They may have been compiled with the old one.
    model.train_function = model.test_function = None
    return ours
