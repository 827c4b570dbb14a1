"""From what happens in a training loop to the steps it makes."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from typing import Any

from gradwatch.torch.batches import Batches
from gradwatch.torch.clock import HostClock
from gradwatch.torch.interval import BACKWARD, FORWARD, HOST_TO_DEVICE, OPTIMIZER, WAIT, Interval, Span

# Waits kept of one step: a model that is sharded by layers has some hundred.
MAX_SPANS = 512
EVALUATED = frozenset({"validation_loss", "evaluation_seconds"})


class Timeline:
    """Cuts time into steps and a step into its phases.

    A step ends when an optimiser has stepped. Of several optimisers those that step for one batch, each once, make one
    step. Forward lasts from the end of the data wait, or what came last, to the call of backward; backward is the sum
    of its calls; what lies between is counted for nothing.

    A step that ended is handed to `deliver` when it is sure that nothing more belongs to it: when the script has named
    it by a log() after all its optimisers, when the next batch is asked for, when the next backward begins.

    A log() names a step and never cuts one off: whether what is open is a part of the step that ended last is known
    when the next optimiser steps.
    """

    def __init__(
        self,
        deliver: Callable[[Interval], None],
        *,
        clock: Any = None,
        now: Callable[[], float] = time.perf_counter,
        last_step: int = 0,
    ) -> None:
        """`now` tells seconds of the host, `clock` marks what the device does."""
        self._deliver = deliver
        self.clock = clock or HostClock()
        self.on_device = not isinstance(self.clock, HostClock)
        self._now = now
        self.last_step = last_step
        self.open = Interval(now())
        # A step that has ended and was not delivered.
        self.done: Interval | None = None
        # What another optimiser did, with a backward of its own, after the script had named that step at its end: a
        # part of it, unless the next log() tells another number, as where optimisers take turns.
        self._part: Interval | None = None
        self._named_at_end = False
        # Whether the script has named a step: the numbers of those that follow are known then.
        self._numbered = False
        # The one that was delivered last, as `last_step`.
        self.delivered: Interval | None = None
        # Seconds of all steps that have ended.
        self.trained = 0.0
        self._optimizers: set[int] = set()
        self._ended = 0
        self._forward_from: Any = self.clock.mark()
        # Spans of the open step from this one on lie after that mark.
        self._forward_spans = 0
        self.in_backward = False
        self._backward_from: Any = None
        self._launched: Any = None
        self._optimizer_from: Any = None
        self._data_from: float | None = None
        self._batches = Batches()
        # Since the last step.
        self.backwards = 0
        self._fetched_since_backward = False

    def data_begins(self) -> None:
        if self.done is not None:
            self.close()
        self._data_from = self._now()

    def data_ends(self, samples: int, iterator: Any) -> None:
        if self._data_from is not None:
            self.open.data_wait = (self.open.data_wait or 0.0) + self._now() - self._data_from
            self._batches.fetched(samples, iterator)
            self._fetched_since_backward = True
        self._data_from = None
        self._forward_begins(self.clock.mark())

    def data_exhausted(self, iterator: Any) -> None:
        self._batches.exhausted(iterator)

    def module_called(self) -> None:
        """The first module of a step was called. Between it and the end of the data wait the batch went to the
        device."""
        mark = self.clock.mark()
        if self.open.data_wait is not None and self.on_device:
            self._span((HOST_TO_DEVICE, self._forward_from, mark, False))
        self._forward_begins(mark)

    def backward_begins(self) -> None:
        self._join()
        if len(self._optimizers) == 1 and self._ended > 1:
            # A second optimiser would have stepped by now.
            self.close()
        if self.backwards > 0 and not self._fetched_since_backward:
            self.open.several_losses = True
        self.backwards += 1
        self._fetched_since_backward = False
        self.open.samples += self._batches.take()
        mark = self.clock.mark()
        spans = self.open.spans
        for index in range(self._forward_spans, len(spans)):
            _, begin, end, wait = spans[index]
            if wait:
                spans[index] = (FORWARD, begin, end, wait)
        self._span((FORWARD, self._forward_from, mark, False))
        self._backward_from, self.in_backward = mark, True
        self._launched = None

    def launched(self) -> None:
        """A collective was launched whose end backward waits for before it returns."""
        self._launched = self.clock.mark()

    def backward_ends(self) -> None:
        mark = self.clock.mark()
        self._span((BACKWARD, self._backward_from, mark, False))
        if self._launched is not None:
            self._span((BACKWARD, self._launched, mark, True))
        self._launched, self.in_backward = None, False
        self._forward_begins(mark)
        if self._optimizer_from is not None:
            # An optimiser with a closure runs backward inside of its step, and works after that.
            self._optimizer_from = mark

    def waited(self, begin: Any, end: Any) -> None:
        """The rank waited for others between two marks of the clock."""
        if self.in_backward:
            # After the last launch all the time is taken for waiting already.
            if self._launched is None:
                self._span((BACKWARD, begin, end, True))
        elif self._optimizer_from is not None:
            self._span((OPTIMIZER, begin, end, True))
        else:
            # Of no phase, unless backward follows: then it was in the forward.
            self._span(("", begin, end, True))

    def optimizer_begins(self) -> None:
        self._join()
        if self._optimizer_from is None:
            self._optimizer_from = self.clock.mark()

    def optimizer_ends(self, optimizer: int, skipped: bool = False) -> None:
        """`optimizer` is its key. An optimiser that calls step() of its base class ends twice without another begin."""
        if self._optimizer_from is None and not skipped and self.done is not None and optimizer in self.done.optimizers:
            return
        mark, now = self.clock.mark(), self._now()
        if self._optimizer_from is not None:
            self._span((OPTIMIZER, self._optimizer_from, mark, False))
        if self.backwards == 0 and not self.continues(optimizer):
            self.open.samples = self._batches.take_all()
        had_backward = self.backwards > 0
        self._batches.step_ends()
        self.backwards = 0
        step, self.open = self.open, Interval(now)
        step.ended, step.ended_unix_nanos = now, time.time_ns()
        self.trained += step.seconds
        step.optimizers.add(optimizer)
        if skipped:
            step.measured("skipped", True)
        self._optimizers.add(optimizer)
        self._ended += 1
        self._join()
        done = self.done
        if done is None or optimizer in done.optimizers or (done.named and step.number not in (None, done.number)):
            self.close()
            self.done = step
        else:
            step.several_losses = step.several_losses or had_backward
            self._part = step
            if not (had_backward and self._named_at_end):
                self._join()
        self._optimizer_from = None
        self._forward_begins(mark)

    def pause(self, seconds: float, field: str) -> Interval | None:
        """An evaluation or a checkpoint took so long since the last step, which it belongs to. Returns that step if it
        can still take it."""
        self.open.paused += seconds
        if self.backwards == 0:
            # Batches that were taken in an evaluation, and its waits for other ranks.
            self.open.data_wait = None
            self.open.spans.clear()
            self._batches.forget_fetched()
        self._forward_begins(self.clock.mark())
        self._join()
        if self.done is not None:
            self.done.values[field] = self.done.values.get(field, 0.0) + seconds
        return self.done

    def is_past(self, number: int, fields: Collection[str] = ()) -> bool:
        """Whether a script that tells `fields` of a step by this number means no step that can take them any more: the
        one that was delivered last, or an evaluation before the first step. Who names steps when they have ended, and
        comes to the same number again, has gone back."""
        if self.delivered is None:
            return self.done is None and _of_an_evaluation(fields)
        named_later = self.done is None or (self.done.number is None and not self.delivered.named)
        return number == self.last_step and named_later

    def logged(self, number: int, fields: Collection[str] = ()) -> Interval:
        """The script names a step that is not past, and tells `fields` of it: the open one where it is at work or none
        has ended, else the one that ended last. That one also where the number is its own or the next in turn: the
        other of two backwards can be at work for it. Returns the step."""
        if self.done is not None and self.done.number not in (None, number):
            part, self._part = self._part, None
            self.close()
            self.done = part
        elif self._is_evaluated_before(number, fields):
            self.close()
        self._join()
        step = self.open
        if self.done is not None and (not self._at_work or number in (self.done.number, self.last_step + 1)):
            step = self.done
            self._named_at_end = not self._at_work
        step.number, step.named = number, True
        self._numbered = True
        return step

    def _is_evaluated_before(self, number: int, fields: Collection[str]) -> bool:
        """Whether this is told of an evaluation at the top of an iteration, before the step that is its own: the one
        that ended last is then one that the script, which has named others, said nothing of."""
        if self.done is None or self.done.number is not None or self._at_work or not self._numbered:
            return False
        return number == self.last_step + 2 and _of_an_evaluation(fields, self.open.paused > 0)

    @property
    def _at_work(self) -> bool:
        """Whether the open step has come as far as its backward, or into its optimiser."""
        return self.backwards > 0 or self._optimizer_from is not None

    @property
    def whole(self) -> bool:
        """Whether all optimisers that made the step before have stepped in the one that ended last. Before there was
        one, nobody knows."""
        done, before = self.done, self.delivered
        return done is not None and before is not None and before.optimizers <= done.optimizers

    def continues(self, optimizer: int | None = None) -> bool:
        """Whether what this optimiser is about to do, or else the one that steps next, is of the step that ended last:
        others have stepped in it. Of the next one that is a guess: it is, while some of those that made the step before
        have still to step."""
        if self.done is None:
            return False
        if optimizer is not None:
            return optimizer not in self.done.optimizers
        return self.delivered is not None and not self.whole

    @property
    def expected(self) -> int:
        """The number that the open step will have, as far as it is known."""
        if self.open.number is not None:
            return self.open.number
        before = self.last_step
        if self.done is not None:
            before = self.last_step + 1 if self.done.number is None else self.done.number
        return before + 1

    def close(self) -> None:
        """Delivers the step that ended last."""
        self._join()
        self._named_at_end = False
        step, self.done = self.done, None
        if step is None:
            return
        if step.number is None:
            step.number = self.last_step + 1
        step.forget_unknown()
        self.last_step, self.delivered = step.number, step
        self._deliver(step)

    def _join(self) -> None:
        if self.done is not None and self._part is not None:
            self.done.absorb(self._part)
        self._part = None

    def _forward_begins(self, mark: Any) -> None:
        self._forward_from = mark
        self._forward_spans = len(self.open.spans)

    def _span(self, span: Span) -> None:
        if len(self.open.spans) < MAX_SPANS:
            self.open.spans.append(span)


def _of_an_evaluation(fields: Collection[str], paused: bool = False) -> bool:
    return "loss" not in fields and (paused or not EVALUATED.isdisjoint(fields))


def fields_of(step: Interval) -> set[str]:
    """What is known of a delivered step, and must not be told once more: to the exporter that is a training that went
    back."""
    phases = {WAIT if wait else phase for phase, _, _, wait in step.spans}
    # The phase of a training changes within a step.
    return {*step.values, *step.late, *measured(step), *phases} - {"phase"}


def seconds_of(step: Interval, clock: Any) -> Mapping[str, float] | None:
    """The times of a step's phases by field; None when the clock cannot tell them all yet."""
    times: dict[str, float] = {}
    for phase, begin, end, wait in step.spans:
        seconds = clock.seconds(begin, end)
        if seconds is None:
            return None
        if wait:
            times[WAIT] = times.get(WAIT, 0.0) + seconds
            seconds = -seconds
        if phase:
            times[phase] = times.get(phase, 0.0) + seconds
    return {field: max(0.0, seconds) for field, seconds in times.items()}


def measured(step: Interval, clock: Any = None) -> dict[str, Any]:
    """What a timeline knows of a step, by field. The times of its phases are among it where a clock is given that can
    tell them."""
    values: dict[str, Any] = {"step_seconds": step.seconds}
    if clock is not None:
        values.update(seconds_of(step, clock) or {})
    if step.data_wait is not None:
        values["data_wait_seconds"] = step.data_wait
    if step.samples > 0:
        values["samples"] = step.samples
    return values
