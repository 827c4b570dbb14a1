"""Steps and other reports between log() and the exporter's acknowledgement."""

from __future__ import annotations

import itertools
import logging
import threading
from collections import Counter, deque
from collections.abc import Callable
from typing import Union

from gradwatch.fields import Held
from gradwatch.reports import Report
from gradwatch.v1.telemetry_pb2 import Batch, Evaluation, Event, LayerReport, ServingReport, Step, TensorReport

logger = logging.getLogger("gradwatch")

# What a step costs in a batch beside its own bytes (tag and length), and the batch around its steps.
STEP_OVERHEAD_BYTES = 6
BATCH_OVERHEAD_BYTES = 64
# Far below the 4096 that an exporter takes of one batch.
MAX_BATCH_STEPS = 1024
# As many as an exporter takes of each other kind.
MAX_BATCH_REPORTS = 64
# Of reports that are no steps, all together; a step takes some hundred bytes.
MAX_REPORT_BYTES = 32 << 20

Item = Union[Step, Report]
# Called once for more values of a step.
Measured = Callable[[], "dict[str, Held]"]

_FIELDS = {
    Step: "steps",
    Evaluation: "evaluations",
    LayerReport: "layer_reports",
    TensorReport: "tensor_reports",
    Event: "events",
    ServingReport: "serving_reports",
}


class StepBuffer:
    """A bounded ring of steps and other reports. Of more than `capacity` of them, and of reports of more than
    MAX_REPORT_BYTES, the oldest are dropped and counted.

    `put` is called by the training: it appends to a deque, which is atomic, and takes no lock. All else belongs to the
    client's threads: `collect` merges what was put into steps, `take` puts steps into numbered batches, `acknowledge`
    forgets batches, `resume` makes unsent steps again of the batches that the exporter does not have.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        # Reports as put, numbered from 0: a number that is missing on collection was pushed out by newer ones.
        self._inbox: deque[tuple[int, int, int, dict[str, Held] | Report, Measured | None]] = deque(maxlen=capacity)
        self._numbers = itertools.count()
        self._collected = 0
        self._newest = -1

        self._lock = threading.Lock()
        self._unsent: deque[Item] = deque()
        # Of them, those that never were in a batch and can take in further parts, by step number.
        self._open: dict[int, Step] = {}
        self._last_step = -1
        # What has been sent of the last step.
        self._sent = Step()
        # Batches sent and not acknowledged: sequence and steps.
        self._in_flight: deque[tuple[int, list[Item]]] = deque()
        self._in_flight_steps = 0
        # Steps of batches in flight that had to be dropped, up to this sequence. They are lost only if the exporter
        # lacks them.
        self._forgotten = (0, 0)
        self._sequence = 0
        self._lease = 0
        self._pushed_out = 0
        self._dropped = 0
        # Whether a report that cannot be sent was told of.
        self._warned = False
        # Of reports that are no steps, sent and unsent.
        self._report_bytes = 0

    @property
    def dropped(self) -> int:
        """Steps that the exporter will never get."""
        return self._dropped + self._pushed_out

    def __len__(self) -> int:
        """Steps that wait for being sent or acknowledged."""
        return len(self._inbox) + len(self._unsent) + self._in_flight_steps

    def put(self, step: int, unix_nanos: int, values: dict[str, Held], measured: Measured | None = None) -> None:
        """`measured` is left to `collect`, so that the training has no work with it. It must not raise. Of two values
        for one field the one in `values` counts."""
        self._inbox.append((next(self._numbers), step, unix_nanos, values, measured))

    def put_report(self, report: Report) -> None:
        self._inbox.append((next(self._numbers), 0, 0, report, None))

    def collect(self) -> None:
        """Makes steps of what was put. Called at least once a second, connected or not."""
        with self._lock:
            for _ in range(len(self._inbox)):
                number, step, unix_nanos, values, measured = self._inbox.popleft()
                self._collected += 1
                self._newest = max(self._newest, number)
                if isinstance(values, dict):
                    try:
                        self._merge(step, unix_nanos, values if measured is None else {**measured(), **values})
                    except Exception as error:
                        # One report must not end all others.
                        self._unusable(step, error)
                else:
                    self._unsent.append(values)
                    self._report_bytes += values.ByteSize()
                while (
                    len(self._unsent) + self._in_flight_steps > self._capacity or self._report_bytes > MAX_REPORT_BYTES
                ):
                    self._drop_oldest()
            self._pushed_out = self._newest + 1 - self._collected

    def _merge(self, number: int, unix_nanos: int, values: dict[str, Held]) -> None:
        step = self._open.get(number)
        if step is not None and self._went_back(step, values):
            # What comes now belongs to the steps after the checkpoint, not to those of before.
            self._open.clear()
            step = None
        elif step is None and number == self._last_step == self._sent.step and not self._went_back(self._sent, values):
            values = {name: value for name, value in values.items() if not _has(self._sent, name, value)}
            if not values:
                return
        if step is None:
            step = Step(step=number, unix_nanos=unix_nanos)
            self._unsent.append(step)
            self._open[number] = step
        for name, value in values.items():
            if isinstance(value, dict):
                getattr(step, name).update(value)
            else:
                setattr(step, name, value)
        self._last_step = number

    def _unusable(self, step: int, error: Exception) -> None:
        self._dropped += 1
        if not self._warned:
            self._warned = True
            logger.warning("gradwatch drops what it cannot send of step %d, and counts it: %r", step, error)

    def _went_back(self, step: Step, values: dict[str, Held]) -> bool:
        """Whether a step is reported anew, and not another part of it: fields are there already. The same value twice
        in a row (an epoch, say) is no contradiction, nor is another phase, nor what has a name of its own."""
        again = {
            name: value
            for name, value in values.items()
            if not isinstance(value, dict) and name != "phase" and step.HasField(name)
        }
        return any(step.step < self._last_step or not _has(step, name, value) for name, value in again.items())

    def _drop_oldest(self) -> None:
        if self._in_flight:
            sequence, steps = self._in_flight.popleft()
            self._in_flight_steps -= len(steps)
            self._left(steps)
            self._forgotten = (sequence, self._forgotten[1] + len(steps))
        else:
            self._drop()

    def _drop(self) -> None:
        item = self._unsent.popleft()
        self._close(item)
        self._left([item])
        self._dropped += 1

    def _left(self, items: list[Item]) -> None:
        self._report_bytes -= sum(item.ByteSize() for item in items if not isinstance(item, Step))

    def _close(self, step: Item) -> None:
        if isinstance(step, Step) and self._open.get(step.step) is step:
            del self._open[step.step]

    def resume(self, sequence: int) -> int:
        """On a new connection: the exporter has the batches up to `sequence`, which are kept until they are
        acknowledged, since it may lose them yet. Batches after it never arrived, so their steps are sent again, before
        all others and numbered from the next sequence on. Returns a lease for `take`; those of earlier connections are
        void."""
        with self._lock:
            if self._forgotten[0] > sequence:
                self._dropped += self._forgotten[1]
                self._forgotten = (0, 0)
            while self._in_flight and self._in_flight[-1][0] > sequence:
                _, steps = self._in_flight.pop()
                self._in_flight_steps -= len(steps)
                self._unsent.extendleft(reversed(steps))
            self._sequence = sequence
            self._lease += 1
            return self._lease

    def drop_larger(self, max_bytes: int) -> Item | None:
        """Drops the next step or report, and returns it, where it alone makes a batch that is larger than `max_bytes`:
        the exporter would end each connection that brings it."""
        with self._lock:
            if not self._unsent:
                return None
            item = self._unsent[0]
            if BATCH_OVERHEAD_BYTES + item.ByteSize() + STEP_OVERHEAD_BYTES <= max_bytes:
                return None
            self._drop()
            return item

    def take(self, lease: int, max_bytes: int) -> Batch | None:
        """The next batch, in flight from now on; None when there is nothing to send or the lease is void. It is larger
        than `max_bytes` only where the next step or report alone is: see `drop_larger`."""
        with self._lock:
            if lease != self._lease or not self._unsent:
                return None
            items: list[Item] = []
            kinds: Counter[type[Item]] = Counter()
            size = BATCH_OVERHEAD_BYTES
            while self._unsent:
                size += self._unsent[0].ByteSize() + STEP_OVERHEAD_BYTES
                kind = type(self._unsent[0])
                full = kinds[kind] == (MAX_BATCH_STEPS if kind is Step else MAX_BATCH_REPORTS)
                if items and (size > max_bytes or full):
                    break
                item = self._unsent.popleft()
                self._close(item)
                items.append(item)
                kinds[kind] += 1
            self._note_sent(items)
            self._sequence += 1
            self._in_flight.append((self._sequence, items))
            self._in_flight_steps += len(items)
            batch = Batch(sequence=self._sequence, dropped_steps=self.dropped)
            for item in items:
                getattr(batch, _FIELDS[type(item)]).append(item)
            return batch

    def _note_sent(self, items: list[Item]) -> None:
        for item in items:
            if isinstance(item, Step) and item.step == self._last_step:
                if self._sent.step != item.step:
                    self._sent = Step()
                self._sent.MergeFrom(item)

    def acknowledge(self, sequence: int) -> None:
        """The exporter keeps the batches up to `sequence`."""
        with self._lock:
            self._forget(sequence)

    def _forget(self, sequence: int) -> None:
        while self._in_flight and self._in_flight[0][0] <= sequence:
            _, steps = self._in_flight.popleft()
            self._in_flight_steps -= len(steps)
            self._left(steps)
        if self._forgotten[0] <= sequence:
            self._forgotten = (0, 0)


def _has(step: Step, name: str, value: Held) -> bool:
    """Whether the step has this very value already; NaN is like NaN."""
    if isinstance(value, dict) or not step.HasField(name):
        return False
    known = getattr(step, name)
    return bool(known == value or (known != known and value != value))
