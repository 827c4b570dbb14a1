"""The gRPC call of proto/gradwatch/v1, and how this package sets gRPC up."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gradwatch.destination import Destination
from gradwatch.v1.telemetry_pb2 import ExporterMessage, WorkerMessage

logger = logging.getLogger("gradwatch")

# By gRPC's own handlers of fork() a child gets threads of gRPC, which work on the connections of the parent, and the
# parent waits for its own to rest. Beside a connection that comes or goes children crashed, and parents crashed or
# waited in fork() for ever (grpcio 1.49 to 1.85). Without the handlers nothing of gRPC runs in a child.
FORK_HANDLERS = "GRPC_ENABLE_FORK_SUPPORT"


@contextmanager
def without_fork_handlers() -> Iterator[None]:
    """gRPC reads the variable when it starts, with its first channel, and newer ones on import. It is set for these
    moments only: what the script starts must not inherit it."""
    if FORK_HANDLERS in os.environ:
        yield
        return
    os.environ[FORK_HANDLERS] = "0"
    try:
        yield
    finally:
        os.environ.pop(FORK_HANDLERS, None)


def _why_handlers() -> str | None:
    if FORK_HANDLERS in os.environ:
        value = os.environ[FORK_HANDLERS]
        return None if value.lower() in ("0", "false", "no") else f"{FORK_HANDLERS}={value} is set"
    return "grpc was imported before gradwatch" if "grpc" in sys.modules else None


# Why this process can have the handlers all the same. None when it cannot, and when it is told.
_untold = _why_handlers()

with without_fork_handlers():
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


# Never closed: gRPC stops with its last channel, and would read its environment again with the next one.
_idle: Any = None


def prepare() -> None:
    """Makes gRPC ready without connecting. To be called in the script's thread: it changes the environment for a
    moment."""
    global _idle
    if _idle is None:
        with without_fork_handlers():
            _idle = grpc.insecure_channel("localhost", options=OPTIONS)


def forked() -> None:
    """Warns once of a fork beside a connection, where gRPC can have handlers of it."""
    global _untold
    if _untold is not None:
        logger.warning(
            "%s, and this process forks (each DataLoader worker is a fork): gRPC's handlers of fork can crash the "
            "child or stop this process. Import gradwatch first, or set %s=0, or start children with spawn",
            _untold,
            FORK_HANDLERS,
        )
        _untold = None


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
