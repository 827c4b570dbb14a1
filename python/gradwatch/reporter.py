"""The client's thread: connects, and connects again."""

from __future__ import annotations

import logging
import random
import threading
import time

from gradwatch.bell import Bell
from gradwatch.channel import prepare, status_of
from gradwatch.destination import Destination
from gradwatch.stream import Listener, Outbox, Stream
from gradwatch.v1.telemetry_pb2 import Answer, Goodbye

logger = logging.getLogger("gradwatch")

FIRST_BACK_OFF_SECONDS = 0.25
MAX_BACK_OFF_SECONDS = 5.0
# After a refusal somebody has to change something first.
REFUSED_BACK_OFF_SECONDS = 30.0
UNREACHABLE_SECONDS = 30.0
COLLECT_SECONDS = 1.0
# Of the time to finish, what the last steps may take: how a run ended matters more than they do.
FLUSH_SHARE = 0.7

# The exporter was reached and said no. All else is the transport's.
REFUSALS = frozenset(
    {
        "ALREADY_EXISTS",
        "FAILED_PRECONDITION",
        "INVALID_ARGUMENT",
        "PERMISSION_DENIED",
        "RESOURCE_EXHAUSTED",
        "UNAUTHENTICATED",
        "UNIMPLEMENTED",
    }
)


class Reporter:
    """Keeps a stream to the exporter until the goodbye is said. Never raises, never holds up who calls it except in
    `finish`."""

    def __init__(self, destination: Destination, outbox: Outbox, listener: Listener) -> None:
        self._destination = destination
        self._address = destination.address
        self._outbox = outbox
        self._listener = listener
        self._bell = Bell()
        self._stream: Stream | None = None
        self._warned: set[str] = set()
        # A daemon: it never keeps the process alive.
        self._thread = threading.Thread(target=self._run, name="gradwatch", daemon=True)

    def start(self) -> None:
        """In the script's thread. Raises RuntimeError when the process cannot have another thread."""
        prepare()
        self._thread.start()

    def news(self) -> None:
        """A step was put into the buffer that must not wait for its batch."""
        if self._stream is not None:
            self._stream.ring(news=True)

    def answer(self, answer: Answer) -> None:
        self._outbox.answers.append(answer)
        if self._stream is not None:
            self._stream.ring()

    def finish(self, goodbye: Goodbye, seconds: float) -> None:
        """Sends what is left and the goodbye, for at most `seconds`. A second call waits for the first one's goodbye.
        An exporter that is not there is not waited for."""
        if self._outbox.goodbye is None:
            self._outbox.flush_until = time.monotonic() + FLUSH_SHARE * seconds
            self._outbox.goodbye = goodbye
        self._bell.ring()
        if self._stream is not None:
            self._stream.ring()
        if threading.current_thread() is self._thread:
            return  # called in a handler of a finding: the thread ends by itself
        self._thread.join(seconds)
        if self._thread.is_alive() and self._stream is not None:
            self._stream.close()
            self._thread.join(seconds / 10)

    def _run(self) -> None:
        try:
            self._connect_until_goodbye()
        except Exception:
            logger.exception("gradwatch stops reporting; training goes on")

    def _connect_until_goodbye(self) -> None:
        reached = time.monotonic()
        back_off = FIRST_BACK_OFF_SECONDS
        while True:
            last_try = self._outbox.goodbye is not None
            self._stream = stream = Stream(self._destination, self._outbox, self._listener)
            problem = stream.run()
            if self._outbox.goodbye is not None and (last_try or (stream.said_goodbye and problem is None)):
                return
            code, sentence = ("OK", "") if problem is None else status_of(problem)
            logger.debug("connection to %s ended: %s %s", self._address, code, sentence)
            if code in REFUSALS:
                reached = time.monotonic()
                back_off = REFUSED_BACK_OFF_SECONDS
                self._warn_of_refusal(code, sentence)
            elif stream.welcomed:
                reached = time.monotonic()
                back_off = FIRST_BACK_OFF_SECONDS
            elif time.monotonic() - reached >= UNREACHABLE_SECONDS:
                self._warn_of_absence(code, sentence, time.monotonic() - reached)
            self._rest(back_off * random.uniform(0.5, 1.0))
            back_off = min(2 * back_off, MAX_BACK_OFF_SECONDS)

    def _warn_of_refusal(self, code: str, sentence: str) -> None:
        self._warn_once(
            code,
            f"the exporter at {self._address} refuses this worker: {sentence} ({code}). "
            "Training goes on; the worker asks again now and then",
        )

    def _warn_of_absence(self, code: str, sentence: str, seconds: float) -> None:
        self._warn_once(
            "absence",
            f"no exporter at {self._address} for {seconds:.0f} s: {sentence} ({code}). Training goes on; the last "
            "steps are kept and sent when it answers. Is it running on this node? Try python -m gradwatch check",
        )

    def _warn_once(self, about: str, sentence: str) -> None:
        if about not in self._warned:
            self._warned.add(about)
            logger.warning("%s", sentence)

    def _rest(self, seconds: float) -> None:
        """Waits, but not for longer than until the goodbye. What is logged meanwhile is collected."""
        until = time.monotonic() + seconds
        while self._outbox.goodbye is None and time.monotonic() < until:
            self._bell.wait(min(COLLECT_SECONDS, until - time.monotonic()))
            self._outbox.buffer.collect()
