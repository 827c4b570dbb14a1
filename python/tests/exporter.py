"""An exporter for tests: gRPC's own server, the real protocol, and a memory that the test reads."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from concurrent import futures
from dataclasses import dataclass, field
from typing import Any

from gradwatch.channel import grpc, prepare
from gradwatch.v1 import telemetry_pb2 as pb


@dataclass
class Session:
    """What came over one connection."""

    hello: pb.Hello
    token: str | None
    batches: list[pb.Batch] = field(default_factory=list)
    answers: list[pb.Answer] = field(default_factory=list)
    goodbye: pb.Goodbye | None = None
    # The stream has ended; without a goodbye the worker is lost.
    ended: bool = False
    out: queue.SimpleQueue[pb.ExporterMessage | None] = field(default_factory=queue.SimpleQueue)
    context: Any = None

    @property
    def steps(self) -> list[pb.Step]:
        return [step for batch in self.batches for step in batch.steps]


class FakeExporter:
    """Welcomes everybody, numbers and acknowledges batches, until a test says otherwise."""

    def __init__(self, address: str = "127.0.0.1:0", credentials: grpc.ServerCredentials | None = None) -> None:
        self.sessions: list[Session] = []
        # Sequences received by session token: what a real exporter has on disk.
        self.received: dict[str, int] = {}
        self.refuse: tuple[grpc.StatusCode, str] | None = None
        self.acknowledge = True
        self.max_message_bytes: int | None = None
        # The tests fork beside this server, too: gRPC is set up as the client does it.
        prepare()
        # As the real one: takes the pings by which a client notices that it is frozen.
        options = [("grpc.so_reuseport", 0), ("grpc.http2.max_ping_strikes", 0)]
        self._server = grpc.server(futures.ThreadPoolExecutor(16), options=options)
        handler = grpc.stream_stream_rpc_method_handler(
            self._report,
            request_deserializer=pb.WorkerMessage.FromString,
            response_serializer=pb.ExporterMessage.SerializeToString,
        )
        service = grpc.method_handlers_generic_handler("gradwatch.v1.Telemetry", {"Report": handler})
        self._server.add_generic_rpc_handlers((service,))
        if credentials is None:
            port = self._server.add_insecure_port(address)
        else:
            port = self._server.add_secure_port(address, credentials)
        self.address = address if address.startswith("unix:") else f"127.0.0.1:{port}"
        self._server.start()

    def stop(self) -> None:
        """As a crash: every stream breaks."""
        self._server.stop(grace=None).wait()

    def break_streams(self) -> None:
        for session in self.sessions:
            if not session.ended:
                session.context.abort_now()

    def send(self, message: pb.ExporterMessage) -> None:
        for session in self.sessions:
            session.out.put(message)

    @property
    def steps(self) -> list[pb.Step]:
        return [step for session in self.sessions for step in session.steps]

    @property
    def batches(self) -> list[pb.Batch]:
        return [batch for session in self.sessions for batch in session.batches]

    def _report(self, messages: Iterator[pb.WorkerMessage], context: Any) -> Iterator[pb.ExporterMessage]:
        first = next(messages)
        assert first.WhichOneof("message") == "hello"
        if self.refuse is not None:
            context.abort(*self.refuse)
        token = dict(context.invocation_metadata()).get("authorization")
        session = Session(first.hello, token)
        broken = threading.Event()

        def abort_now() -> None:
            broken.set()
            session.out.put(None)

        context.abort_now = abort_now
        session.context = context
        context.add_callback(lambda: setattr(session, "ended", True))
        self.sessions.append(session)
        welcome = pb.Welcome(resume_from=self.received.get(first.hello.session, 0), exporter="fake 1", node="node-a")
        if self.max_message_bytes is not None:
            welcome.max_message_bytes = self.max_message_bytes
        threading.Thread(target=self._read, args=(messages, session, broken), daemon=True).start()
        yield pb.ExporterMessage(welcome=welcome)
        while True:
            message = session.out.get()
            if message is None:
                break
            yield message
        if broken.is_set():
            context.abort(grpc.StatusCode.UNAVAILABLE, "broken by the test")

    def _read(self, messages: Iterator[pb.WorkerMessage], session: Session, broken: threading.Event) -> None:
        try:
            for message in messages:
                if broken.is_set():
                    break
                self._take(message, session)
        except Exception:
            pass  # the stream broke
        session.out.put(None)

    def _take(self, message: pb.WorkerMessage, session: Session) -> None:
        kind = message.WhichOneof("message")
        if kind == "batch":
            session.batches.append(message.batch)
            self.received[session.hello.session] = message.batch.sequence
            if self.acknowledge:
                session.out.put(pb.ExporterMessage(acknowledgement=pb.Acknowledgement(sequence=message.batch.sequence)))
        elif kind == "answer":
            session.answers.append(message.answer)
        elif kind == "goodbye":
            session.goodbye = message.goodbye


def wait_for(condition: Callable[[], Any], what: str, seconds: float = 10.0) -> Any:
    """Polls until the condition is true and returns its value; fails with `what` after `seconds`."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError(f"waited {seconds} s in vain for {what}")
