"""The gradient norm of a Keras optimiser, before clipping, inside of the compiled step."""

from __future__ import annotations

from typing import Any, TypeVar

import keras

from gradwatch.keras.optimizer import applied_by

Optimizer = TypeVar("Optimizer")


def with_gradient_norm(optimizer: Optimizer) -> Optimizer:
    """The same optimiser, which from now on also computes the L2 norm of each gradient that it applies, for
    GradwatchCallback to report; of one that scales the loss, without the scale. Call it before model.compile() or
    fit(). What is saved of the optimiser is as without.
    """
    measures: Any = applied_by(optimizer)
    cls = type(measures)
    if not hasattr(measures, "gradwatch_norm"):
        # Keras writes name and module of the class into saved models.
        measured = type(
            cls.__name__, (_MeasuresNorm, cls), {"__module__": cls.__module__, "__qualname__": cls.__qualname__}
        )
        measures.__class__ = measured
        measures.gradwatch_norm = measures.add_variable(
            shape=(), initializer="zeros", dtype="float32", name="gradient_norm"
        )
    return optimizer


class _MeasuresNorm:
    """Mixed in before an optimiser's class."""

    gradwatch_norm: Any
    variables: list[Any]

    def apply(self, grads: Any, trainable_variables: Any = None) -> Any:
        ops = keras.ops
        known = [ops.cast(gradient, "float32") for gradient in grads if gradient is not None]
        norm = ops.sqrt(sum((ops.sum(ops.square(gradient)) for gradient in known), ops.zeros(())))
        scale = getattr(self, "loss_scale_factor", None)
        self.gradwatch_norm.assign(norm if scale is None else norm / scale)
        return super().apply(grads, trainable_variables)  # type: ignore[misc]

    def save_own_variables(self, store: Any) -> None:
        for index, variable in enumerate(self._saved()):
            store[str(index)] = variable.numpy()

    def load_own_variables(self, store: Any) -> None:
        saved = self._saved()
        if len(store.keys()) != len(saved):
            raise ValueError(f"{len(store.keys())} variables are saved of an optimiser that has {len(saved)}")
        for index, variable in enumerate(saved):
            variable.assign(store[str(index)])

    def _saved(self) -> list[Any]:
        return [variable for variable in self.variables if variable is not self.gradwatch_norm]
