"""The gRPC call of proto/gradwatch/v1, and how this package sets gRPC up."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from gradwatch.v1.telemetry_pb2 import ExporterMessage, WorkerMessage

# At every fork beside a running call (each DataLoader worker is one) gRPC prints an information line on standard error.
# It reads its verbosity once, on import; whoever imported it before us or set the variable has decided otherwise.
if "grpc" not in sys.modules and "GRPC_VERBOSITY" not in os.environ:
    os.environ["GRPC_VERBOSITY"] = "ERROR"
    import grpc

    del os.environ["GRPC_VERBOSITY"]
else:
    import grpc

OPTIONS = (
    # The exporter is on this node: a proxy of the cluster is never the way to it.
    ("grpc.enable_http_proxy", 0),
    # Each try is a connection of its own, not a wait for the back-off that gRPC shares between channels.
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.default_authority", "gradwatch"),
    # Notice a frozen exporter.
    ("grpc.keepalive_time_ms", 15_000),
    ("grpc.keepalive_timeout_ms", 15_000),
    ("grpc.http2.max_pings_without_data", 0),
)


def open_channel(address: str) -> Any:
    """A channel to "host:port" or "unix:/path". Nothing is connected before the first call."""
    return grpc.insecure_channel(address, options=OPTIONS)


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
