"""PyTorch Lightning:

trainer = Trainer(callbacks=[GradwatchCallback("my-run")])
"""

from __future__ import annotations

import sys
from typing import Any

from gradwatch.scalars import VALIDATION, VALIDATION_LOSS, extras_of, validation_loss
from gradwatch.torch import Watch, watch
from gradwatch.torch.pauses import CHECKPOINT, EVALUATION
from gradwatch.training import Training, harmless

# Two names of one library, whose classes do not know each other: the one that the script uses.
if "pytorch_lightning" in sys.modules and "lightning.pytorch" not in sys.modules:
    from pytorch_lightning import Callback
else:
    from lightning.pytorch import Callback  # type: ignore[assignment]


@harmless
class GradwatchCallback(Callback):
    """Reports every optimiser step, its times, loss, gradient norm and learning rate, each validation, and as extras
    what the module logs, every `log_every_n_steps` of the trainer.

    `run` and `options` are those of gradwatch.init(); a run that the script has begun already is used as it is.
    """

    def __init__(self, run: str | None = None, **options: Any) -> None:
        self._training = Training(run, options)
        self._watch: Watch | None = None
        self._step = 0
        # Batches after which an optimiser stepped; of several optimisers each step counts for the trainer.
        self._batches = 0

    def on_fit_start(self, trainer: Any, pl_module: Any) -> None:
        run = self._training.begin(
            rank=trainer.global_rank,
            world_size=trainer.world_size,
            local_rank=trainer.local_rank,
            model=type(pl_module).__name__,
        )
        self._step = trainer.global_step
        self._watch = watch(run=run, last_step=self._step, pauses=(CHECKPOINT,))

    def on_train_batch_end(self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int) -> None:
        # It stays as it is while gradients are accumulated.
        if self._watch is not None and trainer.global_step != self._step:
            self._step = trainer.global_step
            self._batches += 1
            epoch = trainer.current_epoch + self._part_of_epoch(trainer, batch_idx)
            extras = None
            if self._batches % max(1, trainer.log_every_n_steps) == 0:
                # As often as Lightning itself reads them.
                extras = extras_of(trainer.callback_metrics)
            self._watch.run.log(self._step, epoch=epoch, extras=extras)

    def on_validation_start(self, trainer: Any, pl_module: Any) -> None:
        self._training.pause_begins(EVALUATION)

    def on_validation_end(self, trainer: Any, pl_module: Any) -> None:
        seconds = self._training.pause_ends(EVALUATION)
        if self._watch is None or trainer.sanity_checking or seconds is None:
            return
        self._watch.paused(seconds, EVALUATION)
        loss = validation_loss(trainer.callback_metrics)
        if loss is not None:
            self._watch.run.log(self._step, **{VALIDATION_LOSS: loss})
        # The other metrics of the callback are of the training.
        metrics = {name: value for name, value in trainer.callback_metrics.items() if name.startswith(VALIDATION)}
        if metrics:
            self._watch.run.evaluation("validation", {"": metrics}, step=self._step)

    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
        self._end(exception)

    def on_fit_end(self, trainer: Any, pl_module: Any) -> None:
        self._end(None)

    def _end(self, exception: BaseException | None) -> None:
        if self._watch is not None:
            self._watch.stop()
            self._watch = None
        self._training.end(exception)

    def _part_of_epoch(self, trainer: Any, batch_idx: int) -> float:
        batches = trainer.num_training_batches
        return (batch_idx + 1) / batches if 0 < batches < float("inf") else 0.0
