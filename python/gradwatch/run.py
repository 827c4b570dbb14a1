"""A run as its training script holds it."""

from __future__ import annotations

import logging
import os
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Any, Protocol

from gradwatch.buffer import Measured, StepBuffer
from gradwatch.channel import forked
from gradwatch.destination import Destination, Tls
from gradwatch.ending import FAILED, FINISHED, PREEMPTED, ExitWatch, ending_of
from gradwatch.fields import FieldReader, count, proto_text
from gradwatch.finding import Finding, finding_of
from gradwatch.hello import About, hello_of
from gradwatch.news import News
from gradwatch.reactions import Reactions
from gradwatch.reporter import Reporter
from gradwatch.reports import Report, evaluation_of, event_of, layers_of, serving_of, tensor_of
from gradwatch.requests import RequestDesk
from gradwatch.stream import MAX_BATCH_BYTES, Outbox
from gradwatch.v1.telemetry_pb2 import (
    ENDING_FAILED,
    ENDING_FINISHED,
    ENDING_PREEMPTED,
    Ending,
    Goodbye,
    Refusal,
    Request,
    Welcome,
)
from gradwatch.v1.telemetry_pb2 import Finding as FindingMessage
from gradwatch.worker import Worker

logger = logging.getLogger("gradwatch")

# Steps kept while the exporter is away: half an hour at 9 steps a second.
CAPACITY = 16_384
MAX_FINDINGS = 256
MAX_REASON_CHARACTERS = 512
FLUSH_SECONDS = 2.0

ENDINGS: Mapping[str, Ending] = {
    FINISHED: ENDING_FINISHED,
    FAILED: ENDING_FAILED,
    PREEMPTED: ENDING_PREEMPTED,
}


class Companion(Protocol):
    """An integration that knows more of a step than its script logs."""

    def logged(self, step: int, values: Mapping[str, Any]) -> None:
        """The script called log(). The integration reports it, together with what it knows itself."""

    def stop(self) -> None:
        """Reports what is left."""


class Run:
    """One rank of one training. Made by `gradwatch.init`.

    Nothing here raises into the training or waits for the exporter, except `finish`, which waits at most 2 s.
    """

    def __init__(
        self,
        worker: Worker,
        *,
        address: str,
        token: str | None = None,
        tls: Tls | None = None,
        model: str | None = None,
        framework: str | None = None,
        on_finding: Callable[[Finding], None] | None = None,
        on_request: Mapping[str, Callable[..., Any]] | None = None,
        about: About | None = None,
        enabled: bool = True,
        capacity: int = CAPACITY,
    ) -> None:
        self.worker = worker
        self.address = address
        self._on_finding = on_finding
        self._reactions = on_finding if isinstance(on_finding, Reactions) else None
        self._findings: deque[Finding] = deque(maxlen=MAX_FINDINGS)
        self._refusals: set[str] = set()
        self._fields = FieldReader()
        self._news = News()
        self._buffer = StepBuffer(capacity)
        self._desk = RequestDesk(on_request or {}, lambda answer: self._reporter.answer(answer))
        hello = hello_of(worker, about or About(), model=model, framework=framework, supports=self._desk.supports)
        self._reporter = Reporter(Destination(address, token, tls), Outbox(hello, self._buffer), self)
        self._exit = ExitWatch(self.finish)
        # Measures this training by itself; what log() is given goes through it.
        self.companion: Companion | None = None
        self._live = False
        if enabled:
            self._start()

    @property
    def finished(self) -> bool:
        """Whether nothing is reported (any more): after `finish`, in a forked child, with GRADWATCH_DISABLED."""
        return not self._live

    @property
    def dropped_steps(self) -> int:
        """Steps that the exporter will never get, because it was away for longer than the buffer holds."""
        return self._buffer.dropped

    @property
    def refused_values(self) -> Mapping[str, int]:
        """How often log() was given a field that it does not know or a value that it cannot use, by field; other
        reports by their name."""
        return dict(self._fields.refused)

    def log(self, step: Any = None, **values: Any) -> None:
        """Reports a step, or another part of it. Takes some microseconds: the values are converted and put into a
        buffer.

        Of values with names of their own `extras={"accuracy": 0.9}` and `auxiliary_losses={…}` are dictionaries;
        `phase` is "init", "train", "evaluation", "checkpoint" or "idle", `gradient_norm_scope` "global" or "shard".

        The fields are those of the message Step in proto/gradwatch/v1/telemetry.proto: loss, gradient_norm (before
        clipping), learning_rate, step_seconds, samples, memory_allocated_bytes and some twenty more. `unix_nanos` is
        the time of the call unless given. None means not known. NaN and infinities are reported as they are.

        A value may be a number or a 0-d tensor. A tensor on a GPU makes this call wait until the GPU has computed it:
        log such values one step later with the step that they belong to, or where the script waits anyway.

        Requests that the script has switched on are handled in here, between two steps.
        """
        if not self._live:
            return
        try:
            number = count(step)
            if self.companion is None:
                self._put(number, values)
            else:
                self.companion.logged(number, values)
        except Exception as error:
            kind = type(step).__name__
            self._fields.refuse("step", f"log() cannot use a step of type {kind}: {error}; pass the optimiser step")
        self.serve()

    def report(
        self, step: Any, values: Mapping[str, Any], unix_nanos: int | None = None, measured: Measured | None = None
    ) -> None:
        """What `log` does, for an integration: its values go to the exporter as they are, and no request is handled.
        `measured` is called in the client's thread for more values of the step, which are floats and integers already:
        the training's thread has no work with them."""
        if not self._live:
            return
        try:
            self._put(count(step), values, unix_nanos, measured)
        except Exception as error:
            self._fields.refuse("step", f"cannot report step {step!r}: {error}")

    def evaluation(
        self,
        dataset: str,
        slices: Mapping[str, Mapping[str, Any]],
        *,
        step: Any = None,
        samples: Mapping[str, Any] | None = None,
        failures: Iterable[Mapping[str, Any]] = (),
    ) -> None:
        """Reports an evaluation: the metrics of each slice by its key "feature:value", "" for all of the data set, and
        how many samples each had. `failures` are thresholds that were not kept, each with metric, bound ("lower",
        "upper", "absolute_change" or "relative_change"), slice, value and threshold."""
        self._send("evaluation", evaluation_of, dataset, slices, step=step, samples=samples, failures=failures)

    def layers(self, step: Any, layers: Mapping[str, Mapping[str, Any]]) -> None:
        """Reports what is known of layers at a step, by name, from input to output: any of gradient_norm, weight_norm,
        update_ratio, gradient_mean_abs, weight_variance, activation_variance, fraction_zero, fraction_dead,
        fraction_saturated and fraction_nonfinite."""
        self._send("layers", layers_of, step, layers)

    def tensors(
        self,
        step: Any = None,
        *,
        inputs: Mapping[str, Mapping[str, Any]] | None = None,
        outputs: Mapping[str, Mapping[str, Any]] | None = None,
        reference: bool = False,
    ) -> None:
        """Reports the distributions of inputs and outputs of the model by name: any of count, mean, variance,
        fraction_nonfinite, and a histogram: counts with edges (one more) or classes (as many). With `reference` they
        are what later ones are compared with."""
        for kind, tensors in (("input", inputs), ("output", outputs)):
            if tensors is not None and not isinstance(tensors, Mapping):
                self._fields.refuse("tensors", f"tensors() cannot use a {type(tensors).__name__}: pass values by name")
                continue
            for name, values in (tensors or {}).items():
                self._send("tensors", tensor_of, kind, name, values, step=step, reference=reference)

    def event(self, type: str, *, step: Any = None, message: str | None = None, value: Any = None) -> None:
        """Reports that something happened: "checkpoint", "exception", "restart", "rollback", "learning_rate_change",
        "data_skip", "out_of_memory", "collective_timeout" or "custom"."""
        self._send("event", event_of, type, step=step, message=message, value=value)

    def serving(
        self,
        *,
        requests: Any = None,
        errors: Any = None,
        latency: Mapping[str, Any] | None = None,
        input_tokens: Any = None,
        output_tokens: Any = None,
        outputs: Mapping[str, Any] | None = None,
    ) -> None:
        """Reports what a process that serves the model did since the last report. `latency` is a histogram,
        {"bounds": [0.1, 1.0], "counts": [7, 2, 0], "sum": 1.9}: upper bounds in seconds, rising; how many requests were
        within each and not within the one before, and last those above all bounds; the sum of all latencies, which may
        be left out. `outputs` says how often each class was the answer, {"cat": 7, "dog": 2}. A part of another shape
        is left out, counted in `refused_values` as "serving.latency", and told in the log once; the rest is
        reported."""
        self._send(
            "serving",
            serving_of,
            lambda part, error: self._fields.refuse(f"serving.{part}", f"serving() cannot use {part}: {error}"),
            requests=requests,
            errors=errors,
            latency=latency,
            input_tokens=input_tokens,
            output_tokens=output_tokens,
            outputs=outputs,
        )

    def _send(self, name: str, make: Callable[..., Report], *arguments: Any, **values: Any) -> None:
        if not self._live:
            return
        try:
            report = make(*arguments, **values)
            if report.ByteSize() > MAX_BATCH_BYTES:
                raise ValueError(f"{report.ByteSize()} bytes are more than {MAX_BATCH_BYTES}")
            self._buffer.put_report(report)
        except Exception as error:
            self._fields.refuse(name, f"{name}() cannot use what it was given: {error}")

    def serve(self) -> None:
        """Handles the requests and reactions that wait, in the training's thread between two steps."""
        if not self._live:
            return
        if self._desk.busy:
            self._desk.serve()
        if self._reactions is not None:
            self._reactions.act()

    def _put(
        self,
        number: int,
        values: Mapping[str, Any],
        unix_nanos: int | None = None,
        measured: Measured | None = None,
    ) -> None:
        if self._exit.leaving:
            self._exit.goes_on()
        usable = self._fields.read(values)
        given = usable.pop("unix_nanos", unix_nanos)
        self._buffer.put(number, given if isinstance(given, int) else time.time_ns(), usable, measured)
        if self._news.in_values(usable):
            self._reporter.news()

    def findings(self) -> list[Finding]:
        """The findings about this run that came since the last call, oldest first; of more than 256 the oldest are
        gone. For scripts that act between two steps: the same findings go to `on_finding`."""
        findings = []
        while self._findings:
            findings.append(self._findings.popleft())
        return findings

    def finish(self, ending: str | None = None, reason: str | None = None) -> None:
        """Sends what is left and how the run ended: "finished", "failed" or "preempted". Without an ending: preempted
        after a SIGTERM, else finished. Called at exit by itself. Waits at most 2 s, not at all for an exporter that is
        not there."""
        if not self._live:
            return
        if ending is None:
            ending, reason = self._exit.told
        self._stop_companion()
        if not isinstance(ending, str) or ending not in ENDINGS:
            logger.warning(
                "finish() does not know the ending %r, there are %s; finished is sent", ending, ", ".join(ENDINGS)
            )
            ending = FINISHED
        goodbye = Goodbye(ending=ENDINGS[ending])
        if reason is not None:
            goodbye.reason = proto_text(reason)[:MAX_REASON_CHARACTERS]
        self._reporter.finish(goodbye, FLUSH_SECONDS)
        self._live = False
        self._exit.uninstall()
        if len(self._buffer) > 0:
            logger.info("%d steps were not acknowledged by the exporter at %s", len(self._buffer), self.address)

    def _stop_companion(self) -> None:
        if self.companion is not None:
            try:
                self.companion.stop()
            except Exception:
                logger.exception("gradwatch loses the last step")

    def __enter__(self) -> Run:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if value is None:
            self.finish()
        else:
            ending, reason = self._exit.told
            self.finish(*((ending, reason) if ending == PREEMPTED else ending_of(value)))

    def _start(self) -> None:
        global _reported
        if _parent_reported:
            logger.warning(
                "gradwatch.init() in a process forked from one that has reported already: gRPC on both sides of a "
                "fork can crash the parent, so nothing is reported. Start the ranks with spawn, or call init() only in "
                "the children"
            )
            return
        _reported = True
        try:
            self._reporter.start()
        except Exception as error:
            logger.warning("gradwatch cannot start: %s; nothing is reported, training goes on", error)
            return
        self._live = True
        _live_runs.add(self)
        self._exit.install()

    # What the exporter says, in the client's thread.

    def welcomed(self, welcome: Welcome) -> None:
        logger.info("reporting to %s on node %s at %s", welcome.exporter, welcome.node, self.address)

    def refused(self, refusal: Refusal) -> None:
        if refusal.reason not in self._refusals and len(self._refusals) < MAX_FINDINGS:
            self._refusals.add(refusal.reason)
            logger.warning("the exporter did not take everything (%s): %s", refusal.reason, refusal.message)

    def found(self, message: FindingMessage) -> None:
        finding = finding_of(message)
        self._findings.append(finding)
        if self._on_finding is None:
            return
        try:
            self._on_finding(finding)
        except Exception:
            logger.exception("on_finding raised on %s; training goes on", finding.id)

    def requested(self, request: Request) -> None:
        self._desk.receive(request)


_live_runs: weakref.WeakSet[Run] = weakref.WeakSet()
# Kept alive in a forked child, so that no destructor of gRPC runs there.
_inherited: list[Run] = []
# Whether this process, and the one that it was forked from, has used gRPC for a run. gRPC's pollers share kernel
# objects with a forked child: a connection of the child ended the parent with a segmentation fault in grpcio 1.49 and
# 1.66 to 1.76.
_reported = False
_parent_reported = False


def _after_fork_in_child() -> None:
    # The child has neither the client's thread nor a connection of its own. What it inherited does nothing and is left
    # alone: a DataLoader worker is not the rank.
    global _parent_reported
    _parent_reported = _reported
    for run in list(_live_runs):
        run._live = False
        run._exit.uninstall()
        _inherited.append(run)
    _live_runs.clear()


def _after_fork_in_parent() -> None:
    if any(run._live for run in _live_runs):
        forked()


if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child)
