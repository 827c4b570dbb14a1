"""What a worker says first."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from gradwatch.fields import proto_text
from gradwatch.process import boot_id, pid_namespace, start_ticks
from gradwatch.v1.telemetry_pb2 import Coordinate, Hello, Parallel, RequestKind, Role
from gradwatch.version import VERSION
from gradwatch.worker import Worker

# The minor version of the proto file that this was written from.
PROTOCOL_MINOR = 1


@dataclass(frozen=True)
class About:
    """What a script says of its run and of where a rank stands in it."""

    job: str | None = None
    # "training" or "inference"
    role: str = "training"
    # (index, size) of data, tensor, pipeline, expert and context parallelism, where they are used
    parallel: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)


def hello_of(
    worker: Worker, about: About, *, model: str | None, framework: str | None, supports: list[RequestKind]
) -> Hello:
    """Raises ValueError when a rank or a count is outside of 0 to 2**32 - 1, or role or a dimension of `about` is
    none, or a place in a dimension is no pair of such numbers."""
    return Hello(
        run=proto_text(worker.run),
        rank=worker.rank,
        world_size=worker.world_size,
        local_rank=worker.local_rank,
        attempt=worker.attempt,
        session=secrets.token_hex(16),
        node=proto_text(worker.node),
        gpu_uuid=worker.gpu_uuid,
        pod=None if worker.pod is None else proto_text(worker.pod),
        pod_namespace=None if worker.pod_namespace is None else proto_text(worker.pod_namespace),
        pid=os.getpid(),
        boot_id=boot_id(),
        start_ticks=start_ticks(),
        pid_namespace=pid_namespace(),
        protocol_minor=PROTOCOL_MINOR,
        job=None if about.job is None else proto_text(about.job),
        role=Role.Value(f"ROLE_{about.role.upper()}"),
        parallel=_parallel(about.parallel),
        labels={proto_text(name): proto_text(value) for name, value in about.labels.items()},
        framework=None if framework is None else proto_text(framework),
        model=None if model is None else proto_text(model),
        client=f"gradwatch-python {VERSION} python {sys.version_info.major}.{sys.version_info.minor}",
        supports=supports,
    )


def _parallel(given: Mapping[str, tuple[int, int]]) -> Parallel | None:
    if not given:
        return None
    return Parallel(**{name: _coordinate(name, pair) for name, pair in given.items()})


def _coordinate(name: str, pair: tuple[int, int]) -> Coordinate:
    try:
        index, size = pair
        return Coordinate(index=index, size=size)
    except (TypeError, ValueError):
        raise ValueError(
            f"parallel[{name!r}] is {pair!r}: it has to be (index, size), two whole numbers of 0 to 2**32 - 1"
        ) from None
