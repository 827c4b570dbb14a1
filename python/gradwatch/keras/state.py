"""Variables of a model while fit() runs."""

from __future__ import annotations

from typing import Any

import keras

from gradwatch.keras.optimizer import applied_by


class StateReader:
    """Copies values of variables now, for reading one step later, when the device has computed them.

    With JAX the step is a function of state: the variables hold the state of the last sync, and the current one is in
    the trainer. The copy is needed because the next step gives the state's memory away.
    """

    def __init__(self, model: Any) -> None:
        self._model = model
        self._jax = keras.backend.backend() == "jax"

    def copy(self, variable: Any) -> Any:
        """An array of the backend."""
        return keras.ops.copy(self._current(variable))

    def iterations(self) -> int:
        """Batches that the optimiser has taken so far, one for each part of an accumulated gradient. Waits for the
        device."""
        optimizer = applied_by(self._model.optimizer)
        return 0 if optimizer is None else int(keras.ops.convert_to_numpy(self._current(optimizer._iterations)))

    def _current(self, variable: Any) -> Any:
        state = getattr(self._model, "_jax_state", None) if self._jax else None
        if not state:
            return variable.value
        for name, variables in (
            ("metrics_variables", self._model.metrics_variables),
            ("optimizer_variables", self._model.optimizer.variables),
        ):
            for index, known in enumerate(variables):
                if known is variable:
                    return state[name][index]
        return variable.value
