"""The callback for Keras."""

from __future__ import annotations

import time
from typing import Any

import keras

from gradwatch.keras.loss_tracker import LossTracker, track_loss
from gradwatch.keras.optimizer import applied_by, loss_scale
from gradwatch.keras.state import StateReader
from gradwatch.scalars import VALIDATION, VALIDATION_LOSS, extras_of, validation_loss
from gradwatch.training import Training, harmless

EVALUATION = "evaluation_seconds"


@harmless
class GradwatchCallback(keras.callbacks.Callback):  # type: ignore[misc]
    """Reports every training step, its times, loss and learning rate, the metrics of the model as extras (as Keras logs
    them: means of the epoch so far), and each evaluation; the gradient norm with `with_gradient_norm`. With PyTorch
    below Keras, what gradwatch.torch sees is reported too.

    `run` and `options` are those of gradwatch.init(); a run that the script has begun already is used as it is. With
    steps_per_execution > 1 Keras tells only of the last step of each execution: its loss, and the mean time.
    """

    def __init__(self, run: str | None = None, **options: Any) -> None:
        super().__init__()
        self._training = Training(run, options)
        self._torch: Any = None
        self._loss: LossTracker | None = None

    def set_model(self, model: Any) -> None:
        super().set_model(model)
        self._loss = track_loss(model)

    def on_train_begin(self, logs: Any = None) -> None:
        self._state = StateReader(self.model)
        self._step = self._state.iterations()
        # Fields of the last step that are still to be read.
        self._late: tuple[int, dict[str, Any]] | None = None
        self._epoch = 0
        self._since = self._begun = time.perf_counter()
        run = self._training.begin(
            model=self.model.name, framework=f"keras {keras.__version__} {keras.backend.backend()}"
        )
        if keras.backend.backend() == "torch":
            from gradwatch.keras.torch_backend import watch_model

            self._torch = watch_model(self.model, run, self._step, self._loss)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._epoch = epoch
        self._since = time.perf_counter()

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        self._begun = time.perf_counter()
        self._first = batch
        if self._loss is not None:
            self._loss.training = True

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        run = self._training.run
        if run is None:
            return
        now = time.perf_counter()
        if self._loss is not None:
            self._loss.training = False
        # The metric of that name is the mean of the epoch so far, where the loss itself is known.
        is_known = self._torch is not None or (self._loss is not None and self._loss.trains)
        batches = (self.params or {}).get("steps")
        # Of the last execution in an epoch Keras tells the batch that it would have ended with.
        if batches:
            batch = min(batch, batches - 1)
        steps = batch - self._first + 1
        if steps > 1 and not batches:
            steps = max(1, self._state.iterations() - self._step)
        self._step += steps
        values: dict[str, Any] = {
            "epoch": self._epoch + (batch + 1) / batches if batches else self._epoch,
            "extras": extras_of(logs or {}, ("loss",) if is_known else ()),
            "step_seconds": (now - self._since) / steps,
            "data_wait_seconds": (self._begun - self._since) / steps,
        }
        if self._torch is not None:
            # The watch of PyTorch times the step itself, and takes the loss from backward.
            values = {name: values[name] for name in ("epoch", "extras")}
        elif keras.backend.backend() == "tensorflow":
            # The batch is fetched inside of the compiled function.
            del values["data_wait_seconds"]
        self._read_late()
        run.log(self._step, **values)
        if self._torch is None:
            self._late = (self._step, self._copies())
        self._since = time.perf_counter()

    def on_test_begin(self, logs: Any = None) -> None:
        self._training.pause_begins(EVALUATION)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        run, seconds = self._training.run, self._training.pause_ends(EVALUATION)
        if run is None or seconds is None:
            return
        values = {VALIDATION_LOSS: validation_loss(logs or {}), EVALUATION: seconds}
        if self._torch is not None:
            self._torch.paused(values.pop(EVALUATION), EVALUATION)
        run.log(self._step, **values)
        metrics = {name: value for name, value in (logs or {}).items() if name.startswith(VALIDATION)}
        run.evaluation("validation", {"": metrics}, step=self._step)

    def on_train_end(self, logs: Any = None) -> None:
        self._read_late()
        if self._torch is not None:
            self._torch.stop()
            self._torch = None
        self._training.end()

    def _copies(self) -> dict[str, Any]:
        copies = {}
        if self._loss is not None and self._loss.trains:
            copies["loss"] = self._state.copy(self._loss.last)
        scale = loss_scale(self.model.optimizer)
        if isinstance(scale, keras.Variable):
            copies["loss_scale"] = self._state.copy(scale)
        optimizer = applied_by(self.model.optimizer)
        if hasattr(optimizer, "gradwatch_norm"):
            copies["gradient_norm"] = self._state.copy(optimizer.gradwatch_norm)
        rate = getattr(optimizer, "_learning_rate", None)
        if isinstance(rate, keras.optimizers.schedules.LearningRateSchedule):
            copies["learning_rate"] = rate(self._step - 1)
        elif isinstance(rate, keras.Variable):
            copies["learning_rate"] = self._state.copy(rate)
        return copies

    def _read_late(self) -> None:
        if self._late is None:
            return
        (step, copies), self._late = self._late, None
        values = {field: float(keras.ops.convert_to_numpy(copy)) for field, copy in copies.items()}
        run = self._training.run
        if run is not None:
            run.report(step, values)
