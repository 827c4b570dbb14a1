"""The gRPC call of proto/gradwatch/v1, and how this package sets gRPC up."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gradwatch.destination import Destination
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
    # Notice a frozen exporter.
    ("grpc.keepalive_time_ms", 15_000),
    ("grpc.keepalive_timeout_ms", 15_000),
    ("grpc.http2.max_pings_without_data", 0),
)


def open_channel(destination: Destination) -> Any:
    """A channel to the exporter. Nothing is connected before the first call. Raises OSError when a file of its
    certificates cannot be read; they are read here, so that each connection takes them as they are."""
    address, tls = destination.address, destination.tls
    # A Unix socket is this machine's own, and the exporter speaks no TLS there.
    if tls is None or address.startswith("unix:"):
        # Else the path of a Unix socket is the authority, which is none that HTTP/2 allows.
        return grpc.insecure_channel(address, options=(*OPTIONS, ("grpc.default_authority", "localhost")))
    credentials = grpc.ssl_channel_credentials(
        root_certificates=_read(tls.ca_file), private_key=_read(tls.key_file), certificate_chain=_read(tls.cert_file)
    )
    name = [] if tls.server_name is None else [("grpc.ssl_target_name_override", tls.server_name)]
    return grpc.secure_channel(address, credentials, options=(*OPTIONS, *name))


def _read(file: str | None) -> bytes | None:
    return None if file is None else Path(file).read_bytes()


def prepare() -> None:
    """Makes gRPC ready without connecting. To be called in the script's thread: it changes the environment for a
    moment."""
    with quiet():
        grpc.insecure_channel("localhost", options=OPTIONS).close()


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
