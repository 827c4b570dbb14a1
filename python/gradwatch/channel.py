"""The gRPC call of proto/gradwatch/v1, and how this package sets gRPC up."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from gradwatch.v1.telemetry_pb2 import ExporterMessage, WorkerMessage


@contextmanager
def quiet() -> Iterator[None]:
    """At every fork beside a running call (each DataLoader worker is one) gRPC prints an information line on standard
    error. It reads its verbosity once: on import, or on the first channel up to grpcio 1.71. Who has set the variable
    or has used gRPC before has decided otherwise."""
    if "GRPC_VERBOSITY" in os.environ:
        yield
        return
    os.environ["GRPC_VERBOSITY"] = "ERROR"
    try:
        yield
    finally:
        del os.environ["GRPC_VERBOSITY"]


with quiet():
    import grpc

OPTIONS = (
    # The exporter is on this node: a proxy of the cluster is never the way to it.
    ("grpc.enable_http_proxy", 0),
    # Each try is a connection of its own, not a wait for the back-off that gRPC shares between channels.
    ("grpc.use_local_subchannel_pool", 1),
    # Else the path of a Unix socket is the authority, which is none that HTTP/2 allows.
    ("grpc.default_authority", "localhost"),
    # Notice a frozen exporter.
    ("grpc.keepalive_time_ms", 15_000),
    ("grpc.keepalive_timeout_ms", 15_000),
    ("grpc.http2.max_pings_without_data", 0),
)


def open_channel(address: str) -> Any:
    """A channel to "host:port" or "unix:/path". Nothing is connected before the first call."""
    return grpc.insecure_channel(address, options=OPTIONS)


def prepare(address: str) -> None:
    """Makes gRPC ready without connecting. To be called in the script's thread: it changes the environment for a
    moment."""
    with quiet():
        open_channel(address).close()


def report(channel: Any, messages: Iterator[WorkerMessage], token: str | None, timeout: float | None = None) -> Any:
    """Calls gradwatch.v1.Telemetry/Report: a call that iterates over ExporterMessage. Iterating raises
    grpc.RpcError."""
    method = channel.stream_stream(
        "/gradwatch.v1.Telemetry/Report",
        request_serializer=WorkerMessage.SerializeToString,
        response_deserializer=ExporterMessage.FromString,
    )
    metadata: Sequence[tuple[str, str]] = [("authorization", f"Bearer {token}")] if token else []
    return method(messages, metadata=metadata, timeout=timeout)


def status_of(problem: Exception) -> tuple[str, str]:
    """Status code and sentence of what ended a call."""
    if isinstance(problem, grpc.RpcError) and isinstance(problem, grpc.Call):
        return problem.code().name, problem.details() or ""
    return "UNKNOWN", str(problem) or type(problem).__name__
