"""Hugging Face Trainer:

trainer = Trainer(..., callbacks=[GradwatchCallback("my-run")])
"""

from __future__ import annotations

import time
from typing import Any

from transformers import TrainerCallback

from gradwatch.scalars import VALIDATION_LOSS, extras_of, validation_loss
from gradwatch.torch import Watch, watch
from gradwatch.torch.pauses import CHECKPOINT, EVALUATION
from gradwatch.training import Training, harmless

# Scalars of the trainer's log that every step reports by itself.
KNOWN = frozenset({"loss", "grad_norm", "learning_rate", "epoch"})


@harmless
class GradwatchCallback(TrainerCallback):
    """Reports every optimiser step, its times, loss, gradient norm and learning rate, each evaluation and checkpoint.

    `run` and `options` are those of gradwatch.init(); a run that the script has begun already is used as it is.
    """

    def __init__(self, run: str | None = None, **options: Any) -> None:
        self._training = Training(run, options)
        self._watch: Watch | None = None
        # When the trainer last came by; evaluations and checkpoints have no callback at their begin.
        self._since = 0.0

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        run = self._training.begin(
            rank=args.process_index,
            world_size=args.world_size,
            local_rank=args.local_process_index,
            model=type(kwargs.get("model")).__name__,
        )
        self._watch = watch(run=run, last_step=state.global_step, pauses=())

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if self._watch is not None:
            self._watch.run.log(state.global_step, epoch=state.epoch)
        self._since = time.perf_counter()

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **kwargs: Any) -> None:
        # An evaluation logs before it ends.
        if any(name.startswith("eval_") for name in logs or ()):
            return
        extras = extras_of(logs or {}, KNOWN)
        if self._watch is not None and extras and "train_runtime" not in extras:
            self._watch.run.log(state.global_step, extras=extras)
        self._since = time.perf_counter()

    def on_evaluate(self, args: Any, state: Any, control: Any, metrics: Any = None, **kwargs: Any) -> None:
        if self._watch is not None:
            self._watch.paused(time.perf_counter() - self._since, EVALUATION)
            loss = validation_loss(metrics or {})
            if loss is not None:
                self._watch.run.log(state.global_step, **{VALIDATION_LOSS: loss})
            numbers = {name: value for name, value in (metrics or {}).items() if isinstance(value, (int, float))}
            self._watch.run.evaluation("validation", {"": numbers}, step=state.global_step)
        self._since = time.perf_counter()

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if self._watch is not None:
            self._watch.paused(time.perf_counter() - self._since, CHECKPOINT)

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if self._watch is not None:
            self._watch.stop()
            self._watch = None
        self._training.end()
