"""One connection to the exporter."""

from __future__ import annotations

import logging
import math
import time
from collections import deque
from collections.abc import Iterator
from typing import Any, Protocol

from gradwatch.bell import Bell
from gradwatch.buffer import Item, StepBuffer
from gradwatch.channel import open_channel, report
from gradwatch.destination import Destination
from gradwatch.v1.telemetry_pb2 import (
    Answer,
    Batch,
    ExporterMessage,
    Finding,
    Goodbye,
    Hello,
    Refusal,
    Request,
    Welcome,
    WorkerMessage,
)

logger = logging.getLogger("gradwatch")

BATCH_SECONDS = 1.0
# News goes out at once, but not more often than this.
NEWS_SECONDS = 0.05
WELCOME_SECONDS = 10.0
# A larger batch gains nothing and holds up the other workers of the exporter, and a goodbye behind it.
MAX_BATCH_BYTES = 1 << 18


class Listener(Protocol):
    """Who hears what the exporter says. Called in the client's thread."""

    def welcomed(self, welcome: Welcome) -> None: ...

    def refused(self, refusal: Refusal) -> None: ...

    def found(self, finding: Finding) -> None: ...

    def requested(self, request: Request) -> None: ...


class Outbox:
    """What is to be said, whatever connection says it."""

    def __init__(self, hello: Hello, buffer: StepBuffer) -> None:
        self.hello = hello
        self.buffer = buffer
        self.answers: deque[Answer] = deque()
        self.goodbye: Goodbye | None = None
        # On the monotonic clock: from then on the goodbye goes before the steps that are left.
        self.flush_until = math.inf


class Stream:
    """Says hello, waits for the welcome, then sends batches as they fall due and the goodbye when there is one.

    gRPC pulls the messages in a thread of its own, each when the last one is on its way: an exporter that does not read
    stops the pulling, and the buffer fills. Answers are read by the thread that calls `run`.
    """

    def __init__(self, destination: Destination, outbox: Outbox, listener: Listener) -> None:
        self._destination = destination
        self._outbox = outbox
        self._listener = listener
        self._bell = Bell()
        self._call: Any = None
        self._lease: int | None = None
        self._max_bytes = MAX_BATCH_BYTES
        self._news = False
        self._closed = False
        self.said_goodbye = False

    @property
    def welcomed(self) -> bool:
        return self._lease is not None

    def run(self) -> Exception | None:
        """Lives until the connection ends. Returns what ended it, None when the exporter did in good order."""
        channel: Any = None
        try:
            channel = open_channel(self._destination)
            self._call = report(channel, self._messages(), self._destination.token)
            for message in self._call:
                self._receive(message)
            return None
        except Exception as problem:
            return problem
        finally:
            self.close()
            if channel is not None:
                channel.close()

    def close(self) -> None:
        """Ends the connection, if it has not ended."""
        self._closed = True
        self._bell.ring()
        if self._call is not None:
            self._call.cancel()

    def ring(self, news: bool = False) -> None:
        """There is something in the outbox. With `news`: a step that must not wait for its batch."""
        self._news = self._news or news
        self._bell.ring()

    def _receive(self, message: ExporterMessage) -> None:
        kind = message.WhichOneof("message")
        if kind == "welcome" and self._lease is None:
            self._listener.welcomed(message.welcome)
            if message.welcome.HasField("max_message_bytes"):
                self._limit(message.welcome.max_message_bytes)
            self._lease = self._outbox.buffer.resume(message.welcome.resume_from)
            self._bell.ring()
        elif kind == "acknowledgement":
            self._outbox.buffer.acknowledge(message.acknowledgement.sequence)
        elif kind == "refusal":
            self._listener.refused(message.refusal)
        elif kind == "finding":
            self._listener.found(message.finding)
        elif kind == "request":
            self._listener.requested(message.request)
        elif kind == "limits" and message.limits.HasField("message_bytes"):
            self._limit(message.limits.message_bytes)

    def _limit(self, message_bytes: int) -> None:
        self._max_bytes = min(MAX_BATCH_BYTES, message_bytes)

    def _messages(self) -> Iterator[WorkerMessage]:
        try:
            yield WorkerMessage(hello=self._outbox.hello)
            if self._await_welcome():
                yield from self._conversation()
        except Exception:
            # gRPC would log it as an error of the application.
            logger.exception("gradwatch stops sending on this connection")
            self.close()

    def _await_welcome(self) -> bool:
        until = time.monotonic() + WELCOME_SECONDS
        while self._lease is None and not self._closed and time.monotonic() < until:
            self._bell.wait(min(BATCH_SECONDS, until - time.monotonic()))
            self._outbox.buffer.collect()
        if self._lease is None:
            self.close()
        return self._lease is not None

    def _conversation(self) -> Iterator[WorkerMessage]:
        sent = -math.inf
        while not self._closed:
            while self._outbox.answers:
                yield WorkerMessage(answer=self._outbox.answers.popleft())
            # Read before collecting: what was logged before the goodbye is collected with it.
            goodbye = self._outbox.goodbye
            due = sent + (NEWS_SECONDS if self._news else BATCH_SECONDS)
            if goodbye is not None or time.monotonic() >= due:
                self._news = False
                for batch in self._batches():
                    yield WorkerMessage(batch=batch)
                sent = time.monotonic()
                due = sent + BATCH_SECONDS
            if goodbye is not None:
                self.said_goodbye = True
                yield WorkerMessage(goodbye=goodbye)
                return
            self._bell.wait(due - time.monotonic())

    def _batches(self) -> Iterator[Batch]:
        buffer = self._outbox.buffer
        buffer.collect()
        while not self._closed and self._lease is not None and time.monotonic() < self._outbox.flush_until:
            item = buffer.drop_larger(self._max_bytes)
            if item is not None:
                self._listener.refused(_too_large(item, self._max_bytes))
                continue
            batch = buffer.take(self._lease, self._max_bytes)
            if batch is None:
                return
            yield batch


def _too_large(item: Item, max_bytes: int) -> Refusal:
    kind = type(item).__name__
    return Refusal(
        reason=f"{kind.lower()}_size",
        message=f"a {kind} of {item.ByteSize()} bytes is more than one message of {max_bytes} bytes holds, and is "
        "dropped; report fewer names, layers or bins at a time",
    )
