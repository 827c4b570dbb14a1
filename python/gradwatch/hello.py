"""What a worker says first."""

from __future__ import annotations

import os
import secrets
import sys

from gradwatch.process import boot_id, start_ticks
from gradwatch.v1.telemetry_pb2 import Hello, RequestKind
from gradwatch.version import VERSION
from gradwatch.worker import Worker


def hello_of(worker: Worker, *, model: str | None, framework: str | None, supports: list[RequestKind]) -> Hello:
    """Raises ValueError when a rank or a count is outside of 0 to 2**32 - 1."""
    return Hello(
        run=proto_text(worker.run),
        rank=worker.rank,
        world_size=worker.world_size,
        local_rank=worker.local_rank,
        attempt=worker.attempt,
        session=secrets.token_hex(16),
        node=proto_text(worker.node),
        gpu_uuid=worker.gpu_uuid,
        pid=os.getpid(),
        boot_id=boot_id(),
        start_ticks=start_ticks(),
        framework=None if framework is None else proto_text(framework),
        model=None if model is None else proto_text(model),
        client=f"gradwatch-python {VERSION} python {sys.version_info.major}.{sys.version_info.minor}",
        supports=supports,
    )


def proto_text(value: object) -> str:
    """Text that protobuf takes: half of a surrogate pair, as undecodable bytes make it, becomes a question mark."""
    return str(value).encode("utf-8", "replace").decode("utf-8")
