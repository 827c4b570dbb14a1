"""Reports every step of a PyTorch training without the script's help."""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from types import TracebackType
from typing import Any

import torch

import gradwatch
from gradwatch.run import Run
from gradwatch.torch.backward import watch_backward
from gradwatch.torch.clock import DeviceClock, HostClock
from gradwatch.torch.collectives import CollectiveWatch
from gradwatch.torch.first_call import FirstCall
from gradwatch.torch.gradients import GradientNorm
from gradwatch.torch.interval import Interval
from gradwatch.torch.late import DeviceScalar, Part, read_late
from gradwatch.torch.layers import Layers
from gradwatch.torch.loader import watch_loader
from gradwatch.torch.memory import Memory
from gradwatch.torch.norms import gradients_of
from gradwatch.torch.optimizers import ThrownAway, note_learning_rate, watch_optimizers, watch_zeroing
from gradwatch.torch.patches import Patches
from gradwatch.torch.pauses import CHECKPOINT, EVALUATION, PAUSES, Pauses
from gradwatch.torch.scaler import ScaledLosses, ScalerWatch
from gradwatch.torch.timeline import Timeline, fields_of, measured, seconds_of

logger = logging.getLogger("gradwatch")

# Steps within which the exporter takes a further part of a step.
PART_STEPS = 8

_active: Watch | None = None


class Watch:
    """Made by `gradwatch.torch.watch`. Ends with `stop()`, with the block of a `with`, or with the process."""

    def __init__(
        self,
        run: Run,
        model: Any = None,
        *,
        last_step: int = 0,
        layers_every: int | None = None,
        pauses: Sequence[str] = PAUSES,
    ) -> None:
        self.run = run
        # What the last delivered step has still to be told of, by field.
        self._pauses_after: dict[str, float] = {}
        self._paused_after = last_step
        self.patches = Patches()
        clock = DeviceClock() if torch.cuda.is_available() else HostClock()
        self.timeline = Timeline(self._deliver, clock=clock, last_step=last_step)
        self._memory = Memory()
        self.layers = None if model is None else Layers(model, run, every=layers_every)
        # Steps of which something is still to be read from the device, oldest first.
        self._waiting: deque[tuple[Interval, dict[str, list[Part]], bool]] = deque()
        if run.finished:
            self.patches.live = False
        else:
            self._install(pauses)

    def _install(self, pauses: Sequence[str]) -> None:
        patches, timeline = self.patches, self.timeline
        losses = ScaledLosses()
        self._norm = GradientNorm(patches, timeline)
        self._scaler = ScalerWatch(patches, timeline, losses, self.optimizer_skipped)
        self._pauses = Pauses(patches, self.paused, pauses)
        self._first_call = FirstCall(patches, timeline)
        watch_loader(patches, self)
        self._thrown_away = ThrownAway(self.thrown_away)
        watch_backward(patches, timeline, losses, self._norm, self._thrown_away)
        watch_optimizers(patches, self.optimizer_begins, self.optimizer_ends)
        watch_zeroing(patches, self.zeroed)
        CollectiveWatch(patches, timeline)
        self.run.companion = self

    def stop(self) -> None:
        """Reports the last step and takes all hooks back."""
        global _active
        if not self.patches.live:
            return
        self.timeline.close()
        self._report_told()
        self._read_waiting(patience=0)
        self._report_pauses()
        self.patches.restore()
        self._memory.close()
        self.run.companion = None
        if _active is self:
            _active = None

    def log_layers(self, steps: int) -> None:
        """Reports the layers of each of the next `steps` steps. Raises RuntimeError where the model was not given."""
        if self.layers is None:
            raise RuntimeError("the script watches without a model: gradwatch.torch.watch(model) can tell of layers")
        self.layers.ask(steps)

    @contextlib.contextmanager
    def evaluation(self) -> Iterator[None]:
        """Time of the block counts as evaluation. model.eval() and model.train() around it are seen without."""
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.paused(time.perf_counter() - begun, EVALUATION)

    @contextlib.contextmanager
    def checkpoint(self) -> Iterator[None]:
        """Time of the block counts as checkpoint. torch.save is seen without."""
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.paused(time.perf_counter() - begun, CHECKPOINT)

    def __enter__(self) -> Watch:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    # What the loader says.

    def data_begins(self) -> None:
        self.timeline.data_begins()
        self.run.serve()

    def data_ends(self, samples: int, iterator: Any) -> None:
        self.timeline.data_ends(samples, iterator)
        if self.timeline.on_device:
            self._first_call.arm()

    def data_exhausted(self, iterator: Any) -> None:
        self.timeline.data_exhausted(iterator)

    # What the optimisers say.

    def optimizer_begins(self, optimizer: Any, closure: bool = False) -> None:
        self.timeline.optimizer_begins()
        if self.timeline.open.zeroed_losses > 0 and not gradients_of(optimizer):
            self.timeline.open.throw_zeroed_away()
        self._scaler.optimizer_steps(optimizer)
        if not closure:
            self._gradient_complete(optimizer)

    def optimizer_ends(self, optimizer: Any, closure: bool = False) -> None:
        if closure:
            # It is that of the closure's last call.
            self._gradient_complete(optimizer)
        note_learning_rate(self.timeline, optimizer)
        self._thrown_away.stepped(optimizer)
        self._stepped(id(optimizer))

    def optimizer_skipped(self, optimizer: Any) -> None:
        self._norm.complete(optimizer, skipped=True)
        self._stepped(id(optimizer), skipped=True)

    def _gradient_complete(self, optimizer: Any) -> None:
        if self.layers is not None:
            self.layers.before_step(self.timeline.expected)
        self._norm.complete(optimizer, self._scaler.stepping)

    def _stepped(self, key: int, skipped: bool = False) -> None:
        self._norm.after_step()
        self._pauses.stepped()
        if self.timeline.open.data_wait is None:
            self._first_call.arm()
        self.timeline.optimizer_ends(key, skipped)

    def zeroed(self, parameters: Iterable[torch.Tensor]) -> None:
        """Gradients of these parameters are thrown away. They were those of the loss where backward begins anew, or an
        optimiser steps without any; another step has its own still, as of a generator whose discriminator is zeroed."""
        self.timeline.open.zeroed()
        self._norm.forget(parameters)

    def thrown_away(self) -> None:
        """What backward told since the last step is of a batch that no step followed."""
        self.timeline.open.zeroed()
        self.timeline.open.throw_zeroed_away()

    def paused(self, seconds: float, field: str) -> None:
        """The training was at something else for so long, which is not time of the next step."""
        if self.timeline.pause(seconds, field) is None:
            self._paused_after = self.timeline.last_step
            self._pauses_after[field] = self._pauses_after.get(field, 0.0) + seconds

    # What the script says.

    def logged(self, step: int, values: Mapping[str, Any]) -> None:
        """The script's log(): its values join those of the step. Tensors on a device are read later, without a wait."""
        if self.timeline.is_past(step, values):
            known = () if self.timeline.delivered is None else fields_of(self.timeline.delivered)
            named = {field: each for field, each in values.items() if field not in known or isinstance(each, Mapping)}
            self.run.report(step, named)
            return
        if self.timeline.open.number != step:
            self._report_told()
        interval = self.timeline.logged(step, values)
        for field, value in values.items():
            interval.late.pop(field, None)
            if value is not None:
                interval.told.add(field)
            if _on_device(value):
                interval.late[field] = [DeviceScalar(value.reshape(()))]
            elif isinstance(value, Mapping):
                late = {name: each for name, each in value.items() if _on_device(each)}
                for name, each in late.items():
                    interval.late[f"{field}.{name}"] = [DeviceScalar(each.reshape(()))]
                interval.values[field] = {name: _number(each) for name, each in value.items() if name not in late}
            else:
                interval.values[field] = _number(value)
        if interval is self.timeline.done and self.timeline.whole:
            self.timeline.close()

    # What becomes of a step.

    def _deliver(self, step: Interval) -> None:
        if self._pauses_after:
            self._report_pauses()
        if self._waiting:
            self._read_waiting(patience=PART_STEPS)
        values = step.values
        # Several optimisers share one loss or have one each: which of those is meant, only the script knows.
        if step.losses and (len(step.optimizers) == 1 or not step.several_losses) and "loss" not in values:
            step.late.setdefault("loss", step.losses)
        if step.ended >= self._memory.due:
            step.values = values = {**self._memory.read(step.ended), **values}
        late = read_late(step.late, values)
        clock, untimed = self.timeline.clock, False
        if self.timeline.on_device:
            # A device is asked here and not in the client's thread: while a graph is captured no other thread may.
            times = seconds_of(step, clock)
            values.update(times or {})
            clock, untimed = None, times is None
        self.run.report(step.number, values, step.ended_unix_nanos, partial(measured, step, clock))
        if late or untimed:
            self._waiting.append((step, late, untimed))

    def _report_told(self) -> None:
        """Reports by itself what the script has told of a step that no optimiser has made."""
        if self.timeline.open.number is not None:
            told = self.timeline.open.hand_over()
            late = read_late(told.late, told.values)
            self.run.report(told.number, told.values)
            if late:
                self._waiting.append((told, late, False))

    def _report_pauses(self) -> None:
        # Once, as a sum: the same field of the same step again would say that the training went back.
        if self._pauses_after:
            self.run.report(self._paused_after, self._pauses_after)
            if CHECKPOINT in self._pauses_after:
                self.run.event("checkpoint", step=self._paused_after)
            self._pauses_after = {}

    def _read_waiting(self, patience: int) -> None:
        """Reports as parts of their steps what the device has computed meanwhile. Of a step older than `patience`
        steps nothing is waited for any more."""
        while self._waiting:
            step, late, untimed = self._waiting[0]
            times = seconds_of(step, self.timeline.clock) if untimed else {}
            overdue = self.timeline.last_step - (step.number or 0) >= patience
            values: dict[str, Any] = dict(times or {})
            if (read_late(late, values) or times is None) and not overdue:
                return
            self._waiting.popleft()
            if values:
                self.run.report(step.number, values)


def _on_device(value: Any) -> bool:
    """Whether it is a number that a device computes."""
    return isinstance(value, torch.Tensor) and not value.is_cpu and value.numel() == 1


def _number(value: Any) -> Any:
    """What a tensor holds now: the script may change it."""
    return value.item() if isinstance(value, torch.Tensor) and value.numel() == 1 else value


def watch(
    model: torch.nn.Module | None = None,
    *,
    run: Run | None = None,
    last_step: int = 0,
    layers_every: int | None = None,
    pauses: Sequence[str] = PAUSES,
) -> Watch:
    """Reports every step of this training from now on: its times, loss, gradient norm, learning rate, samples and
    memory.

        with gradwatch.torch.watch():
            train()

    Reports to `run`, else to the run of gradwatch.init(), which is called if it was not. `last_step` is the step that
    the training goes on from. Steps are counted as optimisers step; where the script calls gradwatch.log(step=...), its
    numbers count and its values win. `pauses` are to be found: "evaluation_seconds" between
    model.eval() and model.train(), "checkpoint_seconds" in torch.save.

    With `model` it can also report norms of the model's layers: every `layers_every` steps, and when the script lets
    itself be asked for them with on_request={"log_layers": watch.log_layers}. Such a step waits for the device.

    Another watch of this process is stopped first.
    """
    global _active
    if _active is not None:
        _active.stop()
    _active = Watch(
        run or gradwatch.current() or gradwatch.init(),
        model,
        last_step=last_step,
        layers_every=layers_every,
        pauses=pauses,
    )
    return _active


def _after_fork_in_child() -> None:
    # A DataLoader worker trains nothing.
    global _active
    if _active is not None:
        _active.patches.live = False
        _active = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
